"""Read the lines that come over a radio."""

from typing import Protocol

import anyio


class Radio(Protocol):
    async def receive(self) -> bytes: ...


class Lines:
    """The lines that a radio hears, none of them longer than `most` bytes."""

    def __init__(self, radio: Radio, most: int) -> None:
        self._radio = radio
        self._most = most
        self._buffer = b""
        self._is_dropping = False

    async def next(self) -> str:
        """Return the next line, without its newline."""
        while True:
            line, newline, rest = self._buffer.partition(b"\n")
            if self._is_dropping and newline:
                self._buffer, self._is_dropping = rest, False
                continue
            if self._is_dropping:
                self._buffer = b""
            elif len(line) > self._most:
                self._is_dropping = True
                raise ValueError("this line is too long")
            elif newline:
                self._buffer = rest
                return line.decode()
            try:
                self._buffer += await self._radio.receive()
            except anyio.EndOfStream:
                if self._buffer:
                    self._buffer = b""
                    raise anyio.IncompleteRead from None
                raise
