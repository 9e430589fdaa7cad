"""Read the lines that come over a radio."""

from typing import Protocol


class Radio(Protocol):
    async def receive(self) -> bytes: ...


class Lines:
    """The lines that a radio hears, none of them longer than `most` bytes."""

    def __init__(self, radio: Radio, most: int) -> None:
        self._radio = radio
        self._most = most

    async def next(self) -> str:
        """Return the next line, without its newline."""
        line = await self._radio.receive()
        if len(line) > self._most + 1:
            raise ValueError("this line is too long")
        return line.decode().removesuffix("\n")


if __name__ == "__main__":  # `python exercise.py` plays it on the real clock.
    import example

    example.run()
