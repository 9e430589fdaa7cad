"""A class whose tasks send what they found through a stream."""

from collections.abc import Sequence
from typing import Protocol

import anyio
from anyio.streams.memory import MemoryObjectSendStream


class Shop(Protocol):
    async def find(self, article: str) -> int | None: ...

    async def price(self, number: int) -> int: ...


async def ask(shop: Shop, article: str) -> int | None:
    number = await shop.find(article)
    if number is None:
        return None
    return await shop.price(number)


class Comparison:
    """One article in many shops."""

    def __init__(self, article: str) -> None:
        self._article = article
        self._found: dict[int, int | None] = {}

    async def run(self, shops: Sequence[Shop]) -> list[int | None]:
        send, receive = anyio.create_memory_object_stream[tuple[int, int | None]]()
        async with anyio.create_task_group() as group:
            async with send:
                for place, shop in enumerate(shops):
                    group.start_soon(self._ask, place, shop, send.clone())
            async with receive:
                async for place, price in receive:
                    self._found[place] = price
        return [self._found[place] for place in sorted(self._found)]

    async def _ask(
        self, place: int, shop: Shop, send: MemoryObjectSendStream[tuple[int, int | None]]
    ) -> None:
        async with send:
            await send.send((place, await ask(shop, self._article)))


async def compare(shops: Sequence[Shop], article: str) -> list[int | None]:
    return await Comparison(article).run(shops)
