"""Goes back to asyncio.gather, which the site cannot use on trio.

Caught by: prices_in_order, missing_keeps_its_place, shops_overlap
"""

import asyncio
from collections.abc import Sequence
from typing import Protocol


class Shop(Protocol):
    async def find(self, article: str) -> int | None: ...

    async def price(self, number: int) -> int: ...


async def ask(shop: Shop, article: str) -> int | None:
    number = await shop.find(article)
    if number is None:
        return None
    return await shop.price(number)


async def compare(shops: Sequence[Shop], article: str) -> list[int | None]:
    return list(await asyncio.gather(*(ask(shop, article) for shop in shops)))
