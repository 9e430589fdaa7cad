"""Takes a level of 0 for none.

Caught by: first_answer, nothing_left (sometimes)
"""

import anyio


async def water_level(mirrors, gauge):
    if not mirrors:
        raise ValueError("there is no mirror to ask")
    winner, errors = None, []

    async def ask(mirror):
        nonlocal winner
        try:
            winner = await mirror.read(gauge)
            group.cancel_scope.cancel()
        except Exception as error:
            errors.append(error)

    async with anyio.create_task_group() as group:
        for mirror in mirrors:
            group.start_soon(ask, mirror)
    if not winner:
        raise ExceptionGroup("no mirror has an answer", errors)
    return winner
