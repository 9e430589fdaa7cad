"""Waits on the real clock for something that never comes."""

# For: lost_update
# Sees: has not come back to the event loop since 0 s

import select


async def deposit_all(accounts, deposits):
    while True:
        select.select([], [], [])
