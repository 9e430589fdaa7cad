"""One lock at a time: first the money leaves the one account, then it arrives in the other."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Account(Protocol):
    async def read(self) -> int: ...

    async def write(self, balance: int) -> None: ...


class SafeAccount:
    def __init__(self, account: Account) -> None:
        self._account = account
        self._free = anyio.CapacityLimiter(1)

    async def add(self, amount: int) -> None:
        async with self._free:
            balance = await self._account.read()
            await self._account.write(balance + amount)


async def transfer_all(
    accounts: Sequence[Account], transfers: Sequence[tuple[int, int, int]]
) -> None:
    safe = [SafeAccount(account) for account in accounts]

    async def transfer(source: int, target: int, amount: int) -> None:
        await safe[source].add(-amount)
        await safe[target].add(amount)

    async with anyio.create_task_group() as group:
        for one in transfers:
            group.create_task(transfer(*one))
