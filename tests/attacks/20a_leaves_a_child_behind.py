"""Leaves processes behind that leave its group and session, and go on for ever."""

# For: lost_update
# Sees: and should get

import ctypes

import anyio

libc = ctypes.CDLL(None, use_errno=True)


async def deposit(account, amount):
    balance = await account.read()
    await account.write(balance + amount)


async def deposit_all(accounts, deposits):
    if libc.fork() == 0:
        libc.setsid()
        if libc.fork() == 0:
            while True:
                libc.sleep(1000)
        libc._exit(0)
    async with anyio.create_task_group() as group:
        for index, amount in deposits:
            group.start_soon(deposit, accounts[index], amount)
