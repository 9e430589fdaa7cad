"""Keeps the pause in the module, where one reading makes another wait longer.

Caught by: waits_grow
"""

import anyio

wait = None


async def send(office, reading, tries, pause, longest):
    global wait
    if wait is None:
        wait = pause
    while True:
        tries -= 1
        try:
            return await office.post(reading)
        except (ConnectionError, TimeoutError):
            if tries == 0:
                raise
        await anyio.sleep(min(wait, longest))
        wait *= 2
