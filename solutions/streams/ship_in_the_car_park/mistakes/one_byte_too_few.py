"""Counts the newline among the bytes of a line.

Caught by: whole_lines, bad_lines, nothing_lost
"""

import anyio


class Lines:
    def __init__(self, radio, most):
        self._radio = radio
        self._most = most
        self._buffer = b""
        self._is_dropping = False

    async def next(self):
        while True:
            line, newline, rest = self._buffer.partition(b"\n")
            if self._is_dropping and newline:
                self._buffer, self._is_dropping = rest, False
                continue
            if self._is_dropping:
                self._buffer = b""
            elif len(line + newline) > self._most:
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
