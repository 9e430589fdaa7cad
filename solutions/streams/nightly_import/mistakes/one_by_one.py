"""Reads a row only when the one before has been stored.

Caught by: no_slower
"""

async def copy_rows(source, shop, room):
    stored = 0
    while (row := await source.next_row()) is not None:
        await shop.store(row)
        stored += 1
    return stored
