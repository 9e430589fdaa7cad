"""Puts whatever it catches into the list: a cancellation as well, so that nobody hears that one.

Caught by: ends_at_once
"""

import anyio


async def restore(scanner, machines, archive):
    errors = []
    stored = 0

    async with anyio.create_task_group() as group:

        async def feed(done):
            async with done:
                async for frame in scanner:
                    await done.send(frame)

        async def operate(machine, frames, done):
            try:
                async with frames, done:
                    async for frame in frames:
                        await done.send(await machine.process(frame))
            except BaseException as error:
                errors.append(error)
                group.cancel_scope.cancel()

        done, frames = anyio.create_memory_object_stream()
        group.start_soon(feed, done)
        for machine in machines:
            done, processed = anyio.create_memory_object_stream()
            group.start_soon(operate, machine, frames, done)
            frames = processed
        try:
            async with frames:
                async for frame in frames:
                    await archive.store(frame)
                    stored += 1
        except BaseException as error:
            errors.append(error)
            group.cancel_scope.cancel()
    if errors and isinstance(errors[0], Exception):
        raise errors[0]
    return stored
