"""Connect to a server that has several addresses."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Network(Protocol):
    """Opens connections, and knows each one by a number."""

    async def open(self, address: str) -> int: ...

    async def close(self, connection: int) -> None: ...


async def connect(network: Network, addresses: Sequence[str], delay: float) -> int:
    """Return a connection to one of the addresses."""
    opened: list[int] = []
    errors: list[OSError] = []

    async def attempt(address: str, failed: anyio.Event) -> None:
        try:
            opened.append(await network.open(address))
            group.cancel_scope.cancel()
        except OSError as error:
            errors.append(error)
            failed.set()

    try:
        async with anyio.create_task_group() as group:
            for address in addresses:
                failed = anyio.Event()
                group.start_soon(attempt, address, failed)
                with anyio.move_on_after(delay):
                    await failed.wait()
        if opened:
            return opened.pop()
    finally:
        with anyio.CancelScope(shield=True):
            for connection in opened:
                await network.close(connection)
    raise ExceptionGroup("no address answers", errors)
