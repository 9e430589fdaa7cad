"""A hand-made latch that counts replies, and a note on errors on their way out."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Shop(Protocol):
    """A shop on the net; each call takes a while."""

    async def find(self, article: str) -> int | None:
        """The number under which the shop has the article, or None if it does not have it."""

    async def price(self, number: int) -> int:
        """The price in cents of what the shop has under a number."""


class Latch:
    def __init__(self, count: int) -> None:
        self._missing = count
        self._open = anyio.Event()
        if not count:
            self._open.set()

    def arrive(self) -> None:
        self._missing -= 1
        if not self._missing:
            self._open.set()

    async def wait(self) -> None:
        await self._open.wait()


async def compare(shops: Sequence[Shop], article: str) -> list[int | None]:
    found: dict[int, int] = {}
    latch = Latch(len(shops))

    async def one(place: int, shop: Shop) -> None:
        number = await shop.find(article)
        if number is not None:
            found[place] = await shop.price(number)
        latch.arrive()

    try:
        async with anyio.create_task_group() as group:
            for place in reversed(range(len(shops))):
                group.start_soon(one, place, shops[place])
            await latch.wait()
    except* ConnectionError as errors:
        errors.add_note(f"while comparing prices of {article}")
        raise
    return [found.get(place) for place in range(len(shops))]
