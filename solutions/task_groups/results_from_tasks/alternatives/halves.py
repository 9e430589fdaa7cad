"""Recursion: half of the shops beside the other half, in nested task groups."""

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
    if not shops:
        return []
    if len(shops) == 1:
        return [await ask(shops[0], article)]
    middle = len(shops) // 2
    left: list[int | None] = []

    async def left_half() -> None:
        left.extend(await compare(shops[:middle], article))

    async with anyio.create_task_group() as group:
        group.start_soon(left_half)
        right = await compare(shops[middle:], article)
    return left + right
