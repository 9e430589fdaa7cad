"""A generator that awaits nothing does the splitting: it yields a line, an error, or None if it needs bytes."""

from collections.abc import Generator
from typing import Protocol

import anyio


class Radio(Protocol):
    async def receive(self) -> bytes: ...


def split(most: int) -> Generator[str | Exception | None, bytes | None, None]:
    buffer = bytearray()
    dropping = False
    while True:
        line, newline, rest = buffer.partition(b"\n")
        if newline:
            buffer = rest
            if not dropping:
                yield line.decode() if len(line) <= most else ValueError("a line is too long")
            dropping = False
            continue
        if dropping:
            buffer = bytearray()
        elif len(line) > most:
            dropping = True
            yield ValueError("a line is too long")
            continue
        while (data := (yield None)) is None:
            pass  # somebody was cancelled, or the radio had an error
        if not data:
            break
        buffer = buffer + data
    if buffer:
        yield anyio.IncompleteRead()
    while True:
        yield anyio.EndOfStream()


class Lines:
    """The lines that a radio hears, none of them longer than `most` bytes."""

    def __init__(self, radio: Radio, most: int) -> None:
        self._radio = radio
        self._split = split(most)

    async def next(self) -> str:
        """Return the next line, without its newline."""
        outcome = next(self._split)
        while outcome is None:
            try:
                data = await self._radio.receive()
            except anyio.EndOfStream:
                data = b""
            outcome = self._split.send(data)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome
