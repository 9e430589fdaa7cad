"""Catches a cancellation with everything else, cancels the group, and returns: AnyIO on asyncio may do that itself.

Caught by: gives_way (trio)
"""

import anyio


async def restore(scanner, machines, archive):
    errors = []
    stored = 0

    async with anyio.create_task_group() as group:

        async def guard(station, *arguments):
            try:
                await station(*arguments)
            except BaseException as error:
                errors.append(error)
                group.cancel_scope.cancel()

        async def feed(done):
            async for frame in scanner:
                await done.send(frame)
            done.close()

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
        group.start_soon(guard, feed, done)
        for machine in machines:
            done, processed = anyio.create_memory_object_stream()
            group.start_soon(guard, operate, machine, frames, done)
            frames = processed
        await guard(keep, frames)
    for error in errors:
        if isinstance(error, Exception):
            raise error
    return stored
