"""Unwraps the two kinds that today's callers catch, and leaves all others in their groups.

Caught by: one_alone
"""

import anyio


async def keep_awake(machine):
    while True:
        await anyio.sleep(60)
        await machine.ping()


async def measure_all(machine, sample, substances):
    found = {}

    async def measure(substance):
        found[substance] = await machine.measure(sample, substance)

    async with anyio.create_task_group() as awake:
        awake.start_soon(keep_awake, machine)
        async with anyio.create_task_group() as group:
            for substance in substances:
                group.start_soon(measure, substance)
        awake.cancel_scope.cancel()
    return found


async def examine(machine, sample, substances):
    lone = None
    try:
        return await measure_all(machine, sample, substances)
    except* (ValueError, ConnectionError) as group:
        error = group
        while isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
            error = error.exceptions[0]
        if isinstance(error, ExceptionGroup):
            raise
        lone = error
    if lone is not None:
        raise lone
