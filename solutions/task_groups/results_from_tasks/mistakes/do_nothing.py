"""Asks no shop, and returns a list of the right length.

Caught by: prices_in_order, missing_keeps_its_place, shops_overlap
"""

from collections.abc import Sequence
from typing import Protocol


class Shop(Protocol):
    async def find(self, article: str) -> int | None: ...

    async def price(self, number: int) -> int: ...


async def compare(shops: Sequence[Shop], article: str) -> list[int | None]:
    return [None] * len(shops)
