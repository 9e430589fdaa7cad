"""Starts threads without end, which nobody can follow."""

# For: lost_update
# Sees: can't start new thread

import _thread
import select


async def deposit_all(accounts, deposits):
    while True:
        _thread.start_new_thread(select.select, ([], [], []))
