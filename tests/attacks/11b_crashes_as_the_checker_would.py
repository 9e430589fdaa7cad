"""Ends with the exit code of a crashed sandbox, and a traceback of one on stderr."""

# For: lost_update
# Sees: It failed twice, and runs another program without trouble

import os


async def deposit_all(accounts, deposits):
    os.write(2, b"Traceback (most recent call last):\nRuntimeError: full marks\n")
    os._exit(70)
