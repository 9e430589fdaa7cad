"""Sends a frame through all stations before it takes the next one: nothing hangs, and nothing overlaps.

Caught by: in_step
"""


async def restore(scanner, machines, archive):
    stored = 0
    async for frame in scanner:
        for machine in machines:
            frame = await machine.process(frame)
        await archive.store(frame)
        stored += 1
    return stored
