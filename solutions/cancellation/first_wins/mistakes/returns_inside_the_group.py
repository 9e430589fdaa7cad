"""Returns from inside the group's block, which is left only when all mirrors have answered.

Caught by: first_answer
"""

import anyio


async def water_level(mirrors, gauge):
    if not mirrors:
        raise ValueError("there is no mirror to ask")
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
        if levels:
            return levels[0]
    raise ExceptionGroup("no mirror has an answer", errors)
