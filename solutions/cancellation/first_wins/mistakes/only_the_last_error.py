"""Ends the questions, and raises the last of the errors alone.

Caught by: all_errors
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
        except Exception as error:
            errors.append(error)

    async with anyio.create_task_group() as group:
        for mirror in mirrors:
            group.start_soon(ask, mirror)
    if levels:
        return levels[0]
    raise errors[-1]
