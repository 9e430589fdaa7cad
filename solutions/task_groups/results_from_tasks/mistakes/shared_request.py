"""Two pages that want the same price at the same time share one request, and its fate.

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


_under_way: dict[tuple[int, str], anyio.Future[int | None]] = {}


async def ask_once(shop: Shop, article: str) -> int | None:
    key = id(shop), article
    if (other := _under_way.get(key)) is not None:
        return await other
    mine: anyio.Future[int | None] = anyio.Future()
    _under_way[key] = mine
    try:
        price = await ask(shop, article)
    except BaseException as error:
        mine.exception = error
        raise
    else:
        mine.return_value = price
        return price
    finally:
        del _under_way[key]


async def compare(shops: Sequence[Shop], article: str) -> list[int | None]:
    """Return the price of the article in each of the shops, in their order."""
    return await anyio.amap(lambda shop: ask_once(shop, article), shops)
