"""Takes a bank that is slow for one that does not answer, and leaves the deposit out.

Caught by: no_lost_update, accounts_overlap, one_write_each
"""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Account(Protocol):
    """An account at the bank; each call takes a while."""

    async def read(self) -> int: ...

    async def write(self, balance: int) -> None: ...


async def deposit(account: Account, amount: int, lock: anyio.Lock) -> None:
    async with lock:
        with anyio.move_on_after(300):
            balance = await account.read()
            await account.write(balance + amount)


async def deposit_all(accounts: Sequence[Account], deposits: Sequence[tuple[int, int]]) -> None:
    """Pay in every deposit, a pair of an index into `accounts` and an amount."""
    locks = [anyio.Lock() for _ in accounts]
    async with anyio.create_task_group() as group:
        for index, amount in deposits:
            group.start_soon(deposit, accounts[index], amount, locks[index])
