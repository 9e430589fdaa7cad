"""A group outside of everything, and a block that waits by hand until the last copy has ended."""

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
    async with anyio.create_task_group() as group, album, phone:
        names = await phone.names()
        scopes = {name: anyio.CancelScope() for name in names}
        pages: dict[str, int] = {}
        failures: list[Exception] = []
        left = len(names)
        nobody_left = anyio.Event()

        async def copy(name: str) -> None:
            nonlocal left
            with scopes[name]:
                try:
                    pages[name] = await album.store(name, await phone.photo(name))
                except (
                    Exception
                ) as error:  # It must not cancel the group: the block would be cut short.
                    failures.append(error)
                    for scope in scopes.values():
                        scope.cancel()
            left -= 1
            if not left:
                nobody_left.set()

        for name in names:
            group.start_soon(copy, name)
        if names:
            await nobody_left.wait()
        if failures:
            raise failures[0]
    return [pages[name] for name in names]
