"""Says that it has started when its program has ended.

Caught by: no_later, heard
"""

import anyio


async def run_program(program, *, task_status):
    async for line in program:
        pass
    task_status.started()


async def try_out(programs, suite):
    async with anyio.create_task_group() as group:
        for program in programs:
            await group.start(run_program, program)
        failed = await suite.run()
        group.cancel_scope.cancel()
    return failed
