"""Reports the error and goes on with the next frame: the one that failed is missing.

Caught by: errors_come_out
"""

import anyio


async def feed(scanner, done):
    async with done:
        async for frame in scanner:
            await done.send(frame)


async def operate(machine, frames, done):
    async with done:
        async for frame in frames:
            try:
                processed = await machine.process(frame)
            except Exception as error:
                print(f"frame {frame}: {error}")
                continue
            await done.send(processed)


async def restore(scanner, machines, archive):
    stored = 0
    async with anyio.create_task_group() as group:
        done, frames = anyio.create_memory_object_stream()
        group.start_soon(feed, scanner, done)
        for machine in machines:
            done, processed = anyio.create_memory_object_stream()
            group.start_soon(operate, machine, frames, done)
            frames = processed
        async for frame in frames:
            await archive.store(frame)
            stored += 1
    return stored
