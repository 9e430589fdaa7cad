"""Takes asyncio's own lock, which cannot make anybody wait on trio.

Caught by: no_lost_update (trio), accounts_overlap (trio), one_write_each (trio)
"""

import asyncio
from collections.abc import Sequence
from typing import Protocol

import anyio


class Account(Protocol):
    """An account at the bank; each call takes a while."""

    async def read(self) -> int: ...

    async def write(self, balance: int) -> None: ...


async def deposit(account: Account, amount: int, lock: asyncio.Lock) -> None:
    async with lock:
        balance = await account.read()
        await account.write(balance + amount)


async def deposit_all(accounts: Sequence[Account], deposits: Sequence[tuple[int, int]]) -> None:
    locks = [asyncio.Lock() for _ in accounts]
    async with anyio.create_task_group() as group:
        for index, amount in deposits:
            group.start_soon(deposit, accounts[index], amount, locks[index])
