"""One at a time takes its two locks behind a gate: who waits for a lock in there keeps all others out.

Caught by: strangers_overlap
"""

from collections.abc import Sequence
from typing import Protocol

from contextlib import AsyncExitStack

import anyio


class Account(Protocol):
    """An account at the bank; each call takes a while."""

    async def read(self) -> int: ...

    async def write(self, balance: int) -> None: ...


async def transfer(
    accounts: Sequence[Account],
    gate: anyio.Lock,
    locks: Sequence[anyio.Lock],
    source: int,
    target: int,
    amount: int,
) -> None:
    async with AsyncExitStack() as stack:
        async with gate:
            await stack.enter_async_context(locks[source])
            await stack.enter_async_context(locks[target])
        balance = await accounts[source].read()
        await accounts[source].write(balance - amount)
        balance = await accounts[target].read()
        await accounts[target].write(balance + amount)


async def transfer_all(
    accounts: Sequence[Account], transfers: Sequence[tuple[int, int, int]]
) -> None:
    """Carry out every transfer: the indexes of the payer and the payee, and the amount."""
    gate = anyio.Lock()
    locks = [anyio.Lock() for _ in accounts]
    async with anyio.create_task_group() as group:
        for source, target, amount in transfers:
            group.start_soon(transfer, accounts, gate, locks, source, target, amount)
