"""Cancels the others as soon as a mirror is done with, even if it has failed.

Caught by: first_answer, all_errors
"""

import anyio


async def water_level(mirrors, gauge):
    if not mirrors:
        raise ValueError("there is no mirror to ask")
    levels, errors = [], []

    async def ask(mirror):
        try:
            levels.append(await mirror.read(gauge))
        except Exception as error:
            errors.append(error)
        finally:
            group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        for mirror in mirrors:
            group.start_soon(ask, mirror)
    if levels:
        return levels[0]
    raise ExceptionGroup("no mirror has an answer", errors)
