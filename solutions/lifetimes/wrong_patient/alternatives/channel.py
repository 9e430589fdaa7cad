"""A class for a connection that knows whether it can be used once more."""

from typing import Protocol

import anyio


class Connection(Protocol):
    async def send(self, patient: str) -> None: ...

    async def receive(self) -> str: ...

    def close(self) -> None: ...


class Lab(Protocol):
    async def connect(self) -> Connection: ...


class Channel:
    """A connection on which every result has been taken, or which is closed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.is_good = True

    async def __aenter__(self) -> Connection:
        return self._connection

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self.is_good = False
            self._connection.close()


class Desk:
    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._channel: Channel | None = None
        self._turn = anyio.CapacityLimiter(1)

    async def blood_group(self, patient: str, patience: float) -> str:
        with anyio.fail_after(patience):
            async with self._turn:
                if self._channel is None or not self._channel.is_good:
                    self._channel = Channel(await self._lab.connect())
                async with self._channel as connection:
                    await connection.send(patient)
                    return await connection.receive()
