"""A hub that opens and closes sessions, whoever asks for it."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

import anyio
from anyio.abc import TaskGroup, TaskStatus


class Session(AbstractAsyncContextManager[Any], Protocol):
    """A line to a server: open inside `async with`, and left by the task that entered it."""

    async def ask(self, question: str) -> str: ...


class Line:
    """What others need to have a session closed: a wish, and word that it has come true."""

    def __init__(self) -> None:
        self.closing = anyio.Event()
        self.closed = anyio.Event()


class Hub:
    _group: TaskGroup

    def __init__(self, sessions: Mapping[str, Session]) -> None:
        self._sessions = sessions
        self._open: dict[str, Line] = {}
        self._stopping = anyio.Event()

    async def run(self) -> None:
        """Be there until `stop` is called, and close what is still open then."""
        async with anyio.create_task_group() as self._group:
            await self._stopping.wait()
            for line in self._open.values():
                line.closing.set()

    async def open(self, name: str) -> None:
        await self._group.start(self._own, name)

    async def _own(self, name: str, *, task_status: TaskStatus[None]) -> None:
        line = Line()
        async with self._sessions[name]:
            self._open[name] = line
            task_status.started()
            await line.closing.wait()
        line.closed.set()

    async def ask(self, name: str, question: str) -> str:
        return await self._sessions[name].ask(question)

    async def close(self, name: str) -> None:
        line = self._open.pop(name)
        line.closing.set()
        await line.closed.wait()

    async def stop(self) -> None:
        self._stopping.set()
