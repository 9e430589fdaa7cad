"""A context manager lends the connection, and takes it back only if nothing went wrong."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

import anyio


class Connection(Protocol):
    async def send(self, patient: str) -> None: ...

    async def receive(self) -> str: ...

    def close(self) -> None: ...


class Lab(Protocol):
    async def connect(self) -> Connection: ...


class Desk:
    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._idle: Connection | None = None
        self._turn = anyio.Semaphore(1)

    @asynccontextmanager
    async def _lent(self) -> AsyncIterator[Connection]:
        async with self._turn:
            connection, self._idle = self._idle, None
            if connection is None:
                connection = await self._lab.connect()
            try:
                yield connection
            except BaseException:
                connection.close()
                raise
            self._idle = connection

    async def blood_group(self, patient: str, patience: float) -> str:
        with anyio.fail_after(patience):
            async with self._lent() as connection:
                await connection.send(patient)
                return await connection.receive()
