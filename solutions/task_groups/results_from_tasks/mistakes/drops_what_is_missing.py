"""Leaves out the shops that do not have the article, so that the others move up.

Caught by: missing_keeps_its_place
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
        handles = [group.start_soon(ask, shop, article) for shop in shops]
    return [price for handle in handles if (price := handle.return_value) is not None]
