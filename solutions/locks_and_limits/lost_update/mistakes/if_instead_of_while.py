"""A lock made by hand asks once: all who wait for an account go on at the same time.

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
    in_use: dict[int, anyio.Event] = {}

    async def deposit(index: int, amount: int) -> None:
        if index in in_use:
            await in_use[index].wait()
        done = in_use[index] = anyio.Event()
        try:
            balance = await accounts[index].read()
            await accounts[index].write(balance + amount)
        finally:
            if in_use.get(index) is done:
                del in_use[index]
            done.set()

    async with anyio.create_task_group() as group:
        for index, amount in deposits:
            group.start_soon(deposit, index, amount)
