"""Carry out many transfers at once, and come to an end."""

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
    async with locks[source]:
        balance = await accounts[source].read()
        async with locks[target]:
            await accounts[source].write(balance - amount)
            balance = await accounts[target].read()
            await accounts[target].write(balance + amount)


async def transfer_all(
    accounts: Sequence[Account], transfers: Sequence[tuple[int, int, int]]
) -> None:
    """Carry out every transfer: the indexes of the payer and the payee, and the amount."""
    locks = [anyio.Lock() for _ in accounts]
    async with anyio.create_task_group() as group:
        for source, target, amount in transfers:
            group.start_soon(transfer, accounts, locks, source, target, amount)


if __name__ == "__main__":  # `python exercise.py` plays it on the real clock.
    import example

    example.run()
