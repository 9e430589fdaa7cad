"""Waits for tasks that belong to nobody, and go on when compare() is cancelled.

Caught by: prices_in_order, missing_keeps_its_place, shops_overlap
"""

import asyncio
from collections.abc import Sequence
from typing import Protocol

import anyio
import sniffio


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


_tasks = set()


def _spawn(function) -> None:
    if sniffio.current_async_library() == "trio":
        import trio

        trio.lowlevel.spawn_system_task(function)
    else:
        task = asyncio.get_running_loop().create_task(function())
        _tasks.add(task)
        task.add_done_callback(_tasks.discard)


async def _in_background(shop: Shop, article: str, future: "anyio.Future") -> None:
    try:
        future.return_value = await ask(shop, article)
    except Exception as error:
        future.exception = error


async def compare(shops: Sequence[Shop], article: str) -> list[int | None]:
    futures = [anyio.Future() for _ in shops]
    for shop, future in zip(shops, futures):
        _spawn(lambda shop=shop, future=future: _in_background(shop, article, future))
    return [await future for future in futures]
