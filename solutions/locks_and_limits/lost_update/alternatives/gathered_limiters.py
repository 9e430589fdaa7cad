"""Gathers all deposits; a limiter of one for each account is made when it is first needed."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Protocol

import anyio


class Account(Protocol):
    """An account at the bank; each call takes a while."""

    async def read(self) -> int: ...

    async def write(self, balance: int) -> None: ...


async def deposit_all(accounts: Sequence[Account], deposits: Sequence[tuple[int, int]]) -> None:
    """Pay in every deposit, a pair of an index into `accounts` and an amount."""
    desks: defaultdict[int, anyio.CapacityLimiter] = defaultdict(lambda: anyio.CapacityLimiter(1))

    async def deposit(index: int, amount: int) -> None:
        me = object()
        desk = desks[index]
        await desk.acquire_on_behalf_of(me)
        try:
            (balance,) = await anyio.gather(accounts[index].read())
            async with anyio.create_task_group() as group:  # noqa: ASYNC112
                group.start_soon(accounts[index].write, balance + amount)
        finally:
            desk.release_on_behalf_of(me)

    await anyio.gather(*(deposit(index, amount) for index, amount in deposits))
