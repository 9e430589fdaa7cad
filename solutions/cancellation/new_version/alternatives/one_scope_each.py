"""Each conversion has a scope of its own, whose deadline is set when it is time."""

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
    scopes: dict[int, anyio.CancelScope] = {}
    done: list[int] = []

    async def convert(upload: int) -> None:
        with scopes[upload]:
            await converter.convert(upload)
            done.append(upload)

    async with anyio.create_task_group() as group:

        async def accept() -> None:
            with accepting:
                async for upload in inbox:
                    deadline = float("inf") if over is None else over
                    scopes[upload] = anyio.CancelScope(deadline=deadline)
                    group.start_soon(convert, upload)

        over: float | None = None
        accepting = anyio.CancelScope()
        group.start_soon(accept)
        await supervisor.asks_to_stop()
        accepting.cancel()
        over = anyio.current_time() + grace
        for scope in scopes.values():
            scope.deadline = over
    return [upload for upload in scopes if upload not in done]
