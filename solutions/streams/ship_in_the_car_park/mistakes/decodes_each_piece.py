"""Makes text of each piece, which may end in half a character.

Caught by: whole_lines, bad_lines, nothing_lost
"""




class Lines:
    def __init__(self, radio, most):
        self._radio = radio
        self._most = most
        self._buffer = ""

    async def next(self):
        while "\n" not in self._buffer:
            self._buffer += (await self._radio.receive()).decode()
            if len(self._buffer.partition("\n")[0].encode()) > self._most:
                raise ValueError("this line is too long")
        line, _, self._buffer = self._buffer.partition("\n")
        return line
