"""A hub that opens and closes sessions, whoever asks for it."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Any, Protocol

import anyio


class Session(AbstractAsyncContextManager[Any], Protocol):
    """A line to a server: open inside `async with`, and left by the task that entered it."""

    async def ask(self, question: str) -> str: ...


class Hub:
    def __init__(self, sessions: Mapping[str, Session]) -> None:
        self._sessions = sessions
        self._open: dict[str, AsyncExitStack] = {}
        self._stopping = anyio.Event()

    async def run(self) -> None:
        """Be there until `stop` is called, and close what is still open then."""
        await self._stopping.wait()
        for name in list(self._open):
            await self.close(name)

    async def open(self, name: str) -> None:
        stack = AsyncExitStack()
        await stack.enter_async_context(self._sessions[name])
        self._open[name] = stack

    async def ask(self, name: str, question: str) -> str:
        return await self._sessions[name].ask(question)

    async def close(self, name: str) -> None:
        await self._open.pop(name).aclose()

    async def stop(self) -> None:
        self._stopping.set()


if __name__ == "__main__":  # `python exercise.py` plays it on the real clock.
    import example

    example.run()
