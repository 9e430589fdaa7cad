"""Splits at everything that Python takes for the end of a line.

Caught by: whole_lines, bad_lines, nothing_lost
"""




class Lines:
    def __init__(self, radio, most):
        self._radio = radio
        self._most = most
        self._buffer = ""
        self._lines = []

    async def next(self):
        while not self._lines:
            self._buffer += (await self._radio.receive()).decode(errors="replace")
            *self._lines, self._buffer = (self._buffer + "|").splitlines()
            self._buffer = self._buffer.removesuffix("|")
        line = self._lines.pop(0)
        if len(line) > self._most:
            raise ValueError("this line is too long")
        return line
