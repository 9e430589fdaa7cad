"""Returns at once, and stores nothing.

Caught by: all_stored, in_step, ends_at_once
"""


async def restore(scanner, machines, archive):
    return 0
