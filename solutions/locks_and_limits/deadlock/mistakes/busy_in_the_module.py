"""The accounts in use are kept by number in the module, also those of another call.

Caught by: opposite_transfers_end, strangers_overlap
"""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Account(Protocol):
    """An account at the bank; each call takes a while."""

    async def read(self) -> int: ...

    async def write(self, balance: int) -> None: ...


_in_use: set[int] = set()


async def transfer(
    accounts: Sequence[Account],
    changed: anyio.Condition,
    source: int,
    target: int,
    amount: int,
) -> None:
    pair = {source, target}
    async with changed:
        while pair & _in_use:
            await changed.wait()
        _in_use.update(pair)
    balance = await accounts[source].read()
    await accounts[source].write(balance - amount)
    balance = await accounts[target].read()
    await accounts[target].write(balance + amount)
    async with changed:
        _in_use.difference_update(pair)
        changed.notify_all()


async def transfer_all(
    accounts: Sequence[Account], transfers: Sequence[tuple[int, int, int]]
) -> None:
    """Carry out every transfer: the indexes of the payer and the payee, and the amount."""
    changed = anyio.Condition()
    async with anyio.create_task_group() as group:
        for source, target, amount in transfers:
            group.start_soon(transfer, accounts, changed, source, target, amount)
