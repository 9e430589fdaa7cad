"""Keeps one event in the module, which stays set after the first program.

Caught by: no_sooner, no_later, read_on, heard
"""

import anyio


ready = anyio.Event()


async def run_program(program):
    async for line in program:
        if line == "ready":
            ready.set()
    if not ready.is_set():
        raise RuntimeError("never ready")


async def try_out(programs, suite):
    async with anyio.create_task_group() as group:
        for program in programs:
            group.start_soon(run_program, program)
            await ready.wait()
        failed = await suite.run()
        group.cancel_scope.cancel()
    return failed
