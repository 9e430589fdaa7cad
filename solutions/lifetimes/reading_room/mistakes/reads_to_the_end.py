"""Reads on to the end of the box, so that the generator ends by itself.

Caught by: errors_come_out, one_by_one
"""

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
            if wanted is None and await expert.wants(letter):
                wanted = letter
        found.append(wanted)
    return found
