"""Each task takes its place when it first runs: in the order of the shops on asyncio only.

Caught by: prices_in_order (trio), missing_keeps_its_place (trio), shops_overlap (trio)
"""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Shop(Protocol):
    """A shop on the net; each call takes a while."""

    async def find(self, article: str) -> int | None:
        """The number under which the shop has the article, or None if it does not have it."""

    async def price(self, number: int) -> int:
        """The price in cents of what the shop has under a number."""


async def ask(shop: Shop, article: str) -> int | None:
    number = await shop.find(article)
    if number is None:
        return None
    return await shop.price(number)


async def compare(shops: Sequence[Shop], article: str) -> list[int | None]:
    prices: list[int | None] = []

    async def one(shop: Shop) -> None:
        place = len(prices)
        prices.append(None)
        prices[place] = await ask(shop, article)

    async with anyio.create_task_group() as group:
        for shop in shops:
            group.start_soon(one, shop)
    return prices
