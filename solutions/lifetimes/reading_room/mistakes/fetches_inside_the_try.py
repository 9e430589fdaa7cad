"""Gives back a box that could not be fetched.

Caught by: errors_come_out
"""

async def first_letters(archive, expert, boxes):
    found = []
    for box in boxes:
        wanted = None
        try:
            await archive.fetch(box)
            while (letter := await archive.take(box)) is not None:
                if await expert.wants(letter):
                    wanted = letter
                    break
        finally:
            await archive.give_back(box)
        found.append(wanted)
    return found
