"""Copies nothing.

Caught by: bounded, no_slower, errors_come_out
"""

async def copy_rows(source, shop, room):
    return 0
