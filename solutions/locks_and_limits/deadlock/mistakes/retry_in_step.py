"""Gives up its first lock after a second and tries again at once, in step with the one it is in the way of.

Caught by: opposite_transfers_end, circles_end, strangers_overlap
"""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Account(Protocol):
    """An account at the bank; each call takes a while."""

    async def read(self) -> int: ...

    async def write(self, balance: int) -> None: ...


async def transfer(
    accounts: Sequence[Account], locks: Sequence[anyio.Lock], source: int, target: int, amount: int
) -> None:
    while True:
        async with locks[source]:
            with anyio.move_on_after(1) as patience:
                await locks[target].acquire()
            if patience.cancelled_caught:
                continue  # Let the other one go first.
            try:
                balance = await accounts[source].read()
                await accounts[source].write(balance - amount)
                balance = await accounts[target].read()
                await accounts[target].write(balance + amount)
            finally:
                locks[target].release()
            return


async def transfer_all(
    accounts: Sequence[Account], transfers: Sequence[tuple[int, int, int]]
) -> None:
    """Carry out every transfer: the indexes of the payer and the payee, and the amount."""
    locks = [anyio.Lock() for _ in accounts]
    async with anyio.create_task_group() as group:
        for source, target, amount in transfers:
            group.start_soon(transfer, accounts, locks, source, target, amount)
