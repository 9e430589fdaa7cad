"""Looks through the handles of all attempts in the end: each has a connection, an error, or neither."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Network(Protocol):
    async def open(self, address: str) -> int: ...

    async def close(self, connection: int) -> None: ...


async def connect(network: Network, addresses: Sequence[str], delay: float) -> int:
    attempts: list[anyio.TaskHandle[int | OSError, None]] = []
    winner = None

    async def attempt(address: str, failed: anyio.Event) -> int | OSError:
        try:
            connection = await network.open(address)
        except OSError as error:
            failed.set()
            return error
        group.cancel_scope.cancel()
        return connection

    try:
        async with anyio.create_task_group() as group:
            for address in addresses:
                failed = anyio.Event()
                attempts.append(group.start_soon(attempt, address, failed))
                with anyio.move_on_after(delay):
                    await failed.wait()
        ended = [a.return_value for a in attempts if a.status is anyio.TaskHandle.Status.FINISHED]
        winner = next((outcome for outcome in ended if isinstance(outcome, int)), None)
    finally:
        with anyio.CancelScope(shield=True):
            for handle in attempts:
                if handle.status is anyio.TaskHandle.Status.FINISHED:
                    outcome = handle.return_value
                    if isinstance(outcome, int) and outcome != winner:
                        await network.close(outcome)
    if winner is None:
        raise ExceptionGroup("no address answers", [o for o in ended if isinstance(o, OSError)])
    return winner
