"""Gives up after an hour, which nobody asked for.

Caught by: at_once
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
    try:
        with anyio.fail_after(3600):
            return await measure_all(machine, sample, substances)
    except ExceptionGroup as group:
        error = group
        while isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
            error = error.exceptions[0]
        raise error from None
