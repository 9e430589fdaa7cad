"""Waits for an event that nobody sets if the program ends before it is ready.

Caught by: heard
"""

import anyio


async def run_program(program, ready):
    async for line in program:
        if line == "ready":
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
