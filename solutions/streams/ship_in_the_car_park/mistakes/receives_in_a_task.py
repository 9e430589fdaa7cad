"""Receives in a task of its own: what comes at the moment of a cancellation is lost with it.

Caught by: nothing_lost (asyncio)
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
        self._buffer = b""
        self._dropping = False

    async def _receive(self) -> bytes:
        """Receive in a task, which has a name in the debugger."""
        try:
            async with anyio.create_task_group() as group:
                handle = group.start_soon(self._radio.receive, name="radio")
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from None
        return handle.return_value

    async def next(self) -> str:
        """Return the next line, without its newline."""
        while True:
            line, newline, rest = self._buffer.partition(b"\n")
            if self._dropping:
                self._buffer = rest
                self._dropping = not newline
                if newline:
                    continue
            elif len(line) > self._most:
                self._buffer = rest
                self._dropping = not newline
                raise ValueError("this line is too long")
            elif newline:
                self._buffer = rest
                return line.decode()
            try:
                data = await self._receive()
            except anyio.EndOfStream:
                if self._buffer:
                    self._buffer = b""
                    raise anyio.IncompleteRead from None
                raise
            self._buffer += data
