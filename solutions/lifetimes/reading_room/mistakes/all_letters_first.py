"""Empties the box before the expert sees the first letter.

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
        for letter in [letter async for letter in letters(archive, box)]:
            if await expert.wants(letter):
                wanted = letter
                break
        found.append(wanted)
    return found
