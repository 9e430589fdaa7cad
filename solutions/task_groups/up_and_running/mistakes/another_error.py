"""Puts an error of its own in the place of the one that was raised.

Caught by: heard
"""

import anyio


async def run_program(program, *, task_status):
    async for line in program:
        if line == "ready":
            task_status.started()


async def try_out(programs, suite):
    try:
        async with anyio.create_task_group() as group:
            for program in programs:
                await group.start(run_program, program)
            failed = await suite.run()
            group.cancel_scope.cancel()
    except* Exception as errors:
        raise RuntimeError("the tests could not be run") from errors
    return failed
