"""Raises an error of its own in place of the one that the station raised.

Caught by: errors_come_out
"""

import anyio


class RestoreError(Exception):
    pass


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

    try:
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
    except* Exception as group_of_errors:
        raise RestoreError(str(group_of_errors.exceptions[0])) from group_of_errors
    return stored
