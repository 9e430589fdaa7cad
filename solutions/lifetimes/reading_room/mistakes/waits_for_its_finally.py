"""Waits for an event that the `finally` sets: on asyncio somebody runs it, on trio nobody does.

Caught by: errors_come_out, given_back (trio), one_by_one (trio)
"""

import anyio


async def letters(archive, box, given_back):
    await archive.fetch(box)
    try:
        while (letter := await archive.take(box)) is not None:
            yield letter
    finally:
        await archive.give_back(box)
        given_back.set()


async def first_letters(archive, expert, boxes):
    found = []
    for box in boxes:
        wanted = None
        given_back = anyio.Event()
        async for letter in letters(archive, box, given_back):
            if await expert.wants(letter):
                wanted = letter
                break
        await given_back.wait()
        found.append(wanted)
    return found
