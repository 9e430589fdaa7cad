"""Groups only deposits that stand next to each other: an account may get two tasks at once.

Caught by: no_lost_update, accounts_overlap, one_write_each
"""

from collections.abc import Sequence
from typing import Protocol

from itertools import groupby
from operator import itemgetter

import anyio


class Account(Protocol):
    """An account at the bank; each call takes a while."""

    async def read(self) -> int: ...

    async def write(self, balance: int) -> None: ...


async def deposit_in_turn(account: Account, amounts: list[int]) -> None:
    for amount in amounts:
        balance = await account.read()
        await account.write(balance + amount)


async def deposit_all(accounts: Sequence[Account], deposits: Sequence[tuple[int, int]]) -> None:
    """Pay in every deposit, a pair of an index into `accounts` and an amount."""
    async with anyio.create_task_group() as group:
        for index, pairs in groupby(deposits, key=itemgetter(0)):
            amounts = [amount for _, amount in pairs]
            group.start_soon(deposit_in_turn, accounts[index], amounts)
