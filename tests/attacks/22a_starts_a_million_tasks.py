"""Starts a million tasks, which all wait."""

# For: lost_update

import anyio


async def deposit_all(accounts, deposits):
    async with anyio.create_task_group() as group:
        for _ in range(1_000_000):
            group.start_soon(anyio.sleep_forever)
