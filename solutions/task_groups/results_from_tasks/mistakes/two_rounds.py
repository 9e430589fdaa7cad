"""Finds the article in every shop first, and asks for prices when the slowest has found it.

Caught by: shops_overlap
"""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Shop(Protocol):
    async def find(self, article: str) -> int | None: ...

    async def price(self, number: int) -> int: ...


async def compare(shops: Sequence[Shop], article: str) -> list[int | None]:
    async def find(shop: Shop) -> int | None:
        return await shop.find(article)

    numbers = await anyio.amap(find, shops)

    async def price(pair: tuple[Shop, int | None]) -> int | None:
        shop, number = pair
        return None if number is None else await shop.price(number)

    return await anyio.amap(price, zip(shops, numbers))
