"""Breaks the circle with a time limit: it returns after an hour, whatever has happened.

Caught by: all_stored, in_step, errors_come_out, gives_way
"""

import anyio


async def restore(scanner, machines, archive):
    errors = []
    stored = 0

    async def feed(done):
        async for frame in scanner:
            await done.send(frame)
        done.close()

    async def operate(machine, frames, done):
        try:
            async for frame in frames:
                await done.send(await machine.process(frame))
            done.close()
        except Exception as error:
            errors.append(error)

    with anyio.move_on_after(3600):
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
    if errors:
        raise errors[0]
    return stored
