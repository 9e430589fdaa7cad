"""Takes a line that only looks like `ready` for it.

Caught by: no_sooner, no_later, read_on, heard
"""

import anyio


async def run_program(program, *, task_status):
    ready = False
    async for line in program:
        if not ready and line.strip().lower() == "ready":
            ready = True
            task_status.started()


async def try_out(programs, suite):
    async with anyio.create_task_group() as group:
        for program in programs:
            await group.start(run_program, program)
        failed = await suite.run()
        group.cancel_scope.cancel()
    return failed
