"""Reads all rows, and then stores them.

Caught by: bounded, no_slower
"""

async def copy_rows(source, shop, room):
    rows = []
    while (row := await source.next_row()) is not None:
        rows.append(row)
    for row in rows:
        await shop.store(row)
    return len(rows)
