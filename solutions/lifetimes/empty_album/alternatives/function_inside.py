"""What needs the connections is a function of its own, with its own group: it returns when nobody needs them."""

import math
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, TypeAlias

import anyio
from anyio.streams.memory import MemoryObjectSendStream


class Phone(AbstractAsyncContextManager[Any], Protocol):
    """A connection to a phone, open inside `async with`."""

    async def names(self) -> list[str]: ...
    async def photo(self, name: str) -> str: ...


class Album(AbstractAsyncContextManager[Any], Protocol):
    """A connection to an album, open inside `async with`."""

    async def store(self, name: str, photo: str) -> int: ...


Item: TypeAlias = tuple[int, str, str]


async def copy_all(phone: Phone, album: Album) -> list[int]:
    async def load(place: int, name: str, mine: MemoryObjectSendStream[Item]) -> None:
        async with mine:
            await mine.send((place, name, await phone.photo(name)))

    async def store(place: int, name: str, photo: str) -> None:
        pages[place] = await album.store(name, photo)

    pages: dict[int, int] = {}
    send, receive = anyio.create_memory_object_stream[Item](math.inf)
    async with receive, anyio.create_task_group() as group:
        async with send:
            for place, name in enumerate(await phone.names()):
                group.start_soon(load, place, name, send.clone())
        async for item in receive:
            group.start_soon(store, *item)
    return [pages[place] for place in sorted(pages)]


async def save_photos(phone: Phone, album: Album) -> list[int]:
    async with album, phone:
        return await copy_all(phone, album)
