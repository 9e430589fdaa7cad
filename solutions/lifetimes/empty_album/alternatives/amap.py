"""AnyIO's own helper, which returns the pages in order; nothing can close before it returns."""

from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

import anyio


class Phone(AbstractAsyncContextManager[Any], Protocol):
    """A connection to a phone, open inside `async with`."""

    async def names(self) -> list[str]: ...
    async def photo(self, name: str) -> str: ...


class Album(AbstractAsyncContextManager[Any], Protocol):
    """A connection to an album, open inside `async with`."""

    async def store(self, name: str, photo: str) -> int: ...


async def save_photos(phone: Phone, album: Album) -> list[int]:
    async def copy(name: str) -> int:
        return await album.store(name, await phone.photo(name))

    async with phone, album:
        return await anyio.amap(copy, await phone.names())
