"""Plays `Lines` on the real clock: three ships, in pieces, and a listener who loses patience once."""

import anyio
from exercise import Lines

from checker.example import play, say

PIECES = [(0.5, b"Anna 53.5"), (1.0, b"41\nBerta 53.546\nC"), (0.5, "äcilie 53.551\n".encode())]


class Radio:
    def __init__(self) -> None:
        self._pieces = iter(PIECES)

    async def receive(self) -> bytes:
        seconds, piece = next(self._pieces, (0.2, b""))
        await anyio.sleep(seconds)
        if not piece:
            raise anyio.EndOfStream
        say(f"the radio hears {piece!r}")
        return piece


async def main() -> None:
    lines = Lines(Radio(), 80)
    while True:
        try:
            say(f"    next() returns {await lines.next()!r}")
        except anyio.EndOfStream:
            say("    there is no more")
            break
        except ValueError as error:
            say(f"    next() raises {error!r}")


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
