"""A task that nobody cancels unlocks the page when it is told to, and ends after the edit."""

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
    over, locked = anyio.Event(), False

    async def unlock_at_the_end() -> None:
        with anyio.CancelScope(shield=True):
            await over.wait()
            if locked:
                with anyio.move_on_after(GRACE):
                    await wiki.unlock(title)

    async with anyio.create_task_group() as group:
        group.start_soon(unlock_at_the_end)
        try:
            await wiki.lock(title)
            locked = True
            return await wiki.edit(title)
        finally:
            over.set()
