"""Takes every `EndOfStream` for the end of the reel, also one that a machine raises.

Caught by: errors_come_out
"""

import anyio


async def restore(scanner, machines, archive):
    stored = 0

    async def feed(done):
        async with done:
            async for frame in scanner:
                await done.send(frame)

    async def operate(machine, frames, done):
        async with done:
            try:
                while True:
                    frame = await frames.receive()
                    await done.send(await machine.process(frame))
            except anyio.EndOfStream:
                pass

    async with anyio.create_task_group() as group:
        done, frames = anyio.create_memory_object_stream()
        group.start_soon(feed, done)
        for machine in machines:
            done, processed = anyio.create_memory_object_stream()
            group.start_soon(operate, machine, frames, done)
            frames = processed
        async for frame in frames:
            await archive.store(frame)
            stored += 1
    return stored
