"""A slot for each task, as it was done before there were task handles."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Shop(Protocol):
    async def find(self, article: str) -> int | None: ...

    async def price(self, number: int) -> int: ...


async def ask(shop: Shop, article: str) -> int | None:
    number = await shop.find(article)
    if number is None:
        return None
    return await shop.price(number)


async def compare(shops: Sequence[Shop], article: str) -> list[int | None]:
    prices: list[int | None] = [None] * len(shops)

    async def fill(index: int) -> None:
        prices[index] = await ask(shops[index], article)

    async with anyio.create_task_group() as group:
        for index in reversed(range(len(shops))):
            group.start_soon(fill, index)
    return prices
