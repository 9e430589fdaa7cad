"""A task that sleeps for the grace and cancels the group; it is cancelled itself when all is done."""

from collections.abc import AsyncIterator
from typing import Protocol

import anyio


class Converter(Protocol):
    async def convert(self, upload: int) -> None: ...


class Supervisor(Protocol):
    async def asks_to_stop(self) -> None: ...


async def serve(
    inbox: AsyncIterator[int], converter: Converter, supervisor: Supervisor, grace: float
) -> list[int]:
    unfinished: list[int] = []

    async def convert(upload: int) -> None:
        await converter.convert(upload)
        unfinished.remove(upload)

    async def time_is_up(conversions: anyio.CancelScope) -> None:
        await anyio.sleep(grace)
        conversions.cancel()

    async with anyio.create_task_group() as clock:
        async with anyio.create_task_group() as conversions:

            async def accept(*, task_status: anyio.abc.TaskStatus[anyio.CancelScope]) -> None:
                with anyio.CancelScope() as scope:
                    task_status.started(scope)
                    async for upload in inbox:
                        unfinished.append(upload)
                        conversions.start_soon(convert, upload)

            async def stop() -> None:
                await supervisor.asks_to_stop()
                door.cancel()
                clock.start_soon(time_is_up, conversions.cancel_scope)

            conversions.start_soon(stop)
            door = await conversions.start(accept)
        clock.cancel_scope.cancel()
    return unfinished
