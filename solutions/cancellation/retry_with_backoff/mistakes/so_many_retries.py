"""Takes the number of tries for that of retries, which is one try more.

Caught by: tries_again
"""

import anyio


async def send(office, reading, tries, pause, longest):
    for number in range(tries):
        try:
            return await office.post(reading)
        except (ConnectionError, TimeoutError):
            await anyio.sleep(min(pause * 2**number, longest))
    return await office.post(reading)
