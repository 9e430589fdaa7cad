"""Works in rounds of transfers with no account in common, and waits for the slowest of each.

Caught by: strangers_overlap
"""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Account(Protocol):
    """An account at the bank; each call takes a while."""

    async def read(self) -> int: ...

    async def write(self, balance: int) -> None: ...


async def transfer(accounts: Sequence[Account], source: int, target: int, amount: int) -> None:
    balance = await accounts[source].read()
    await accounts[source].write(balance - amount)
    balance = await accounts[target].read()
    await accounts[target].write(balance + amount)


async def transfer_all(
    accounts: Sequence[Account], transfers: Sequence[tuple[int, int, int]]
) -> None:
    """Carry out every transfer: the indexes of the payer and the payee, and the amount."""
    left = list(transfers)
    while left:
        used: set[int] = set()
        later: list[tuple[int, int, int]] = []
        async with anyio.create_task_group() as group:
            for source, target, amount in left:
                if source in used or target in used:
                    later.append((source, target, amount))
                else:
                    group.start_soon(transfer, accounts, source, target, amount)
                used |= {source, target}
        left = later
