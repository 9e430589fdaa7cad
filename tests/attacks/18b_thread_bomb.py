"""Starts threads without end, which all compute."""

# For: lost_update
# Sees: it

import _thread


def compute():
    while True:
        pass


async def deposit_all(accounts, deposits):
    while True:
        _thread.start_new_thread(compute, ())
