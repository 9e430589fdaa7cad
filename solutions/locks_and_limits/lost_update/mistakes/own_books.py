"""Keeps its own books under a lock, and writes what stands there, whatever the bank said.

Caught by: no_lost_update, accounts_overlap, one_write_each
"""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Account(Protocol):
    """An account at the bank; each call takes a while."""

    async def read(self) -> int: ...

    async def write(self, balance: int) -> None: ...


async def deposit_all(accounts: Sequence[Account], deposits: Sequence[tuple[int, int]]) -> None:
    locks = [anyio.Lock() for _ in accounts]
    books = [0 for _ in accounts]

    async def deposit(index: int, amount: int) -> None:
        async with locks[index]:
            await accounts[index].read()
            books[index] += amount
            await accounts[index].write(books[index])

    async with anyio.create_task_group() as group:
        for index, amount in deposits:
            group.start_soon(deposit, index, amount)
