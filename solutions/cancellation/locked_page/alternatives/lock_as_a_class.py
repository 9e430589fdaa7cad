"""A class whose objects stand in an `async with`."""

from types import TracebackType
from typing import Protocol

import anyio

GRACE = 5
"""For so many seconds it waits at the most until the wiki has unlocked a page."""


class Wiki(Protocol):
    async def lock(self, title: str) -> None:
        """Return when the page is yours. Somebody else may have it for hours."""
        ...

    async def edit(self, title: str) -> str:
        """Return the new text, when somebody has written it."""
        ...

    async def unlock(self, title: str) -> None:
        """Free the page for others."""
        ...


class Lock:
    def __init__(self, wiki: Wiki, title: str) -> None:
        self._wiki = wiki
        self._title = title

    async def __aenter__(self) -> None:
        await self._wiki.lock(self._title)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            with anyio.fail_after(GRACE, shield=True):
                await self._wiki.unlock(self._title)
        except TimeoutError:
            print(f"{self._title} was not unlocked")


async def revise(wiki: Wiki, title: str) -> str:
    """Have a page edited, and return its new text."""
    async with Lock(wiki, title):
        return await wiki.edit(title)
