"""A turn made of events by hand, and a time limit that is looked at afterwards."""

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
        self._open: list[Connection] = []
        self._is_busy = False
        self._waiting: list[anyio.Event] = []

    async def _take_turn(self) -> None:
        if not self._is_busy:
            self._is_busy = True
            return
        called = anyio.Event()
        self._waiting.append(called)
        try:
            await called.wait()
        except BaseException:
            if called.is_set():
                self._next_one()
            else:
                self._waiting.remove(called)
            raise

    def _next_one(self) -> None:
        if self._waiting:
            self._waiting.pop(0).set()
        else:
            self._is_busy = False

    async def _exchange(self, patient: str) -> str:
        if not self._open:
            self._open.append(await self._lab.connect())
        connection = self._open.pop()
        try:
            await connection.send(patient)
            result = await connection.receive()
        except BaseException:
            connection.close()
            raise
        self._open.append(connection)
        return result

    async def blood_group(self, patient: str, patience: float) -> str:
        results = []
        with anyio.move_on_after(patience):
            await self._take_turn()
            try:
                results.append(await self._exchange(patient))
            finally:
                self._next_one()
        if not results:
            raise TimeoutError(f"no result for {patient} in {patience:g} s")
        return results[0]
