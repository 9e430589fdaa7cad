"""When the tries are used up, it returns, and nobody hears that there is no receipt.

Caught by: tries_again, waits_grow, other_errors_come_out, gives_way
"""

import anyio


async def send(office, reading, tries, pause, longest):
    for number in range(tries):
        try:
            return await office.post(reading)
        except (ConnectionError, TimeoutError):
            if number < tries - 1:
                await anyio.sleep(min(pause * 2**number, longest))
