"""Sleeps for a week, by which time every program will be ready.

Caught by: no_sooner, no_later, read_on, heard
"""

import anyio


async def run_program(program):
    async for line in program:
        pass


async def try_out(programs, suite):
    async with anyio.create_task_group() as group:
        for program in programs:
            group.start_soon(run_program, program)
            await anyio.sleep(7 * 24 * 3600)
        failed = await suite.run()
        group.cancel_scope.cancel()
    return failed
