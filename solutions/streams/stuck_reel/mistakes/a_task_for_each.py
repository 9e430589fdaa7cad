"""A task for each frame and a lock for each machine: frames wait everywhere between the stations.

Caught by: in_step
"""

import anyio


async def restore(scanner, machines, archive):
    locks = [anyio.Lock() for _ in machines]
    at_the_archive = anyio.Lock()
    stored = 0

    async def travel(frame):
        nonlocal stored
        for machine, lock in zip(machines, locks, strict=True):
            async with lock:
                frame = await machine.process(frame)
        async with at_the_archive:
            await archive.store(frame)
        stored += 1

    async with anyio.create_task_group() as group:
        async for frame in scanner:
            group.start_soon(travel, frame)
    return stored
