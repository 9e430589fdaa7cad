"""Computes for ever, and takes every signal that it may take."""

# For: lost_update
# Sees: never let time pass

import signal

for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass


async def deposit_all(accounts, deposits):
    while True:
        pass
