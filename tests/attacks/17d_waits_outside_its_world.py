"""Waits on the real clock for something that never comes."""

# For: lost_update
# Sees: has not let the event loop run since 0 s

import select


async def deposit_all(accounts, deposits):
    while True:
        select.select([], [], [])
