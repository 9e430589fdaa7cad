"""Sleeps until the end of time, and once more."""

# For: lost_update
# Sees: deadlock

import anyio


async def deposit_all(accounts, deposits):
    while True:
        await anyio.sleep(10**12)
