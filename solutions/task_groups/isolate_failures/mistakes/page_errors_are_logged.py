"""Logs an error of the page and goes on.

Caught by: page_fails
"""

import logging
from collections.abc import Sequence
from typing import Protocol

import anyio

log = logging.getLogger(__name__)


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
    except Exception as error:
        show = page.show_error, domain, str(error)
    else:
        show = page.show_days, domain, days
    try:
        show[0](*show[1:])
    except Exception:
        log.exception("the page is broken")


async def inspect_all(inspector: Inspector, page: Page, domains: Sequence[str]) -> None:
    async with anyio.create_task_group() as group:
        for domain in domains:
            group.start_soon(inspect, inspector, page, domain)
