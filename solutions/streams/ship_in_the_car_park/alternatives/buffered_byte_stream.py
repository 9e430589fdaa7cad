"""AnyIO's `BufferedByteReceiveStream`, behind an ear that remembers how the radio failed."""

import sys
from typing import Protocol

import anyio
from anyio.abc import ObjectReceiveStream
from anyio.streams.buffered import BufferedByteReceiveStream


class Radio(Protocol):
    async def receive(self) -> bytes: ...


class Ear(ObjectReceiveStream[bytes]):
    """The radio as a stream."""

    def __init__(self, radio: Radio) -> None:
        self._radio = radio
        self.ended = False
        self.trouble: BaseException | None = None

    async def receive(self) -> bytes:
        try:
            return await self._radio.receive()
        except anyio.EndOfStream:
            self.ended = True
            raise
        except BaseException as error:
            self.trouble = error
            raise

    async def aclose(self) -> None:
        pass


class Lines:
    """The lines that a radio hears, none of them longer than `most` bytes."""

    def __init__(self, radio: Radio, most: int) -> None:
        self._ear = Ear(radio)
        self._stream = BufferedByteReceiveStream(self._ear)
        self._most = most
        self._dropping = False

    async def next(self) -> str:
        """Return the next line, without its newline."""
        try:
            if self._dropping:
                await self._stream.receive_until(b"\n", sys.maxsize)
                self._dropping = False
            line = await self._stream.receive_until(b"\n", self._most + 1)
        except (anyio.DelimiterNotFound, anyio.IncompleteRead) as error:
            if error is self._ear.trouble:
                raise
            unfinished = bool(self._stream.buffer) and not self._dropping
            self._stream = BufferedByteReceiveStream(self._ear)  # With nothing in it.
            if not self._ear.ended:
                self._dropping = True
                raise ValueError("this line is too long") from None
            raise (anyio.IncompleteRead if unfinished else anyio.EndOfStream) from None
        if len(line) > self._most:
            raise ValueError("this line is too long")
        return line.decode()
