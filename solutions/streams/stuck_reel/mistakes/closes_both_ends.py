"""Closes both ends when a machine fails: what is on its way to the archive goes on, and so does the scanner.

Caught by: errors_come_out
"""

import anyio


async def feed(scanner, done):
    async with done:
        async for frame in scanner:
            await done.send(frame)


async def operate(machine, frames, done, errors):
    try:
        async with frames, done:
            async for frame in frames:
                await done.send(await machine.process(frame))
    except Exception as error:
        errors.append(error)


async def restore(scanner, machines, archive):
    errors = []
    stored = 0
    try:
        async with anyio.create_task_group() as group:
            done, frames = anyio.create_memory_object_stream()
            group.start_soon(feed, scanner, done)
            for machine in machines:
                done, processed = anyio.create_memory_object_stream()
                group.start_soon(operate, machine, frames, done, errors)
                frames = processed
            async with frames:
                async for frame in frames:
                    await archive.store(frame)
                    stored += 1
    except* anyio.BrokenResourceError:
        if not errors:
            raise
    if errors:
        raise errors[0]
    return stored
