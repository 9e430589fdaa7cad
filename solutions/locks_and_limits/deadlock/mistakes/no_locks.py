"""Takes the locks out: nothing stands still any more, and money gets lost.

Caught by: opposite_transfers_end, circles_end, strangers_overlap
"""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Account(Protocol):
    """An account at the bank; each call takes a while."""

    async def read(self) -> int: ...

    async def write(self, balance: int) -> None: ...


async def transfer(source: Account, target: Account, amount: int) -> None:
    balance = await source.read()
    await source.write(balance - amount)
    balance = await target.read()
    await target.write(balance + amount)


async def transfer_all(
    accounts: Sequence[Account], transfers: Sequence[tuple[int, int, int]]
) -> None:
    async with anyio.create_task_group() as group:
        for source, target, amount in transfers:
            group.start_soon(transfer, accounts[source], accounts[target], amount)
