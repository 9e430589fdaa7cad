"""Keeps the transfers in a dictionary by payer and payee, which holds only the last between two.

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
    accounts: Sequence[Account], locks: Sequence[anyio.Lock], source: int, target: int, amount: int
) -> None:
    first, second = sorted((source, target))
    async with locks[first], locks[second]:
        balance = await accounts[source].read()
        await accounts[source].write(balance - amount)
        balance = await accounts[target].read()
        await accounts[target].write(balance + amount)


async def transfer_all(
    accounts: Sequence[Account], transfers: Sequence[tuple[int, int, int]]
) -> None:
    """Carry out every transfer: the indexes of the payer and the payee, and the amount."""
    locks = [anyio.Lock() for _ in accounts]
    orders = {(source, target): amount for source, target, amount in transfers}
    async with anyio.create_task_group() as group:
        for (source, target), amount in orders.items():
            group.start_soon(transfer, accounts, locks, source, target, amount)
