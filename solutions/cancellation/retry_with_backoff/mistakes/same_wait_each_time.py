"""Waits for the pause each time, however often the link was down.

Caught by: waits_grow
"""

import anyio


async def send(office, reading, tries, pause, longest):
    for number in range(1, tries + 1):
        try:
            return await office.post(reading)
        except (ConnectionError, TimeoutError):
            if number == tries:
                raise
        await anyio.sleep(min(pause, longest))
