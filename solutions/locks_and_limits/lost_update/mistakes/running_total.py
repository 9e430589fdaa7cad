"""Knows the balance itself after the first read; which write arrives last is up to the bank.

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
    """Pay in every deposit, a pair of an index into `accounts` and an amount."""
    totals: dict[int, int] = {}

    async def deposit(index: int, amount: int) -> None:
        balance = await accounts[index].read()
        # Somebody may have paid in meanwhile: what we know is newer than what we read.
        totals[index] = totals.get(index, balance) + amount
        await accounts[index].write(totals[index])

    async with anyio.create_task_group() as group:
        for index, amount in deposits:
            group.start_soon(deposit, index, amount)
