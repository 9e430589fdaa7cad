"""Does nothing at all.

Caught by: orders_without_a_break, cooked_at_once, handed_over_at_once
"""


async def lunch(diner, customers):
    pass
