"""Attempts report to a stream, and one loop reads it: it knows when the next one is due."""

import math
from collections.abc import Sequence
from typing import Protocol

import anyio


class Network(Protocol):
    async def open(self, address: str) -> int: ...

    async def close(self, connection: int) -> None: ...


async def connect(network: Network, addresses: Sequence[str], delay: float) -> int:
    send, receive = anyio.create_memory_object_stream[tuple[int, int | OSError]](math.inf)
    errors: list[OSError] = []
    winner: int | None = None

    async def attempt(number: int) -> None:
        try:
            outcome: int | OSError = await network.open(addresses[number])
        except OSError as error:
            outcome = error
        send.send_nowait((number, outcome))

    try:
        async with anyio.create_task_group() as group:
            begun, due = 0, anyio.current_time()
            while len(errors) < len(addresses):
                if begun < len(addresses) and anyio.current_time() >= due:
                    group.start_soon(attempt, begun)
                    begun, due = begun + 1, anyio.current_time() + delay
                is_last = begun == len(addresses)
                with anyio.move_on_at(math.inf if is_last else due):
                    number, outcome = await receive.receive()
                    if isinstance(outcome, int):
                        winner = outcome
                        group.cancel_scope.cancel()
                        break
                    errors.append(outcome)
                    if number == begun - 1:
                        due = anyio.current_time()
        if winner is not None:
            kept, winner = winner, None
            return kept
    finally:
        with anyio.CancelScope(shield=True), send, receive:
            left = [] if winner is None else [winner]
            while receive.statistics().current_buffer_used:
                _, outcome = receive.receive_nowait()
                if isinstance(outcome, int):
                    left.append(outcome)
            for connection in left:
                await network.close(connection)
    raise ExceptionGroup("no address answers", errors)
