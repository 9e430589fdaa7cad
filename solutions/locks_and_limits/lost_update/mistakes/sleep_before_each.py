"""Waits so long before each deposit that they do not meet, if the bank is quick enough.

Caught by: no_lost_update, accounts_overlap, one_write_each
"""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Account(Protocol):
    """An account at the bank; each call takes a while."""

    async def read(self) -> int: ...

    async def write(self, balance: int) -> None: ...


async def deposit(account: Account, amount: int, delay: float) -> None:
    await anyio.sleep(delay)
    balance = await account.read()
    await account.write(balance + amount)


async def deposit_all(accounts: Sequence[Account], deposits: Sequence[tuple[int, int]]) -> None:
    async with anyio.create_task_group() as group:
        for number, (index, amount) in enumerate(deposits):
            group.start_soon(deposit, accounts[index], amount, number * 10)
