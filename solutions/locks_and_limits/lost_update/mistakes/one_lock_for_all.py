"""One lock for every account, so that all of them stand in one queue.

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
    lock = anyio.Lock()

    async def deposit(account: Account, amount: int) -> None:
        async with lock:
            balance = await account.read()
            await account.write(balance + amount)

    async with anyio.create_task_group() as group:
        for index, amount in deposits:
            group.start_soon(deposit, accounts[index], amount)
