"""Returns the first answer, and leaves the other questions behind.

Caught by: first_answer, all_errors (trio), nothing_left
"""

import asyncio


async def water_level(mirrors, gauge):
    errors = []
    tasks = [asyncio.ensure_future(mirror.read(gauge)) for mirror in mirrors]
    for first in asyncio.as_completed(tasks):
        try:
            return await first
        except Exception as error:
            errors.append(error)
    raise ExceptionGroup("no mirror has an answer", errors)
