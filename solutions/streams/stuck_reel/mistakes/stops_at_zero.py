"""Sends `None` when there are no more frames, and takes frame 0 for it.

Caught by: all_stored, in_step, errors_come_out, gives_way
"""

import anyio


async def restore(scanner, machines, archive):
    stored = 0

    async def feed(done):
        async for frame in scanner:
            await done.send(frame)
        await done.send(None)

    async def operate(machine, frames, done):
        while frame := await frames.receive():
            await done.send(await machine.process(frame))
        await done.send(None)

    async with anyio.create_task_group() as group:
        done, frames = anyio.create_memory_object_stream(0)
        group.start_soon(feed, done)
        for machine in machines:
            done, processed = anyio.create_memory_object_stream(0)
            group.start_soon(operate, machine, frames, done)
            frames = processed
        while frame := await frames.receive():
            await archive.store(frame)
            stored += 1
        group.cancel_scope.cancel()
    return stored
