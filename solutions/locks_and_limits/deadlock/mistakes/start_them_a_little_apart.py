"""Starts the transfers a moment apart, which keeps the first two from meeting, and no more than these.

Caught by: opposite_transfers_end, circles_end, strangers_overlap
"""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Account(Protocol):
    """An account at the bank; each call takes a while."""

    async def read(self) -> int: ...

    async def write(self, balance: int) -> None: ...


async def transfer(
    accounts: Sequence[Account],
    locks: Sequence[anyio.Lock],
    source: int,
    target: int,
    amount: int,
    delay: float,
) -> None:
    await anyio.sleep(delay)
    async with locks[source], locks[target]:
        balance = await accounts[source].read()
        await accounts[source].write(balance - amount)
        balance = await accounts[target].read()
        await accounts[target].write(balance + amount)


async def transfer_all(
    accounts: Sequence[Account], transfers: Sequence[tuple[int, int, int]]
) -> None:
    locks = [anyio.Lock() for _ in accounts]
    async with anyio.create_task_group() as group:
        for number, (source, target, amount) in enumerate(transfers):
            group.start_soon(transfer, accounts, locks, source, target, amount, number / 100)
