"""Takes an empty sheet of paper for the end of the box.

Caught by: errors_come_out, given_back, one_by_one
"""

async def first_letters(archive, expert, boxes):
    found = []
    for box in boxes:
        wanted = None
        await archive.fetch(box)
        try:
            while letter := await archive.take(box):
                if await expert.wants(letter):
                    wanted = letter
                    break
        finally:
            await archive.give_back(box)
        found.append(wanted)
    return found
