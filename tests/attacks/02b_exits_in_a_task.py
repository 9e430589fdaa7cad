"""Asks Python to exit with code 0, from a task."""

# For: lost_update
# Sees: SystemExit

import sys

import anyio


async def leave():
    sys.exit(0)


async def deposit_all(accounts, deposits):
    async with anyio.create_task_group() as group:
        group.start_soon(leave)
