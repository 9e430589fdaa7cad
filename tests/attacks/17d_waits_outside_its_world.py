"""Waits on the real clock for something that never comes, with every signal blocked."""

# For: lost_update
# Sees: never let time pass

import select
import signal


async def deposit_all(accounts, deposits):
    signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals))
    while True:
        select.select([], [], [])
