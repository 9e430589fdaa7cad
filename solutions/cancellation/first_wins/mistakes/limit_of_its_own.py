"""Gives up after a minute.

Caught by: first_answer, all_errors, nothing_left (sometimes)
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

    with anyio.move_on_after(60):
        async with anyio.create_task_group() as group:
            for mirror in mirrors:
                group.start_soon(ask, mirror)
    if levels:
        return levels[0]
    raise ExceptionGroup("no mirror has an answer", errors or [TimeoutError()])
