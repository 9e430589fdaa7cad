"""Closes the generator after the loop, but not if the expert fails.

Caught by: errors_come_out
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
        in_the_box = letters(archive, box)
        async for letter in in_the_box:
            if await expert.wants(letter):
                wanted = letter
                break
        await in_the_box.aclose()
        found.append(wanted)
    return found
