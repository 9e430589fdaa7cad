"""Keeps the locks by number from call to call, also for the accounts of another call.

Caught by: accounts_overlap
"""

from collections.abc import Sequence
from typing import Protocol

from collections import defaultdict

import anyio


class Account(Protocol):
    """An account at the bank; each call takes a while."""

    async def read(self) -> int: ...

    async def write(self, balance: int) -> None: ...


_locks: defaultdict[int, anyio.Lock] = defaultdict(anyio.Lock)


async def deposit(account: Account, lock: anyio.Lock, amount: int) -> None:
    async with lock:
        balance = await account.read()
        await account.write(balance + amount)


async def deposit_all(accounts: Sequence[Account], deposits: Sequence[tuple[int, int]]) -> None:
    """Pay in every deposit, a pair of an index into `accounts` and an amount."""
    async with anyio.create_task_group() as group:
        for index, amount in deposits:
            group.start_soon(deposit, accounts[index], _locks[index], amount)
