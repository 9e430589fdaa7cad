"""AnyIO's as_completed over coroutines that return how to show what they found."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

import anyio


class Inspector(Protocol):
    """Connects to a server, and looks at its certificate."""

    async def days_left(self, domain: str) -> int: ...


class Page(Protocol):
    """The status page. Its methods are ordinary functions."""

    def show_days(self, domain: str, days: int) -> None: ...

    def show_error(self, domain: str, text: str) -> None: ...


async def entry(inspector: Inspector, page: Page, domain: str) -> Callable[[], None]:
    try:
        days = await inspector.days_left(domain)
    except Exception as error:
        return partial(page.show_error, domain, str(error))
    return partial(page.show_days, domain, days)


async def inspect_all(inspector: Inspector, page: Page, domains: Sequence[str]) -> None:
    if not domains:
        return
    entries = (entry(inspector, page, domain) for domain in domains)
    async with anyio.as_completed(*entries) as finished:
        async for task in finished:
            show = await task
            show()
