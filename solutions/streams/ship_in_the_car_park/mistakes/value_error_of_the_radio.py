"""Takes a ValueError of the radio for its own.

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
        self._dropping = False

    async def _drop_rest(self) -> None:
        """Drop what is left of a line that was too long."""
        while (end := self._buffer.find(b"\n")) < 0:
            self._buffer.clear()
            self._buffer += await self._radio.receive()
        del self._buffer[: end + 1]
        self._dropping = False

    async def _read_line(self) -> bytes:
        """Read one line."""
        while (end := self._buffer.find(b"\n")) < 0:
            if len(self._buffer) > self._most:
                break
            self._buffer += await self._radio.receive()
        if not 0 <= end <= self._most:
            raise ValueError("this line is too long")
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line

    async def next(self) -> str:
        """Return the next line, without its newline."""
        if self._dropping:
            await self._drop_rest()
        try:
            line = await self._read_line()
        except ValueError:
            self._dropping = True
            raise
        except anyio.EndOfStream:
            if self._buffer:
                self._buffer.clear()
                raise anyio.IncompleteRead from None
            raise
        return line.decode()
