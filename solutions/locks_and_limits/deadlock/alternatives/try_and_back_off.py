"""Takes the second lock only if it is free; otherwise gives the first one back and tries again."""

from collections.abc import Sequence
from random import uniform
from typing import Protocol

import anyio


class Account(Protocol):
    async def read(self) -> int: ...

    async def write(self, balance: int) -> None: ...


async def transfer_all(
    accounts: Sequence[Account], transfers: Sequence[tuple[int, int, int]]
) -> None:
    locks = [anyio.Lock() for _ in accounts]

    async def attempt(source: int, target: int, amount: int) -> bool:
        async with locks[source]:
            try:
                locks[target].acquire_nowait()
            except anyio.WouldBlock:
                pass
            else:
                try:
                    paying = accounts[source]
                    await paying.write(await paying.read() - amount)
                    paid = accounts[target]
                    await paid.write(await paid.read() + amount)
                    return True
                finally:
                    locks[target].release()
        # Two that wait equally long could meet again and again.
        await anyio.sleep(uniform(0.1, 0.5))
        return False

    async def transfer(source: int, target: int, amount: int) -> None:
        while not await attempt(source, target, amount):
            pass

    async with anyio.create_task_group() as group:
        for source, target, amount in transfers:
            group.start_soon(transfer, source, target, amount)
