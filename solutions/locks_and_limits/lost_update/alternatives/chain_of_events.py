"""No lock at all: every deposit waits for an event of the one before it to the same account."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Account(Protocol):
    """An account at the bank; each call takes a while."""

    async def read(self) -> int: ...

    async def write(self, balance: int) -> None: ...


async def deposit(
    account: Account, amount: int, before: anyio.Event | None, after: anyio.Event
) -> None:
    if before is not None:
        await before.wait()
    balance = await account.read()
    await account.write(balance + amount)
    after.set()


async def deposit_all(accounts: Sequence[Account], deposits: Sequence[tuple[int, int]]) -> None:
    """Pay in every deposit, a pair of an index into `accounts` and an amount."""
    last: dict[int, anyio.Event] = {}
    async with anyio.create_task_group() as group:
        for index, amount in deposits:
            before, after = last.get(index), anyio.Event()
            last[index] = after
            group.start_soon(deposit, accounts[index], amount, before, after)
