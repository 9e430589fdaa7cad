"""Takes several exceptions of one kind for one.

Caught by: several_in_a_group
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


def leaves(group):
    for error in group.exceptions:
        if isinstance(error, ExceptionGroup):
            yield from leaves(error)
        else:
            yield error


async def examine(machine, sample, substances):
    try:
        return await measure_all(machine, sample, substances)
    except ExceptionGroup as group:
        errors = list(leaves(group))
        if len({type(error) for error in errors}) == 1:
            raise errors[0] from None
        raise
