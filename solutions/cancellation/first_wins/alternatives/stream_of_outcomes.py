"""Every task sends what it got to a stream, and one loop reads it until there is an answer."""

from collections.abc import Sequence
from typing import Protocol

import anyio


class Mirror(Protocol):
    async def read(self, gauge: str) -> int: ...


async def water_level(mirrors: Sequence[Mirror], gauge: str) -> int:
    send, receive = anyio.create_memory_object_stream[int | Exception](len(mirrors))
    errors: list[Exception] = []
    level: int | None = None

    async def ask(mirror: Mirror) -> None:
        outcome: int | Exception
        try:
            outcome = await mirror.read(gauge)
        except Exception as error:
            outcome = error
        send.send_nowait(outcome)

    with send, receive:
        async with anyio.create_task_group() as group:
            for mirror in mirrors:
                group.start_soon(ask, mirror)
            while level is None and len(errors) < len(mirrors):
                outcome = await receive.receive()
                if isinstance(outcome, Exception):
                    errors.append(outcome)
                else:
                    level = outcome
            group.cancel_scope.cancel()
    if level is not None:
        return level
    raise ExceptionGroup("no mirror has an answer", errors)  # Of no errors, that is a ValueError.
