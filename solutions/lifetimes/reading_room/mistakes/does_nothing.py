"""Finds nothing, at once.

Caught by: errors_come_out, given_back, one_by_one
"""

async def first_letters(archive, expert, boxes):
    return [None for _ in boxes]
