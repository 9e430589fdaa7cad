"""Gives a program a day to be ready.

Caught by: no_sooner, no_later, read_on, heard
"""

import anyio

async def run_program(program, *, task_status):
    async for line in program:
        if line == "ready":
            task_status.started()


async def try_out(programs, suite):
    async with anyio.create_task_group() as group:
        for program in programs:
            with anyio.fail_after(86400):
                await group.start(run_program, program)
        failed = await suite.run()
        group.cancel_scope.cancel()
    return failed
