"""Closes the outer one of two generators; the inner one, which has the box, is left in the middle.

Caught by: errors_come_out, given_back, one_by_one
"""

from contextlib import aclosing


async def letters(archive, box):
    await archive.fetch(box)
    try:
        while (letter := await archive.take(box)) is not None:
            yield letter
    finally:
        await archive.give_back(box)


async def wanted_ones(archive, expert, box):
    async for letter in letters(archive, box):
        if await expert.wants(letter):
            yield letter


async def first_letters(archive, expert, boxes):
    found = []
    for box in boxes:
        async with aclosing(wanted_ones(archive, expert, box)) as wanted:
            found.append(await anext(wanted, None))
    return found
