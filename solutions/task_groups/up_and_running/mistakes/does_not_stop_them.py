"""Waits until the programs end by themselves.

Caught by: no_later
"""

import anyio

async def run_program(program, *, task_status):
    async for line in program:
        if line == "ready":
            task_status.started()


async def try_out(programs, suite):
    async with anyio.create_task_group() as group:
        for program in programs:
            await group.start(run_program, program)
        failed = await suite.run()
    return failed
