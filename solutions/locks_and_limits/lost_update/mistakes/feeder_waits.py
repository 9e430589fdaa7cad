"""A stream without room: what hands the deposits out waits for a busy account.

Caught by: accounts_overlap
"""

from collections.abc import Sequence
from typing import Protocol

from contextlib import AsyncExitStack

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream


class Account(Protocol):
    """An account at the bank; each call takes a while."""

    async def read(self) -> int: ...

    async def write(self, balance: int) -> None: ...


async def worker(account: Account, amounts: MemoryObjectReceiveStream[int]) -> None:
    async with amounts:
        async for amount in amounts:
            balance = await account.read()
            await account.write(balance + amount)


async def deposit_all(accounts: Sequence[Account], deposits: Sequence[tuple[int, int]]) -> None:
    """Pay in every deposit, a pair of an index into `accounts` and an amount."""
    async with anyio.create_task_group() as group, AsyncExitStack() as stack:
        senders: dict[int, MemoryObjectSendStream[int]] = {}
        for index, amount in deposits:
            if index not in senders:
                send, receive = anyio.create_memory_object_stream[int]()
                senders[index] = await stack.enter_async_context(send)
                group.start_soon(worker, accounts[index], receive)
            await senders[index].send(amount)
