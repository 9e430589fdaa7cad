"""Whoever waits for an account also holds a place that another account could use.

Caught by: accounts_overlap
"""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Account(Protocol):
    """An account at the bank; each call takes a while."""

    async def read(self) -> int: ...

    async def write(self, balance: int) -> None: ...


async def deposit(
    account: Account, lock: anyio.Lock, limiter: anyio.CapacityLimiter, amount: int
) -> None:
    # There is never a reason to have more calls under way than there are accounts.
    async with limiter, lock:
        balance = await account.read()
        await account.write(balance + amount)


async def deposit_all(accounts: Sequence[Account], deposits: Sequence[tuple[int, int]]) -> None:
    """Pay in every deposit, a pair of an index into `accounts` and an amount."""
    locks = [anyio.Lock() for _ in accounts]
    limiter = anyio.CapacityLimiter(max(1, len(accounts)))
    async with anyio.create_task_group() as group:
        for index, amount in deposits:
            group.start_soon(deposit, accounts[index], locks[index], limiter, amount)
