"""The lock is held for the write only, when the balance was read already.

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
    locks = [anyio.Lock() for _ in accounts]

    async def deposit(index: int, amount: int) -> None:
        balance = await accounts[index].read()
        async with locks[index]:
            await accounts[index].write(balance + amount)

    async with anyio.create_task_group() as group:
        for index, amount in deposits:
            group.start_soon(deposit, index, amount)
