"""Shields what it does, so that no reading gets lost, and cannot be stopped.

Caught by: gives_way
"""

import anyio


async def send(office, reading, tries, pause, longest):
    with anyio.CancelScope(shield=True):
        for number in range(1, tries + 1):
            try:
                return await office.post(reading)
            except (ConnectionError, TimeoutError):
                if number == tries:
                    raise
            await anyio.sleep(min(pause * 2 ** (number - 1), longest))
