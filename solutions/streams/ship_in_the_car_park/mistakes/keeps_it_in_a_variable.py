"""Collects a line in a variable: a call that is cancelled takes it along.

Caught by: nothing_lost
"""

import anyio


class Lines:
    def __init__(self, radio, most):
        self._radio = radio
        self._most = most
        self._rest = b""
        self._is_dropping = False

    async def next(self):
        line, self._rest = self._rest, b""
        while True:
            begin, newline, rest = line.partition(b"\n")
            if self._is_dropping and newline:
                line, self._is_dropping = rest, False
                continue
            if self._is_dropping:
                line = b""
            elif len(begin) > self._most:
                self._rest, self._is_dropping = line, True
                raise ValueError("this line is too long")
            elif newline:
                self._rest = rest
                return begin.decode()
            try:
                line += await self._radio.receive()
            except anyio.EndOfStream:
                if line:
                    raise anyio.IncompleteRead from None
                raise
