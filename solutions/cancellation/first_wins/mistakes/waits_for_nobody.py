"""Waits for an event that nobody sets if there are no mirrors.

Caught by: first_answer, all_errors, nothing_left
"""

import anyio


async def water_level(mirrors, gauge):
    levels, errors = [], []
    over = anyio.Event()

    async def ask(mirror):
        try:
            levels.append(await mirror.read(gauge))
            over.set()
        except Exception as error:
            errors.append(error)
            if len(errors) == len(mirrors):
                over.set()

    async with anyio.create_task_group() as group:
        for mirror in mirrors:
            group.start_soon(ask, mirror)
        await over.wait()
        group.cancel_scope.cancel()
    if levels:
        return levels[0]
    raise ExceptionGroup("no mirror has an answer", errors)
