"""Inspect the certificates of all customers, and keep a status page."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Inspector(Protocol):
    """Connects to a server, and looks at its certificate."""

    async def days_left(self, domain: str) -> int: ...


class Page(Protocol):
    """The status page. Its methods are ordinary functions."""

    def show_days(self, domain: str, days: int) -> None: ...

    def show_error(self, domain: str, text: str) -> None: ...


async def inspect(inspector: Inspector, page: Page, domain: str) -> None:
    days = await inspector.days_left(domain)
    page.show_days(domain, days)


async def inspect_all(inspector: Inspector, page: Page, domains: Sequence[str]) -> None:
    """Inspect all domains at the same time, and show each of them as soon as possible."""
    async with anyio.create_task_group() as group:
        for domain in domains:
            group.start_soon(inspect, inspector, page, domain)


if __name__ == "__main__":  # `python exercise.py` plays it on the real clock.
    import example

    example.run()
