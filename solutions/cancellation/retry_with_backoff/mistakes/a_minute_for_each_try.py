"""Gives up a try after a minute.

Caught by: tries_again, waits_grow, other_errors_come_out, gives_way
"""

import anyio


async def send(office, reading, tries, pause, longest):
    for number in range(1, tries + 1):
        try:
            with anyio.fail_after(60):
                return await office.post(reading)
        except (ConnectionError, TimeoutError):
            if number == tries:
                raise
        await anyio.sleep(min(pause * 2 ** (number - 1), longest))
