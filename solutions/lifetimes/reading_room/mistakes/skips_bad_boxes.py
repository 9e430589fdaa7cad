"""Takes any error for the end of a box, and goes on with the next.

Caught by: errors_come_out
"""

from contextlib import aclosing, suppress


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
        with suppress(Exception):
            async with aclosing(letters(archive, box)) as in_the_box:
                async for letter in in_the_box:
                    if await expert.wants(letter):
                        wanted = letter
                        break
        found.append(wanted)
    return found
