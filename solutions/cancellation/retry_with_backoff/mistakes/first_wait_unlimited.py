"""Doubles the wait up to the longest, and forgets that the first one may be longer than that.

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
        await anyio.sleep(pause)
        pause = min(pause * 2, longest)
