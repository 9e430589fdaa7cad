"""Returns an empty phone book at once.

Caught by: offices_overlap, offices_keep_their_order, slow_answers_hold_up_nobody_else
"""


async def look_up_all(directory, offices):
    return {}
