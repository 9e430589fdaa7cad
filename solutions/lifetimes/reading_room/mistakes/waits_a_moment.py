"""Sleeps after the loop, so that the event loop may finish the generator: long enough for some, and never on trio.

Caught by: errors_come_out, given_back, one_by_one
"""

import anyio


async def letters(archive, box):
    await archive.fetch(box)
    try:
        while (letter := await archive.take(box)) is not None:
            yield letter
    finally:
        await archive.give_back(box)


async def first_letters(archive, expert, boxes):
    found = []
    for box in boxes:
        wanted = None
        async for letter in letters(archive, box):
            if await expert.wants(letter):
                wanted = letter
                break
        await anyio.sleep(1)
        found.append(wanted)
    return found
