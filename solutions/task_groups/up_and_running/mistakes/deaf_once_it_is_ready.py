"""Lets errors out until the program is ready, and keeps those that come later.

Caught by: heard
"""

import anyio


async def run_program(program, *, task_status):
    is_ready = False
    try:
        async for line in program:
            if line == "ready":
                is_ready = True
                task_status.started()
    except Exception as error:
        if not is_ready:
            raise
        print(f"a program has failed, but it had been ready: {error}")


async def try_out(programs, suite):
    async with anyio.create_task_group() as group:
        for program in programs:
            await group.start(run_program, program)
        failed = await suite.run()
        group.cancel_scope.cancel()
    return failed
