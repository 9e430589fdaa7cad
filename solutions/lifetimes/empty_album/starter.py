"""Copy the photos from a phone into an album."""

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


async def copy(phone: Phone, album: Album, name: str, pages: dict[str, int]) -> None:
    photo = await phone.photo(name)
    pages[name] = await album.store(name, photo)


async def save_photos(phone: Phone, album: Album) -> list[int]:
    """Return the page of each photo, in the order of the phone."""
    pages: dict[str, int] = {}
    async with phone, anyio.create_task_group() as group, album:
        names = await phone.names()
        for name in names:
            group.start_soon(copy, phone, album, name, pages)
    return [pages[name] for name in names]


if __name__ == "__main__":  # `python exercise.py` plays it on the real clock.
    import example

    example.run()
