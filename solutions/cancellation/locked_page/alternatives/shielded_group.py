"""The unlocking runs in a task of a shielded group, which a watch may cancel."""

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
        async with anyio.create_task_group() as group:
            group.cancel_scope.shield = True

            async def unlock() -> None:
                await wiki.unlock(title)
                group.cancel_scope.cancel()

            async def watch() -> None:
                await anyio.sleep(GRACE)
                group.cancel_scope.cancel()

            group.start_soon(unlock)
            group.start_soon(watch)
