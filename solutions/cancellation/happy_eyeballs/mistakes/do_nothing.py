"""Returns a number that might be one of a connection.

Caught by: one_by_one, first_wins, all_errors, nothing_open
"""


async def connect(network, addresses, delay):
    return 0
