"""Limits the unlocking, which is cancelled all the same.

Caught by: page_is_freed, ends_in_time
"""

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


async def revise(wiki: Wiki, title: str) -> str:
    """Have a page edited, and return its new text."""
    await wiki.lock(title)
    try:
        return await wiki.edit(title)
    finally:

        with anyio.move_on_after(GRACE):
            await wiki.unlock(title)
