"""Keeps the errors in the module, where those of another call are, too.

Caught by: all_errors
"""

import anyio


errors = []


async def water_level(mirrors, gauge):
    if not mirrors:
        raise ValueError("there is no mirror to ask")
    levels = []

    async def ask(mirror):
        try:
            levels.append(await mirror.read(gauge))
            group.cancel_scope.cancel()
        except Exception as error:
            errors.append(error)

    async with anyio.create_task_group() as group:
        for mirror in mirrors:
            group.start_soon(ask, mirror)
    if levels:
        return levels[0]
    raise ExceptionGroup("no mirror has an answer", errors)
