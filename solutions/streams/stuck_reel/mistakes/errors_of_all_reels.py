"""The list of errors belongs to the module: a reel that was fine raises the error of another one.

Caught by: errors_come_out
"""

import anyio

errors = []


async def restore(scanner, machines, archive):
    stored = 0

    async with anyio.create_task_group() as group:

        async def feed(done):
            async with done:
                async for frame in scanner:
                    await done.send(frame)

        async def operate(machine, frames, done):
            try:
                async with done:
                    async for frame in frames:
                        await done.send(await machine.process(frame))
            except Exception as error:
                errors.append(error)
                group.cancel_scope.cancel()

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
