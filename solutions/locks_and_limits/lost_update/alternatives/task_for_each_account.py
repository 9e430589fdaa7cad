"""One task an account, which pays its deposits in one after the other: nothing is shared."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Protocol

import anyio


class Account(Protocol):
    async def read(self) -> int: ...

    async def write(self, balance: int) -> None: ...


async def deposit_all(accounts: Sequence[Account], deposits: Sequence[tuple[int, int]]) -> None:
    by_account: defaultdict[int, list[int]] = defaultdict(list)
    for index, amount in deposits:
        by_account[index].append(amount)

    async def pay_in(index: int) -> None:
        for amount in by_account[index]:
            await accounts[index].write(await accounts[index].read() + amount)

    await anyio.amap(pay_in, by_account)
