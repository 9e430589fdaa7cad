"""Reads until the program is ready, and no further.

Caught by: read_on
"""

import anyio


async def boot(program):
    async for line in program:
        if line == "ready":
            return
    raise RuntimeError("never ready")


async def try_out(programs, suite):
    for program in programs:
        await boot(program)
    return await suite.run()
