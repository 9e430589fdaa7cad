"""Is right or wrong as a coin has it, so that a failure is rarely to be had again."""

# For: lost_update

import anyio


def heads():
    with open("/dev/urandom", "rb") as source:
        return source.read(1)[0] % 2


async def deposit(account, amount, lock):
    async with lock:
        balance = await account.read()
        await account.write(balance + amount)


async def deposit_all(accounts, deposits):
    wrong = heads()
    locks = [anyio.Lock() for _ in accounts]
    async with anyio.create_task_group() as group:
        for index, amount in deposits:
            group.start_soon(deposit, accounts[index], amount + wrong, locks[index])
