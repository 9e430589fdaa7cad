"""Returns at once.

Caught by: good_night, others_go_on, cancelled_night, page_fails
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
    return None
