"""Returns at once and pays nothing in.

Caught by: no_lost_update, accounts_overlap, one_write_each
"""

async def deposit_all(accounts, deposits):
    return None
