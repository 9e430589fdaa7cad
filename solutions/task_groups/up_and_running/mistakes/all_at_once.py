"""Starts all programs together, and waits until each of them is ready.

Caught by: no_sooner, no_later, read_on, heard
"""

import anyio

async def run_program(program, *, task_status):
    async for line in program:
        if line == "ready":
            task_status.started()


async def try_out(programs, suite):
    async with anyio.create_task_group() as group:
        async with anyio.create_task_group() as starting:
            for program in programs:
                starting.start_soon(group.start, run_program, program)
        failed = await suite.run()
        group.cancel_scope.cancel()
    return failed
