"""Catches everything while it waits and while it tries, and returns without a receipt when it is cancelled.

Caught by: gives_way
"""

import anyio


async def send(office, reading, tries, pause, longest):
    for number in range(1, tries + 1):
        try:
            return await office.post(reading)
        except (ConnectionError, TimeoutError):
            if number == tries:
                raise
        except Exception:
            raise
        except BaseException:
            return None
        await anyio.sleep(min(pause * 2 ** (number - 1), longest))
