"""Works in rounds, and waits for the slowest account of a round before the next.

Caught by: accounts_overlap
"""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Account(Protocol):
    """An account at the bank; each call takes a while."""

    async def read(self) -> int: ...

    async def write(self, balance: int) -> None: ...


async def deposit(account: Account, amount: int) -> None:
    balance = await account.read()
    await account.write(balance + amount)


async def deposit_all(accounts: Sequence[Account], deposits: Sequence[tuple[int, int]]) -> None:
    """Pay in every deposit, a pair of an index into `accounts` and an amount."""
    left = list(deposits)
    while left:
        later: list[tuple[int, int]] = []
        busy: set[int] = set()
        async with anyio.create_task_group() as group:
            for index, amount in left:
                if index in busy:
                    later.append((index, amount))
                else:
                    busy.add(index)
                    group.start_soon(deposit, accounts[index], amount)
        left = later
