"""Every version of the text comes through a stream, and the last one counts."""

from collections.abc import Sequence
from typing import Protocol

import anyio
from anyio.streams.memory import MemoryObjectSendStream


class Wire(Protocol):
    """Brings reports from all over the world."""

    async def report(self) -> str: ...


class Editor(Protocol):
    """Makes a text better. That may take a while."""

    async def edit(self, text: str) -> str: ...


async def versions(
    text: str, editors: Sequence[Editor], finished: MemoryObjectSendStream[str]
) -> None:
    async with finished:
        for editor in editors:
            text = await editor.edit(text)
            await finished.send(text)


async def bulletin(wire: Wire, editors: Sequence[Editor], seconds: float) -> str:
    """Return the next report, as far as the editors have come with it after so many seconds."""
    text = await wire.report()
    send, receive = anyio.create_memory_object_stream[str](len(editors))
    async with anyio.create_task_group() as group:
        group.cancel_scope.deadline = anyio.current_time() + seconds
        group.start_soon(versions, text, editors, send)
    with send, receive:
        while receive.statistics().current_buffer_used:
            text = receive.receive_nowait()
    return text
