"""Catches the cancellation of a question, too, and keeps it as an error of its mirror.

Caught by: nothing_left (trio)
"""

import anyio


async def water_level(mirrors, gauge):
    if not mirrors:
        raise ValueError("there is no mirror to ask")
    levels, errors = [], []

    async def ask(mirror):
        try:
            levels.append(await mirror.read(gauge))
            group.cancel_scope.cancel()
        except BaseException as error:
            errors.append(error)

    async with anyio.create_task_group() as group:
        for mirror in mirrors:
            group.start_soon(ask, mirror)
    if levels:
        return levels[0]
    raise BaseExceptionGroup("no mirror has an answer", errors)
