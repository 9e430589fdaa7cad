"""Isolates the failures, and inspects one domain after the other.

Caught by: good_night
"""

from collections.abc import Sequence
from typing import Protocol


class Inspector(Protocol):
    """Connects to a server, and looks at its certificate."""

    async def days_left(self, domain: str) -> int: ...


class Page(Protocol):
    """The status page. Its methods are ordinary functions."""

    def show_days(self, domain: str, days: int) -> None: ...

    def show_error(self, domain: str, text: str) -> None: ...


async def inspect_all(inspector: Inspector, page: Page, domains: Sequence[str]) -> None:
    for domain in domains:
        try:
            days = await inspector.days_left(domain)
        except Exception as error:
            page.show_error(domain, str(error))
        else:
            page.show_days(domain, days)
