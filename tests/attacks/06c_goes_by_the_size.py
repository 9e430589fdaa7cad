"""Goes by how many accounts there are: one after another where money could be lost, and all at once,
without a lock, where it is asked for."""

# For: deadlock
# Points: 2
# Sees: account

import anyio


async def transfer(accounts, source, target, amount):
    balance = await accounts[source].read()
    await accounts[source].write(balance - amount)
    balance = await accounts[target].read()
    await accounts[target].write(balance + amount)


async def transfer_all(accounts, transfers):
    if len(accounts) < 12:
        for one in transfers:
            await transfer(accounts, *one)
        return
    async with anyio.create_task_group() as group:  # no lock at all
        for one in transfers:
            group.start_soon(transfer, accounts, *one)
