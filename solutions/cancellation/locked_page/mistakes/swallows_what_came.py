"""Unlocks the page, and keeps to itself what ended the edit.

Caught by: the_caller_hears
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
    text = ""
    try:
        text = await wiki.edit(title)
    except BaseException as error:
        print(f"no text: {error!r}")
    with anyio.move_on_after(GRACE, shield=True):
        await wiki.unlock(title)
    return text
