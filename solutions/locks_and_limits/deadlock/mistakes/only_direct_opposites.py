"""Turns the order round where the exact opposite is on the list; a circle of three still blocks.

Caught by: circles_end
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
    first: anyio.Lock,
    second: anyio.Lock,
    source: int,
    target: int,
    amount: int,
) -> None:
    async with first, second:
        balance = await accounts[source].read()
        await accounts[source].write(balance - amount)
        balance = await accounts[target].read()
        await accounts[target].write(balance + amount)


async def transfer_all(
    accounts: Sequence[Account], transfers: Sequence[tuple[int, int, int]]
) -> None:
    """Carry out every transfer: the indexes of the payer and the payee, and the amount."""
    locks = [anyio.Lock() for _ in accounts]
    routes = {(source, target) for source, target, _ in transfers}
    async with anyio.create_task_group() as group:
        for source, target, amount in transfers:
            first, second = locks[source], locks[target]
            if (target, source) in routes and target < source:
                first, second = second, first
            group.start_soon(transfer, accounts, first, second, source, target, amount)
