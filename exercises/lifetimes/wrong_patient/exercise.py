"""Ask a lab for the blood groups of patients, over one connection."""

from typing import Protocol

import anyio


class Connection(Protocol):
    """Carries requests to the lab, and their results back, in the same order."""

    async def send(self, patient: str) -> None: ...

    async def receive(self) -> str: ...

    def close(self) -> None: ...


class Lab(Protocol):
    async def connect(self) -> Connection: ...


class Desk:
    """Asks the lab for one patient after another, whoever wants to know."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._connection: Connection | None = None
        self._turn = anyio.Lock()

    async def blood_group(self, patient: str, patience: float) -> str:
        """Return the blood group of the patient, or raise TimeoutError after `patience` seconds."""
        with anyio.fail_after(patience):
            async with self._turn:
                if self._connection is None:
                    self._connection = await self._lab.connect()
                await self._connection.send(patient)
                return await self._connection.receive()


if __name__ == "__main__":  # `python exercise.py` plays it on the real clock.
    import example

    example.run()
