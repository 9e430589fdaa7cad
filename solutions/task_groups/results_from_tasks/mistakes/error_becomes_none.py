"""Shows a shop that fails as one that does not have the article.

Caught by: prices_in_order, missing_keeps_its_place, shops_overlap
"""

import logging
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
    prices: list[int | None] = [None] * len(shops)

    async def one(index: int, shop: Shop) -> None:
        try:
            prices[index] = await ask(shop, article)
        except Exception:
            logging.getLogger(__name__).exception("shop %d", index)

    async with anyio.create_task_group() as group:
        for index, shop in enumerate(shops):
            group.start_soon(one, index, shop)
    return prices
