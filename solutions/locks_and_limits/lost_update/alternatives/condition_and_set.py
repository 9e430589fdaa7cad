"""One condition for all, and a set of the accounts that are in use."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

import anyio


class Account(Protocol):
    """An account at the bank; each call takes a while."""

    async def read(self) -> int: ...

    async def write(self, balance: int) -> None: ...


class Vault:
    def __init__(self) -> None:
        self.in_use: set[int] = set()
        self.condition = anyio.Condition()

    @asynccontextmanager
    async def only_me(self, index: int) -> AsyncIterator[None]:
        async with self.condition:
            await self.condition.wait_for(lambda: index not in self.in_use)
            self.in_use.add(index)
        try:
            yield
        finally:
            with anyio.CancelScope(shield=True):
                async with self.condition:
                    self.in_use.remove(index)
                    self.condition.notify_all()


async def deposit_all(accounts: Sequence[Account], deposits: Sequence[tuple[int, int]]) -> None:
    """Pay in every deposit, a pair of an index into `accounts` and an amount."""
    vault = Vault()

    async def deposit(index: int, amount: int) -> None:
        async with vault.only_me(index):
            balance = await accounts[index].read()
            await accounts[index].write(balance + amount)

    async with anyio.create_task_group() as group:
        for pair in deposits:
            group.start_soon(deposit, *pair)
