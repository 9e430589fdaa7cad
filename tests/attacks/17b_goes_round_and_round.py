"""Lets others run again and again, and time never."""

# For: lost_update
# Sees: without any time passing

import anyio
import anyio.lowlevel


async def deposit_all(accounts, deposits):
    while True:
        await anyio.lowlevel.checkpoint()
