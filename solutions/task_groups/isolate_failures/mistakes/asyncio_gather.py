"""Uses asyncio's own gather, and shows all at the end.

Caught by: good_night, others_go_on, cancelled_night, page_fails
"""

import asyncio
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
    results = await asyncio.gather(
        *(inspector.days_left(domain) for domain in domains), return_exceptions=True
    )
    for domain, result in zip(domains, results, strict=True):
        if isinstance(result, BaseException):
            page.show_error(domain, str(result))
        else:
            page.show_days(domain, result)
