"""Plays `serve` on the real clock: two signs, of which the first one keeps its connection."""

import anyio
from exercise import serve

from checker.example import play, say


class Sign:
    def __init__(self, stop: str) -> None:
        self._stop = stop
        self._has_asked = False

    async def receive(self) -> bytes:
        if self._has_asked:
            await anyio.sleep(3)
            raise anyio.EndOfStream
        self._has_asked = True
        await anyio.sleep(0.3)
        say(f"the sign at {self._stop} asks")
        return f"{self._stop}\n".encode()

    async def send(self, data: bytes) -> None:
        say(f"the sign at {self._stop} shows: {data.decode().strip()}")

    async def aclose(self) -> None:
        say(f"the connection to {self._stop} is closed")
        await anyio.sleep(0)


class Entrance:
    def __init__(self) -> None:
        self._coming = [Sign("Zoo"), Sign("Town Hall")]

    async def accept(self) -> Sign:
        await anyio.sleep(0.5 if self._coming else 3600)
        return self._coming.pop(0)


class Timetable:
    async def next_bus(self, stop: str) -> str:
        await anyio.sleep(0.2)
        return f"{len(stop)} min"


async def main() -> None:
    with anyio.move_on_after(3):
        await serve(Entrance(), Timetable())
    say("the server is stopped")


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
