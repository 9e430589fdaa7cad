"""Awaits each task where it starts it, so that the next shop is asked only after that.

Caught by: shops_overlap
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
    prices = []
    async with anyio.create_task_group() as group:
        for shop in shops:
            prices.append(await group.start_soon(ask, shop, article))
    return prices
