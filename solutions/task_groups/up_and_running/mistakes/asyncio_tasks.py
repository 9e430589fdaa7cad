"""Uses tasks and events of asyncio, which trio does not have, and nobody hears of a program that fails.

Caught by: no_sooner (trio), no_later (trio), read_on (trio), heard
"""

import asyncio


async def run_program(program, ready):
    async for line in program:
        if line == "ready":
            ready.set()


async def try_out(programs, suite):
    running = []
    for program in programs:
        ready = asyncio.Event()
        running.append(asyncio.create_task(run_program(program, ready)))
        await ready.wait()
    failed = await suite.run()
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    return failed
