"""Each attempt has a task that waits for its turn, which the one before gives it."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Network(Protocol):
    async def open(self, address: str) -> int: ...

    async def close(self, connection: int) -> None: ...


class Race:
    def __init__(self, network: Network, addresses: Sequence[str], delay: float) -> None:
        self.network = network
        self.delay = delay
        self.addresses = list(addresses)
        self.errors: list[OSError] = []
        self.winner: int | None = None
        self.group = anyio.create_task_group()

    async def attempt(self) -> None:
        """Try the next address, and see to it that somebody tries those after it."""
        if not self.addresses:
            return
        address, over = self.addresses.pop(0), anyio.Event()
        self.group.start_soon(self.succeed, over)
        try:
            connection = await self.network.open(address)
        except OSError as error:
            self.errors.append(error)
            over.set()
            return
        if self.winner is None:
            self.winner = connection
            self.group.cancel_scope.cancel()
        else:
            with anyio.CancelScope(shield=True):
                await self.network.close(connection)

    async def succeed(self, over: anyio.Event) -> None:
        with anyio.move_on_after(self.delay):
            await over.wait()
        await self.attempt()

    async def run(self) -> int:
        winner = None
        try:
            async with self.group:
                await self.attempt()
            winner = self.winner
        finally:
            if self.winner is not None and winner is None:
                with anyio.CancelScope(shield=True):
                    await self.network.close(self.winner)
        if winner is None:
            raise ExceptionGroup("no address answers", self.errors)
        return winner


async def connect(network: Network, addresses: Sequence[str], delay: float) -> int:
    return await Race(network, addresses, delay).run()
