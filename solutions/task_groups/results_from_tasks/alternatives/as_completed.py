"""Takes the results as they come, and puts them in order at the end."""

from collections.abc import Sequence
from typing import Protocol

import anyio
import anyio.lowlevel


class Shop(Protocol):
    async def find(self, article: str) -> int | None: ...

    async def price(self, number: int) -> int: ...


async def ask(shop: Shop, article: str) -> int | None:
    number = await shop.find(article)
    if number is None:
        return None
    return await shop.price(number)


async def compare(shops: Sequence[Shop], article: str) -> list[int | None]:
    async def ask_for_article(index: int) -> tuple[int, int | None]:
        return index, await ask(shops[index], article)

    prices: dict[int, int | None] = {}
    await anyio.lowlevel.checkpoint()
    if shops:
        async with anyio.as_completed(*map(ask_for_article, range(len(shops)))) as results:
            async for handle in results:
                index, price = handle.return_value
                prices[index] = price
    return [prices[index] for index in range(len(shops))]
