"""Looks every tenth of a second whether the account is free, and is late by some of that.

Caught by: accounts_overlap
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
    busy: set[int] = set()

    async def deposit(index: int, amount: int) -> None:
        while index in busy:
            await anyio.sleep(0.1)
        busy.add(index)
        balance = await accounts[index].read()
        await accounts[index].write(balance + amount)
        busy.remove(index)

    async with anyio.create_task_group() as group:
        for index, amount in deposits:
            group.start_soon(deposit, index, amount)
