"""An object for a night; each inspection in a group of its own, with `except*` and an extra checkpoint."""

from collections.abc import Sequence
from typing import Protocol

import anyio
import anyio.lowlevel


class Inspector(Protocol):
    """Connects to a server, and looks at its certificate."""

    async def days_left(self, domain: str) -> int: ...


class Page(Protocol):
    """The status page. Its methods are ordinary functions."""

    def show_days(self, domain: str, days: int) -> None: ...

    def show_error(self, domain: str, text: str) -> None: ...


class Round:
    def __init__(self, inspector: Inspector, page: Page) -> None:
        self._inspector = inspector
        self._page = page

    async def inspect(self, domain: str) -> None:
        text = ""
        failed = False
        try:
            async with anyio.create_task_group() as group:
                handle = group.start_soon(self._inspector.days_left, domain)
        except* Exception as errors:
            failed = True
            text = str(errors.exceptions[0])
        await anyio.lowlevel.checkpoint()
        if failed:
            self._page.show_error(domain, text)
        else:
            self._page.show_days(domain, handle.return_value)


async def inspect_all(inspector: Inspector, page: Page, domains: Sequence[str]) -> None:
    await anyio.amap(Round(inspector, page).inspect, domains)
