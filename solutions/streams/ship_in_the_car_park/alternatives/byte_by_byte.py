"""Byte after byte, into a queue of outcomes, lines and errors alike."""

from collections import deque
from typing import Protocol

import anyio
import anyio.lowlevel


class Radio(Protocol):
    async def receive(self) -> bytes: ...


class Lines:
    """The lines that a radio hears, none of them longer than `most` bytes."""

    def __init__(self, radio: Radio, most: int) -> None:
        self._radio = radio
        self._most = most
        self._outcomes: deque[str | BaseException] = deque()
        self._line: list[int] | None = []  # or None while the rest of a line is dropped

    def _hear(self, byte: int) -> None:
        if byte == 10:
            if self._line is not None:
                self._outcomes.append(bytes(self._line).decode())
            self._line = []
        elif self._line is not None:
            self._line.append(byte)
            if len(self._line) > self._most:
                self._outcomes.append(ValueError("this line is too long"))
                self._line = None

    async def _listen(self) -> None:
        try:
            data = await self._radio.receive()
        except anyio.get_cancelled_exc_class():
            raise
        except anyio.EndOfStream as end:
            if self._line:
                self._outcomes.append(anyio.IncompleteRead())
                self._line = []
            self._outcomes.append(end)
        except BaseException as error:
            self._outcomes.append(error)
        else:
            for byte in data:
                self._hear(byte)

    async def next(self) -> str:
        """Return the next line, without its newline."""
        await anyio.lowlevel.checkpoint()
        while not self._outcomes:
            await self._listen()
        outcome = self._outcomes.popleft()
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome
