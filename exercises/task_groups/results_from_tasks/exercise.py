"""Compare what an article costs in several shops."""

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
    prices: list[int | None] = []
    async with anyio.create_task_group() as group:
        for shop in shops:
            group.start_soon(ask, shop, article)
    return prices


if __name__ == "__main__":  # `python exercise.py` plays it on the real clock.
    import example

    example.run()
