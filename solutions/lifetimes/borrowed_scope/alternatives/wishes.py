"""`run` receives wishes from a stream, and starts a task for each session that is to be opened."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

import anyio


class Session(AbstractAsyncContextManager[Any], Protocol):
    async def ask(self, question: str) -> str: ...


class Owner:
    def __init__(self, session: Session) -> None:
        self.session = session
        self.opened = anyio.Event()
        self.leave = anyio.Event()
        self.left = anyio.Event()
        self.error: Exception | None = None

    async def work(self) -> None:
        try:
            async with self.session:
                self.opened.set()
                await self.leave.wait()
        except Exception as error:
            self.error = error
        finally:
            self.opened.set()
            self.left.set()


class Hub:
    def __init__(self, sessions: Mapping[str, Session]) -> None:
        self.sessions = sessions
        self.owners: dict[str, Owner] = {}
        self.send, self.receive = anyio.create_memory_object_stream[Owner](100)

    async def run(self) -> None:
        async with anyio.create_task_group() as group, self.receive:
            async for owner in self.receive:
                group.start_soon(owner.work)
            for owner in self.owners.values():
                owner.leave.set()

    async def open(self, name: str) -> None:
        owner = Owner(self.sessions[name])
        await self.send.send(owner)
        await owner.opened.wait()
        if owner.error is not None:
            raise owner.error
        self.owners[name] = owner

    async def ask(self, name: str, question: str) -> str:
        return await self.owners[name].session.ask(question)

    async def close(self, name: str) -> None:
        owner = self.owners.pop(name)
        owner.leave.set()
        await owner.left.wait()

    async def stop(self) -> None:
        self.send.close()
