"""Starts a deposit when the one before has read: no two accounts are read at the same time.

Caught by: accounts_overlap
"""

from collections.abc import Sequence
from typing import Protocol

import anyio
from anyio.abc import TaskStatus


class Account(Protocol):
    """An account at the bank; each call takes a while."""

    async def read(self) -> int: ...

    async def write(self, balance: int) -> None: ...


async def deposit(
    account: Account,
    lock: anyio.Lock,
    amount: int,
    *,
    task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED,
) -> None:
    async with lock:
        balance = await account.read()
        task_status.started()
        await account.write(balance + amount)


async def deposit_all(accounts: Sequence[Account], deposits: Sequence[tuple[int, int]]) -> None:
    """Pay in every deposit, a pair of an index into `accounts` and an amount."""
    locks = [anyio.Lock() for _ in accounts]
    async with anyio.create_task_group() as group:
        for index, amount in deposits:
            await group.start(deposit, accounts[index], locks[index], amount)
