"""Plain tasks of a group that `run` has opened, and a little state for each session."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Any, Protocol

import anyio
import anyio.lowlevel
from anyio.abc import TaskGroup


class Session(AbstractAsyncContextManager[Any], Protocol):
    async def ask(self, question: str) -> str: ...


class Hub:
    def __init__(self, sessions: Mapping[str, Session]) -> None:
        self.sessions = sessions
        self.state: dict[str, str] = dict.fromkeys(sessions, "closed")
        self.errors: dict[str, Exception] = {}
        self.news = anyio.Condition()
        self.groups: list[TaskGroup] = []
        self.is_stopping = False

    async def set(self, name: str, state: str) -> None:
        async with self.news:
            self.state[name] = state
            self.news.notify_all()

    async def until(self, name: str, *states: str) -> str:
        async with self.news:
            while self.state[name] not in states:
                await self.news.wait()
            return self.state[name]

    async def own(self, name: str) -> None:
        async with AsyncExitStack() as stack:
            try:
                await stack.enter_async_context(self.sessions[name])
            except Exception as error:
                self.errors[name] = error
                await self.set(name, "failed")
                return
            await self.set(name, "open")
            await self.until(name, "closing")
        await self.set(name, "closed")

    async def run(self) -> None:
        async with anyio.create_task_group() as group:
            self.groups.append(group)
            async with self.news:
                while not self.is_stopping:
                    await self.news.wait()
            for name, state in list(self.state.items()):
                if state == "open":
                    await self.set(name, "closing")

    async def open(self, name: str) -> None:
        await self.set(name, "opening")
        self.groups[0].start_soon(self.own, name)
        if await self.until(name, "open", "failed") == "failed":
            raise self.errors.pop(name)

    async def ask(self, name: str, question: str) -> str:
        await anyio.lowlevel.checkpoint()
        return await self.sessions[name].ask(question)

    async def close(self, name: str) -> None:
        await self.set(name, "closing")
        await self.until(name, "closed")

    async def stop(self) -> None:
        async with self.news:
            self.is_stopping = True
            self.news.notify_all()
