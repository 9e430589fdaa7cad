"""Streams that are a terminal, or none, whatever the tests themselves are run in."""

import io


class Stream(io.TextIOWrapper):
    """A stream that says of itself that it is a terminal, or that it is none."""

    def __init__(self, encoding: str = "utf-8", *, terminal: bool = False) -> None:
        super().__init__(io.BytesIO(), encoding=encoding, newline="")
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal

    def text(self) -> str:
        self.flush()
        return self.buffer.getvalue().decode(self.encoding)
