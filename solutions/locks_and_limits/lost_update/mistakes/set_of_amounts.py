"""Collects the amounts of an account in a set, which books two equal ones once.

Caught by: no_lost_update, accounts_overlap, one_write_each
"""

from collections.abc import Sequence
from typing import Protocol

from collections import defaultdict

import anyio


class Account(Protocol):
    """An account at the bank; each call takes a while."""

    async def read(self) -> int: ...

    async def write(self, balance: int) -> None: ...


async def pay_in(account: Account, amounts: set[int]) -> None:
    for amount in amounts:
        balance = await account.read()
        await account.write(balance + amount)


async def deposit_all(accounts: Sequence[Account], deposits: Sequence[tuple[int, int]]) -> None:
    """Pay in every deposit, a pair of an index into `accounts` and an amount."""
    by_account: defaultdict[int, set[int]] = defaultdict(set)
    for index, amount in deposits:
        by_account[index].add(amount)
    async with anyio.create_task_group() as group:
        for index, amounts in by_account.items():
            group.start_soon(pay_in, accounts[index], amounts)
