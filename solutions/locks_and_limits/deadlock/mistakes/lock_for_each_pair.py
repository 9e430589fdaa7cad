"""A lock for each pair of accounts: two transfers that share only one of theirs do not see each other.

Caught by: circles_end
"""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Account(Protocol):
    """An account at the bank; each call takes a while."""

    async def read(self) -> int: ...

    async def write(self, balance: int) -> None: ...


async def transfer_all(
    accounts: Sequence[Account], transfers: Sequence[tuple[int, int, int]]
) -> None:
    locks = {frozenset(pair): anyio.Lock() for *pair, _ in transfers}

    async def transfer(source: int, target: int, amount: int) -> None:
        async with locks[frozenset((source, target))]:
            balance = await accounts[source].read()
            await accounts[source].write(balance - amount)
            balance = await accounts[target].read()
            await accounts[target].write(balance + amount)

    async with anyio.create_task_group() as group:
        for one in transfers:
            group.start_soon(transfer, *one)
