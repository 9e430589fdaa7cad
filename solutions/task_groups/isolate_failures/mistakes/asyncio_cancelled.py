"""Knows what asyncio cancels with, and takes what trio cancels with for an error of the domain.

Caught by: cancelled_night (trio), page_fails (trio)
"""

import asyncio
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
    try:
        days = await inspector.days_left(domain)
    except asyncio.CancelledError:
        raise
    except BaseException as error:
        page.show_error(domain, str(error))
    else:
        page.show_days(domain, days)


async def inspect_all(inspector: Inspector, page: Page, domains: Sequence[str]) -> None:
    async with anyio.create_task_group() as group:
        for domain in domains:
            group.start_soon(inspect, inspector, page, domain)
