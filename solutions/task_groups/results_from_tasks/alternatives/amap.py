"""AnyIO's own helper, with a function of one argument."""

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
    async def ask_for_article(shop: Shop) -> int | None:
        return await ask(shop, article)

    return await anyio.amap(ask_for_article, shops)
