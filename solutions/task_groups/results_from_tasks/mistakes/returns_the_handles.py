"""Returns the task handles, and not what the tasks returned.

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
    async with anyio.create_task_group() as group:
        prices = [group.start_soon(ask, shop, article) for shop in shops]
    return prices
