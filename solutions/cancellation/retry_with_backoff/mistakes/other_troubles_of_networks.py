"""Tries again after other troubles that networks have.

Caught by: other_errors_come_out
"""

import anyio


async def send(office, reading, tries, pause, longest):
    for attempt in range(tries):
        try:
            return await office.post(reading)
        except (ConnectionError, TimeoutError, EOFError, InterruptedError, BlockingIOError):
            if attempt == tries - 1:
                raise
        await anyio.sleep(min(pause * 2**attempt, longest))
