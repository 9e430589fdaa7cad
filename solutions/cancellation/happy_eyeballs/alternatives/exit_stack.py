"""Each connection is closed by an exit stack, unless it is taken off."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Protocol

import anyio


class Network(Protocol):
    async def open(self, address: str) -> int: ...

    async def close(self, connection: int) -> None: ...


async def connect(network: Network, addresses: Sequence[str], delay: float) -> int:
    mine: set[int] = set()
    errors: list[OSError] = []
    turns = [anyio.Event() for _ in range(len(addresses) + 1)]

    async def close(connection: int) -> None:
        if connection in mine:
            with anyio.CancelScope(shield=True):
                await network.close(connection)

    async with AsyncExitStack() as stack:
        async with anyio.create_task_group() as group:

            async def attempt(number: int, address: str) -> None:
                await turns[number].wait()
                group.start_soon(begin_after_a_while, number + 1)
                try:
                    connection = await network.open(address)
                except OSError as error:
                    errors.append(error)
                    turns[number + 1].set()
                    if len(errors) == len(addresses):
                        group.cancel_scope.cancel()  # Nobody need wait for a turn any more.
                else:
                    mine.add(connection)
                    stack.push_async_callback(close, connection)
                    group.cancel_scope.cancel()

            async def begin_after_a_while(number: int) -> None:
                if number < len(addresses):
                    await anyio.sleep(delay)
                    turns[number].set()

            turns[0].set()
            for number, address in enumerate(addresses):
                group.start_soon(attempt, number, address)
        if mine:
            return mine.pop()
        raise ExceptionGroup("no address answers", errors)
