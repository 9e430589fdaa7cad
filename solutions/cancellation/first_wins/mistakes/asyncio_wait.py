"""Waits with asyncio for the first of its tasks, and puts them in order: on trio there are none.

Caught by: first_answer (trio), all_errors (trio), nothing_left (trio)
"""

import asyncio


async def water_level(mirrors, gauge):
    if not mirrors:
        raise ValueError("there is no mirror to ask")
    errors = []
    waiting = {asyncio.ensure_future(mirror.read(gauge)) for mirror in mirrors}
    try:
        while waiting:
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            good = [task for task in done if task.exception() is None]
            if good:
                return good[0].result()
            errors += [task.exception() for task in done]
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
    raise ExceptionGroup("no mirror has an answer", errors)
