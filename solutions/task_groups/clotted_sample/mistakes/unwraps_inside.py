"""Unwraps what comes out of the inner group, and the outer one wraps it again.

Caught by: one_alone
"""

import anyio


async def keep_awake(machine):
    while True:
        await anyio.sleep(60)
        await machine.ping()


async def examine(machine, sample, substances):
    found = {}

    async def measure(substance):
        found[substance] = await machine.measure(sample, substance)

    async with anyio.create_task_group() as awake:
        awake.start_soon(keep_awake, machine)
        try:
            async with anyio.create_task_group() as group:
                for substance in substances:
                    group.start_soon(measure, substance)
        except ExceptionGroup as failed:
            if len(failed.exceptions) == 1:
                raise failed.exceptions[0] from None
            raise
        awake.cancel_scope.cancel()
    return found
