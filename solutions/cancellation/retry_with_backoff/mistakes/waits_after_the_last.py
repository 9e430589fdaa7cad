"""Waits after each try, and so after the last one too.

Caught by: tries_again
"""

import anyio


async def send(office, reading, tries, pause, longest):
    failure = None
    for number in range(tries):
        try:
            return await office.post(reading)
        except (ConnectionError, TimeoutError) as error:
            failure = error
        await anyio.sleep(min(pause * 2**number, longest))
    raise failure
