"""Counts what is still to come on the connection, and looks at the count on the way out."""

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
        self._connection: Connection | None = None
        self._turn = anyio.Lock()

    async def _ask(self, patient: str) -> str:
        if self._connection is None:
            self._connection = await self._lab.connect()
        still_to_come = 1
        try:
            await self._connection.send(patient)
            result = await self._connection.receive()
            still_to_come = 0
            return result
        finally:
            if still_to_come:
                self._connection.close()
                self._connection = None

    async def blood_group(self, patient: str, patience: float) -> str:
        with anyio.fail_after(patience):
            async with self._turn:
                return await self._ask(patient)
