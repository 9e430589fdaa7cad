"""asyncio's `gather` raises the first error, and lets the other tasks go on; on trio there is none.

Caught by: all_stored (trio), in_step (trio), errors_come_out, gives_way (trio)
"""

import asyncio

import anyio


async def restore(scanner, machines, archive):
    stored = 0

    async def feed(done):
        async with done:
            async for frame in scanner:
                await done.send(frame)

    async def operate(machine, frames, done):
        async for frame in frames:
            await done.send(await machine.process(frame))
        done.close()

    async def keep(frames):
        nonlocal stored
        async for frame in frames:
            await archive.store(frame)
            stored += 1

    done, frames = anyio.create_memory_object_stream()
    work = [feed(done)]
    for machine in machines:
        done, processed = anyio.create_memory_object_stream()
        work.append(operate(machine, frames, done))
        frames = processed
    await asyncio.gather(*work, keep(frames))
    return stored
