"""Notes what failed, and raises it when everything has been measured.

Caught by: several_in_a_group (sometimes), at_once
"""

import anyio


async def keep_awake(machine):
    while True:
        await anyio.sleep(60)
        await machine.ping()


async def examine(machine, sample, substances):
    found, failed = {}, []

    async def measure(substance):
        try:
            found[substance] = await machine.measure(sample, substance)
        except Exception as error:
            failed.append(error)

    try:
        async with anyio.create_task_group() as awake:
            awake.start_soon(keep_awake, machine)
            async with anyio.create_task_group() as group:
                for substance in substances:
                    group.start_soon(measure, substance)
            awake.cancel_scope.cancel()
    except ExceptionGroup as group:
        failed += group.exceptions
    if len(failed) == 1:
        raise failed[0]
    if failed:
        raise ExceptionGroup("several calls failed", failed)
    return found
