"""Drops the rest of a line in a loop of its own, and has forgotten about it if that is cancelled.

Caught by: nothing_lost
"""

from typing import Protocol

import anyio


class Radio(Protocol):
    async def receive(self) -> bytes: ...


class Lines:
    """The lines that a radio hears, none of them longer than `most` bytes."""

    def __init__(self, radio: Radio, most: int) -> None:
        self._radio = radio
        self._most = most
        self._buffer = bytearray()
        self._too_long = False

    async def _drop_rest(self) -> None:
        """Drop the rest of a line that was too long."""
        while (end := self._buffer.find(b"\n")) < 0:
            self._buffer.clear()
            self._buffer += await self._radio.receive()
        del self._buffer[: end + 1]

    async def next(self) -> str:
        """Return the next line, without its newline."""
        if self._too_long:
            self._too_long = False
            await self._drop_rest()
        while (end := self._buffer.find(b"\n")) < 0 and len(self._buffer) <= self._most:
            try:
                data = await self._radio.receive()
            except anyio.EndOfStream:
                if self._buffer:
                    self._buffer.clear()
                    raise anyio.IncompleteRead from None
                raise
            self._buffer += data
        if end < 0 or end > self._most:
            self._too_long = True
            raise ValueError("this line is too long")
        line = self._buffer[:end].decode()
        del self._buffer[: end + 1]
        return line
