"""Tasks report what came of them, and one place shows it, without a try of its own."""

from collections.abc import Sequence
from typing import Protocol

import anyio
from anyio.streams.memory import MemoryObjectSendStream


class Inspector(Protocol):
    """Connects to a server, and looks at its certificate."""

    async def days_left(self, domain: str) -> int: ...


class Page(Protocol):
    """The status page. Its methods are ordinary functions."""

    def show_days(self, domain: str, days: int) -> None: ...

    def show_error(self, domain: str, text: str) -> None: ...


async def outcome(
    inspector: Inspector, domain: str, send: MemoryObjectSendStream[tuple[str, int | Exception]]
) -> None:
    with send:
        try:
            await send.send((domain, await inspector.days_left(domain)))
        except Exception as error:
            await send.send((domain, error))


async def inspect_all(inspector: Inspector, page: Page, domains: Sequence[str]) -> None:
    send, receive = anyio.create_memory_object_stream[tuple[str, int | Exception]](len(domains))
    with receive:
        async with anyio.create_task_group() as group:
            with send:
                for domain in domains:
                    group.start_soon(outcome, inspector, domain, send.clone())
            async for domain, result in receive:
                if isinstance(result, Exception):
                    page.show_error(domain, str(result))
                else:
                    page.show_days(domain, result)
