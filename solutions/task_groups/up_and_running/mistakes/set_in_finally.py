"""Sets the event however it ends, so that nobody waits for ever.

Caught by: heard
"""

import anyio


async def run_program(program, ready):
    try:
        async for line in program:
            if line == "ready":
                ready.set()
    finally:
        ready.set()


async def try_out(programs, suite):
    async with anyio.create_task_group() as group:
        for program in programs:
            ready = anyio.Event()
            group.start_soon(run_program, program, ready)
            await ready.wait()
        failed = await suite.run()
        group.cancel_scope.cancel()
    return failed
