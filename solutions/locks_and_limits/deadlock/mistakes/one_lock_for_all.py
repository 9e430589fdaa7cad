"""One lock for the whole bank, so that every transfer waits for every other.

Caught by: strangers_overlap
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
    lock = anyio.Lock()

    async def transfer(source: int, target: int, amount: int) -> None:
        async with lock:
            balance = await accounts[source].read()
            await accounts[source].write(balance - amount)
            balance = await accounts[target].read()
            await accounts[target].write(balance + amount)

    async with anyio.create_task_group() as group:
        for one in transfers:
            group.start_soon(transfer, *one)
