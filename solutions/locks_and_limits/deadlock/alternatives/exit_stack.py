"""The locks go onto an exit stack in order; both accounts are read together, and written together."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Protocol

import anyio


class Account(Protocol):
    """An account at the bank; each call takes a while."""

    async def read(self) -> int: ...

    async def write(self, balance: int) -> None: ...


async def transfer_all(
    accounts: Sequence[Account], transfers: Sequence[tuple[int, int, int]]
) -> None:
    """Carry out every transfer: the indexes of the payer and the payee, and the amount."""
    locks = tuple(anyio.Lock() for _ in range(len(accounts)))

    async def transfer(item: tuple[int, int, int]) -> None:
        source, target, amount = item
        async with AsyncExitStack() as stack:
            for index in sorted({source, target}, reverse=True):
                await stack.enter_async_context(locks[index])
            payer, payee = accounts[source], accounts[target]
            had, has = await anyio.gather(payer.read(), payee.read())
            await anyio.gather(payer.write(had - amount), payee.write(has + amount))

    await anyio.amap(transfer, transfers)
