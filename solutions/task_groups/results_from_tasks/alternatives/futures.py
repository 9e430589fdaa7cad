"""A future for each shop, awaited in the order of the list."""

from collections.abc import Sequence
from typing import Protocol

import anyio
import anyio.lowlevel


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


async def promise(shop: Shop, article: str, future: "anyio.Future[int | None]") -> None:
    await anyio.lowlevel.checkpoint()
    future.return_value = await ask(shop, article)


async def compare(shops: Sequence[Shop], article: str) -> list[int | None]:
    futures: list[anyio.Future[int | None]] = [anyio.Future() for _ in shops]
    async with anyio.create_task_group() as group:
        for shop, future in zip(shops, futures, strict=True):
            group.start_soon(promise, shop, article, future)
    return [await future for future in futures]
