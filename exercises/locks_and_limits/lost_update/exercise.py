"""Pay in many deposits at once, and lose none."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Account(Protocol):
    """An account at the bank; each call takes a while."""

    async def read(self) -> int: ...

    async def write(self, balance: int) -> None: ...


async def deposit(account: Account, amount: int) -> None:
    balance = await account.read()
    await account.write(balance + amount)


async def deposit_all(accounts: Sequence[Account], deposits: Sequence[tuple[int, int]]) -> None:
    """Pay in every deposit, a pair of an index into `accounts` and an amount."""
    async with anyio.create_task_group() as group:
        for index, amount in deposits:
            group.start_soon(deposit, accounts[index], amount)


if __name__ == "__main__":  # `python exercise.py` plays it on the real clock.
    import example

    example.run()
