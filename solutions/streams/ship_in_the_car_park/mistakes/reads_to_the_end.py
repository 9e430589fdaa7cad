"""Receives everything first, and then makes lines of it.

Caught by: whole_lines, bad_lines, nothing_lost
"""

import anyio


class Lines:
    def __init__(self, radio, most):
        self._radio = radio
        self._most = most
        self._buffer = b""
        self._has_ended = False

    async def next(self):
        while not self._has_ended:
            try:
                self._buffer += await self._radio.receive()
            except anyio.EndOfStream:
                self._has_ended = True
        line, newline, self._buffer = self._buffer.partition(b"\n")
        if len(line) > self._most:
            raise ValueError("this line is too long")
        if not newline:
            raise anyio.IncompleteRead if line else anyio.EndOfStream
        return line.decode()
