"""A class that counts what is under way, and an event for the moment at which nothing is."""

from collections.abc import AsyncIterator
from typing import Protocol

import anyio


class Converter(Protocol):
    async def convert(self, upload: int) -> None: ...


class Supervisor(Protocol):
    async def asks_to_stop(self) -> None: ...


class Shop:
    def __init__(self, converter: Converter) -> None:
        self._converter = converter
        self._is_open = True
        self._taken: list[int] = []
        self._finished: set[int] = set()
        self._idle = anyio.Event()

    async def convert(self, upload: int) -> None:
        await self._converter.convert(upload)
        self._finished.add(upload)
        self._look_around()

    def take(self, upload: int) -> None:
        self._taken.append(upload)

    def close(self) -> None:
        self._is_open = False
        self._look_around()

    async def wait_until_idle(self) -> None:
        await self._idle.wait()

    @property
    def unfinished(self) -> list[int]:
        return [upload for upload in self._taken if upload not in self._finished]

    def _look_around(self) -> None:
        if not self._is_open and not self.unfinished:
            self._idle.set()


async def serve(
    inbox: AsyncIterator[int], converter: Converter, supervisor: Supervisor, grace: float
) -> list[int]:
    shop = Shop(converter)

    async def accept(door: anyio.CancelScope, closed: anyio.Event) -> None:
        with door:
            async for upload in inbox:
                shop.take(upload)
                group.start_soon(shop.convert, upload)
        closed.set()

    async with anyio.create_task_group() as group:
        door, closed = anyio.CancelScope(), anyio.Event()
        group.start_soon(accept, door, closed)
        await supervisor.asks_to_stop()
        door.cancel()
        with anyio.move_on_after(grace):
            await closed.wait()
            shop.close()
            await shop.wait_until_idle()
        group.cancel_scope.cancel()
    return shop.unfinished
