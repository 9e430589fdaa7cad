"""Computes for ever, and takes every signal that it may take."""

# For: lost_update
# Sees: has not let the event loop run since 0 s

import contextlib
import signal

for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
    with contextlib.suppress(OSError, ValueError):
        signal.signal(number, signal.SIG_IGN)


async def deposit_all(accounts, deposits):
    while True:
        pass
