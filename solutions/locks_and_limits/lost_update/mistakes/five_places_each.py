"""A queue of five places for each account: a full one holds up the deposits to the others.

Caught by: accounts_overlap
"""

from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from collections.abc import Sequence
from typing import Protocol

import anyio


class Account(Protocol):
    """An account at the bank; each call takes a while."""

    async def read(self) -> int: ...

    async def write(self, balance: int) -> None: ...


async def clerk(account: Account, amounts: MemoryObjectReceiveStream[int]) -> None:
    async with amounts:
        async for amount in amounts:
            balance = await account.read()
            await account.write(balance + amount)


async def deposit_all(accounts: Sequence[Account], deposits: Sequence[tuple[int, int]]) -> None:
    """Pay in every deposit, a pair of an index into `accounts` and an amount."""
    counters: dict[int, MemoryObjectSendStream[int]] = {}
    async with anyio.create_task_group() as group:
        for index, amount in deposits:
            if index not in counters:
                counters[index], receive = anyio.create_memory_object_stream[int](5)
                group.start_soon(clerk, accounts[index], receive)
            await counters[index].send(amount)
        for counter in counters.values():
            counter.close()
