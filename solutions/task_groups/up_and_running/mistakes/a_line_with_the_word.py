"""Takes every line in which the word occurs for the sign.

Caught by: no_sooner, no_later, read_on, heard
"""

import anyio


async def run_program(program, ready):
    async for line in program:
        if "ready" in line.lower():
            ready.set()
    if not ready.is_set():
        raise RuntimeError("never ready")


async def try_out(programs, suite):
    async with anyio.create_task_group() as group:
        for program in programs:
            ready = anyio.Event()
            group.start_soon(run_program, program, ready)
            await ready.wait()
        failed = await suite.run()
        group.cancel_scope.cancel()
    return failed
