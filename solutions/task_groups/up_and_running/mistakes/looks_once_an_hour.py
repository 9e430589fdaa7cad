"""Looks once an hour whether the program is ready, or has ended.

Caught by: no_later, heard
"""

import anyio


async def run_program(program, seen):
    async for line in program:
        seen.append(line)
    seen.append(None)


async def try_out(programs, suite):
    async with anyio.create_task_group() as group:
        for program in programs:
            seen = []
            group.start_soon(run_program, program, seen)
            while "ready" not in seen:
                if None in seen:
                    raise RuntimeError("never ready")
                await anyio.sleep(3600)
        failed = await suite.run()
        group.cancel_scope.cancel()
    return failed
