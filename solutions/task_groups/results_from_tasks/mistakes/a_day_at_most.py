"""Takes a shop that has not replied after a day for one that does not have the article.

Caught by: prices_in_order, missing_keeps_its_place, shops_overlap
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
    """Return the price of the article in each of the shops, in their order."""
    prices: list[int | None] = [None] * len(shops)

    async def fill(place: int, shop: Shop) -> None:
        with anyio.move_on_after(24 * 60 * 60):
            prices[place] = await ask(shop, article)

    async with anyio.create_task_group() as group:
        for place, shop in enumerate(shops):
            group.start_soon(fill, place, shop)
    return prices
