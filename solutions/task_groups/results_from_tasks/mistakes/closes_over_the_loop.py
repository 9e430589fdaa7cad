"""The task looks `index` and `shop` up when it runs, after the loop: all ask the last shop.

Caught by: prices_in_order, missing_keeps_its_place, shops_overlap
"""

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
    async with anyio.create_task_group() as group:
        for index, shop in enumerate(shops):

            async def fill() -> None:
                prices[index] = await ask(shop, article)

            group.start_soon(fill)
    return prices
