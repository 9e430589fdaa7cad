"""Gives each box to a task that keeps it: if the expert fails, the task is cancelled, and the giving back with it.

Caught by: errors_come_out
"""

import anyio


async def keep(archive, box, done, *, task_status):
    await archive.fetch(box)
    task_status.started()
    try:
        await done.wait()
    finally:
        await archive.give_back(box)


async def first_letters(archive, expert, boxes):
    found = []
    for box in boxes:
        wanted = None
        done = anyio.Event()
        async with anyio.create_task_group() as group:
            await group.start(keep, archive, box, done)
            while (letter := await archive.take(box)) is not None:
                if await expert.wants(letter):
                    wanted = letter
                    break
            done.set()
        found.append(wanted)
    return found
