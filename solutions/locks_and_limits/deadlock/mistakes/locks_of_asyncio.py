"""Locks of asyncio's, which need asyncio's event loop as soon as a task has to wait.

Caught by: opposite_transfers_end (trio), circles_end (trio), strangers_overlap (trio)
"""

import asyncio
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
    locks = [asyncio.Lock() for _ in accounts]

    async def transfer(source: int, target: int, amount: int) -> None:
        first, second = sorted((source, target))
        async with locks[first], locks[second]:
            balance = await accounts[source].read()
            await accounts[source].write(balance - amount)
            balance = await accounts[target].read()
            await accounts[target].write(balance + amount)

    async with anyio.create_task_group() as group:
        for one in transfers:
            group.start_soon(transfer, *one)
