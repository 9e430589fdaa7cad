"""Waits on the real clock for something that never comes."""

# For: lost_update
# Sees: never let time pass

import select


async def deposit_all(accounts, deposits):
    while True:
        select.select([], [], [])
