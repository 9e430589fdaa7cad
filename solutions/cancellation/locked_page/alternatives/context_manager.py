"""The lock is a context manager, made from a generator."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
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


@asynccontextmanager
async def locked(wiki: Wiki, title: str) -> AsyncGenerator[None]:
    await wiki.lock(title)
    try:
        yield
    finally:
        with anyio.CancelScope(shield=True, deadline=anyio.current_time() + GRACE):
            await wiki.unlock(title)


async def revise(wiki: Wiki, title: str) -> str:
    """Have a page edited, and return its new text."""
    async with locked(wiki, title):
        return await wiki.edit(title)
