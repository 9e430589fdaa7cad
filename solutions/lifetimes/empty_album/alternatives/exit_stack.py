"""A stack is left from top to bottom: what was put there last, the group, is left first."""

from contextlib import AbstractAsyncContextManager, AsyncExitStack
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

    async with AsyncExitStack() as stack:
        for connection in (phone, album):
            await stack.enter_async_context(connection)
        names = await phone.names()
        group = await stack.enter_async_context(anyio.create_task_group())
        copies = [group.start_soon(copy, name) for name in names]
    return [task.return_value for task in copies]
