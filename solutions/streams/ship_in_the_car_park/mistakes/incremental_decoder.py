"""Decodes each piece, and does not count the bytes of half a character.

Caught by: bad_lines, nothing_lost
"""

import codecs
from typing import Protocol

import anyio


class Radio(Protocol):
    async def receive(self) -> bytes: ...


class Lines:
    """The lines that a radio hears, none of them longer than `most` bytes."""

    def __init__(self, radio: Radio, most: int) -> None:
        self._radio = radio
        self._most = most
        self._decoder = codecs.getincrementaldecoder("utf-8")()  # bytes may be cut in a character
        self._text = ""
        self._dropping = False

    async def next(self) -> str:
        """Return the next line, without its newline."""
        while True:
            line, newline, rest = self._text.partition("\n")
            if self._dropping:
                self._text = rest
                self._dropping = not newline
                if newline:
                    continue
            elif len(line.encode()) > self._most:
                self._text = rest
                self._dropping = not newline
                raise ValueError("this line is too long")
            elif newline:
                self._text = rest
                return line
            try:
                data = await self._radio.receive()
            except anyio.EndOfStream:
                if not self._text:
                    raise
                self._text = ""
                raise anyio.IncompleteRead from None
            self._text += self._decoder.decode(data)
