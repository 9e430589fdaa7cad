"""Raises an error of its own in place of that of the last try.

Caught by: tries_again, waits_grow, other_errors_come_out, gives_way
"""

import anyio


async def send(office, reading, tries, pause, longest):
    for number in range(tries):
        try:
            return await office.post(reading)
        except (ConnectionError, TimeoutError) as error:
            if number == tries - 1:
                raise RuntimeError(f"no receipt after {tries} tries") from error
            await anyio.sleep(min(pause * 2**number, longest))
