"""Adds the deposits up itself, reads for show, and writes each sum.

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
    sums = [0 for _ in accounts]
    for index, amount in deposits:
        sums[index] += amount
    async with anyio.create_task_group() as group:
        for account, balance in zip(accounts, sums):
            await account.read()
            group.start_soon(account.write, balance)
