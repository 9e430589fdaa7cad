"""Keeps the lines that wait in the class.

Caught by: whole_lines
"""

from collections import deque
from typing import ClassVar, Protocol

import anyio


class Radio(Protocol):
    async def receive(self) -> bytes: ...


class Lines:
    """The lines that a radio hears, none of them longer than `most` bytes."""

    _ready: ClassVar[deque[str | ValueError]] = deque()
    _partial = b""
    _dropping = False

    def __init__(self, radio: Radio, most: int) -> None:
        self._radio = radio
        self._most = most

    def _add(self, data: bytes) -> None:
        """Cut the bytes into lines."""
        *lines, self._partial = (self._partial + data).split(b"\n")
        for line in lines:
            if self._dropping:
                self._dropping = False
            elif len(line) > self._most:
                self._ready.append(ValueError("this line is too long"))
            else:
                self._ready.append(line.decode())
        if self._dropping:
            self._partial = b""
        elif len(self._partial) > self._most:
            self._dropping = True
            self._partial = b""
            self._ready.append(ValueError("this line is too long"))

    async def next(self) -> str:
        """Return the next line, without its newline."""
        while not self._ready:
            try:
                self._add(await self._radio.receive())
            except anyio.EndOfStream:
                if self._partial:
                    self._partial = b""
                    raise anyio.IncompleteRead from None
                raise
        line = self._ready.popleft()
        if isinstance(line, ValueError):
            raise line
        return line
