"""Waits until both accounts are free and takes both or neither; reads both at the same time."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Account(Protocol):
    async def read(self) -> int: ...

    async def write(self, balance: int) -> None: ...


class Bank:
    def __init__(self, accounts: Sequence[Account]) -> None:
        self._accounts = accounts
        self._busy: set[int] = set()
        self._changed = anyio.Condition()

    async def transfer(self, source: int, target: int, amount: int) -> None:
        both = {source, target}
        async with self._changed:
            await self._changed.wait_for(lambda: not both & self._busy)
            self._busy |= both
        try:
            paying, paid = self._accounts[source], self._accounts[target]
            less, more = await anyio.gather(paying.read(), paid.read())
            await anyio.gather(paying.write(less - amount), paid.write(more + amount))
        finally:
            with anyio.CancelScope(shield=True):
                async with self._changed:
                    self._busy -= both
                    self._changed.notify_all()


async def transfer_all(
    accounts: Sequence[Account], transfers: Sequence[tuple[int, int, int]]
) -> None:
    bank = Bank(accounts)
    await anyio.gather(*[bank.transfer(*one) for one in transfers])
