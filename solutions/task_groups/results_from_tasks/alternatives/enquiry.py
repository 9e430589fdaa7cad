"""A class that is a context manager around a task group, and waits for the handles."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from types import TracebackType
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


class Enquiry:
    def __init__(self, article: str) -> None:
        self._article = article
        self._handles: list[anyio.TaskHandle[int | None]] = []
        self._group = anyio.create_task_group()

    async def __aenter__(self) -> "Enquiry":
        await self._group.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool | None:
        return await self._group.__aexit__(kind, error, trace)  # noqa: ASYNC102

    def put_to(self, shop: Shop) -> None:
        self._handles.append(self._group.create_task(ask(shop, self._article)))

    async def replies(self) -> list[int | None]:
        for handle in self._handles:
            await handle.wait()
        return [handle.return_value for handle in self._handles]


async def compare(shops: Sequence[Shop], article: str) -> list[int | None]:
    async with AsyncExitStack() as stack:
        enquiry = await stack.enter_async_context(Enquiry(article))
        for shop in shops:
            enquiry.put_to(shop)
        return await enquiry.replies()
    raise AssertionError("nothing is swallowed there")
