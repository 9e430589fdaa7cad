"""Takes an error of the tests for one more test that has failed.

Caught by: heard
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
        try:
            failed = await suite.run()
        except Exception:
            failed = 1
        group.cancel_scope.cancel()
    return failed
