"""Looks now and then whether there is an answer, and each time a little later.

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

    async with anyio.create_task_group() as group:
        for mirror in mirrors:
            group.start_soon(ask, mirror)
        pause = 0.01
        while not levels and len(errors) < len(mirrors):
            await anyio.sleep(pause)
            pause *= 1.5
        group.cancel_scope.cancel()
    if levels:
        return levels[0]
    raise ExceptionGroup("no mirror has an answer", errors)
