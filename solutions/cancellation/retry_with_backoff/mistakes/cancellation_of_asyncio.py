"""Lets the cancellation of asyncio out, and takes that of trio for one more trouble with the link.

Caught by: gives_way (trio)
"""

import asyncio

import anyio


async def send(office, reading, tries, pause, longest):
    wait = 0
    while True:
        try:
            await anyio.sleep(wait)
            return await office.post(reading)
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            if isinstance(error, Exception):
                tries -= 1
                if tries == 0 or not isinstance(error, (ConnectionError, TimeoutError)):
                    raise
                wait = min(pause, longest)
                pause *= 2
