"""Leaves out deposits of 0, which are to be booked like any other.

Caught by: one_write_each
"""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Account(Protocol):
    """An account at the bank; each call takes a while."""

    async def read(self) -> int: ...

    async def write(self, balance: int) -> None: ...


async def deposit(account: Account, lock: anyio.Lock, amount: int) -> None:
    async with lock:
        balance = await account.read()
        await account.write(balance + amount)


async def deposit_all(accounts: Sequence[Account], deposits: Sequence[tuple[int, int]]) -> None:
    """Pay in every deposit, a pair of an index into `accounts` and an amount."""
    locks = [anyio.Lock() for _ in accounts]
    async with anyio.create_task_group() as group:
        for index, amount in deposits:
            if amount:
                group.start_soon(deposit, accounts[index], locks[index], amount)
