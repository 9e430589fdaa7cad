"""Returns at once, and stores nothing.

Caught by: all_stored, in_step, errors_come_out, gives_way
"""


async def restore(scanner, machines, archive):
    return 0
