"""Collects what came of all inspections, and shows it when the last has ended.

Caught by: good_night, others_go_on, cancelled_night, page_fails
"""

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


async def inspect_all(inspector: Inspector, page: Page, domains: Sequence[str]) -> None:
    outcomes: dict[str, int | Exception] = {}

    async def inspect(domain: str) -> None:
        try:
            outcomes[domain] = await inspector.days_left(domain)
        except Exception as error:
            outcomes[domain] = error

    async with anyio.create_task_group() as group:
        for domain in domains:
            group.start_soon(inspect, domain)
    for domain, outcome in outcomes.items():
        if isinstance(outcome, Exception):
            page.show_error(domain, str(outcome))
        else:
            page.show_days(domain, outcome)
