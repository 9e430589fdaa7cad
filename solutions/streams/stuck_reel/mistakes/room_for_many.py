"""Streams without a limit, so that no station ever waits in `send()`: frames pile up before a slow one.

Caught by: in_step
"""

import math

import anyio


async def restore(scanner, machines, archive):
    stored = 0

    async def feed(done):
        async with done:
            async for frame in scanner:
                await done.send(frame)

    async def operate(machine, frames, done):
        async with done:
            async for frame in frames:
                await done.send(await machine.process(frame))

    async with anyio.create_task_group() as group:
        done, frames = anyio.create_memory_object_stream(math.inf)
        group.start_soon(feed, done)
        for machine in machines:
            done, processed = anyio.create_memory_object_stream(math.inf)
            group.start_soon(operate, machine, frames, done)
            frames = processed
        async for frame in frames:
            await archive.store(frame)
            stored += 1
    return stored
