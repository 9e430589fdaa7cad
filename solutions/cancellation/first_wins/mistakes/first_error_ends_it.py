"""Lets the error of a mirror out of its task, so that the group cancels all the others.

Caught by: first_answer, all_errors, nothing_left (sometimes)
"""

import anyio


async def water_level(mirrors, gauge):
    if not mirrors:
        raise ValueError("there is no mirror to ask")
    levels = []

    async def ask(mirror):
        levels.append(await mirror.read(gauge))
        group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        for mirror in mirrors:
            group.start_soon(ask, mirror)
    return levels[0]
