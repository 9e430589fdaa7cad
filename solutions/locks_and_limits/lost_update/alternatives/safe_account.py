"""A class that owns the lock of its account, with extra checkpoints in all the wrong places."""

from collections.abc import Sequence
from typing import Protocol

import anyio
import anyio.lowlevel


class Account(Protocol):
    async def read(self) -> int: ...

    async def write(self, balance: int) -> None: ...


class SafeAccount:
    def __init__(self, account: Account) -> None:
        self._account = account
        self._free = anyio.Semaphore(1)

    async def deposit(self, amount: int) -> None:
        async with self._free:
            balance = await self._account.read()
            await anyio.lowlevel.checkpoint()
            await self._account.write(balance + amount)


async def deposit_all(accounts: Sequence[Account], deposits: Sequence[tuple[int, int]]) -> None:
    safe = [SafeAccount(account) for account in accounts]
    async with anyio.create_task_group() as group:
        for index, amount in deposits:
            await anyio.lowlevel.checkpoint()
            group.create_task(safe[index].deposit(amount))
