"""A bytearray, a flag for a line whose rest is dropped, and one place that waits."""

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

    async def next(self) -> str:
        """Return the next line, without its newline."""
        while True:
            end = self._buffer.find(b"\n")
            if self._dropping:
                if end < 0:
                    self._buffer.clear()
                else:
                    del self._buffer[: end + 1]
                    self._dropping = False
                    continue
            elif end > self._most or (end < 0 and len(self._buffer) > self._most):
                self._dropping = True
                raise ValueError("this line is too long")
            elif end >= 0:
                line = self._buffer[:end].decode("utf-8")
                del self._buffer[: end + 1]
                return line
            try:
                data = await self._radio.receive()
            except anyio.EndOfStream:
                if self._buffer:
                    self._buffer.clear()
                    raise anyio.IncompleteRead from None
                raise
            self._buffer += data
