"""Edit a page of the wiki, which only one person at a time may do."""

from typing import Protocol

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
        await wiki.unlock(title)


if __name__ == "__main__":  # `python exercise.py` plays it on the real clock.
    import example

    example.run()
