"""Returns at once.

Caught by: all_arrive, all_together, errors_come_out
"""


async def keep_score(gates, board):
    return 0
