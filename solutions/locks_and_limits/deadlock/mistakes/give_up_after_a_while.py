"""A transfer that waits for too long is given up, and nobody ever carries it out.

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
    with anyio.move_on_after(60):
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
        for source, target, amount in transfers:
            group.start_soon(transfer, accounts, locks, source, target, amount)
