"""Takes a line out of the buffer, and then gives way to others: if it is cancelled there, the line is lost.

Caught by: nothing_lost
"""

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
        self._buffer = bytearray()
        self._dropping = False

    def _take(self) -> bytes | None:
        """Take the next line from the buffer if it is there."""
        while True:
            end = self._buffer.find(b"\n")
            if end < 0:
                if self._dropping:
                    self._buffer.clear()
                elif len(self._buffer) > self._most:
                    self._dropping = True
                    raise ValueError("this line is too long")
                return None
            line = bytes(self._buffer[:end])
            del self._buffer[: end + 1]
            if self._dropping:
                self._dropping = False
                continue
            if end > self._most:
                raise ValueError("this line is too long")
            return line

    async def next(self) -> str:
        """Return the next line, without its newline."""
        line = self._take()
        if line is not None:
            await anyio.lowlevel.checkpoint()  # do not starve the others if there are many lines
        while line is None:
            try:
                self._buffer.extend(await self._radio.receive())
            except anyio.EndOfStream:
                if not self._buffer:
                    raise
                self._buffer.clear()
                raise anyio.IncompleteRead from None
            line = self._take()
        return line.decode()
