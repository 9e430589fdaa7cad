"""Each task appends its price when it has it, so that the quickest shop comes first.

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
    prices: list[int | None] = []

    async def note(shop: Shop) -> None:
        prices.append(await ask(shop, article))

    async with anyio.create_task_group() as group:
        for shop in shops:
            group.start_soon(note, shop)
    return prices
