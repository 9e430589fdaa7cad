"""Does the wrong thing, and then ends its process with exit code 0 before anybody can say so."""

# For: lost_update
# Sees: it ended its own process (exit code 0)

import os

import anyio


async def deposit(account, amount):
    balance = await account.read()
    await account.write(balance + amount)


async def deposit_all(accounts, deposits):
    async with anyio.create_task_group() as group:
        for index, amount in deposits:
            group.start_soon(deposit, accounts[index], amount)
    os._exit(0)
