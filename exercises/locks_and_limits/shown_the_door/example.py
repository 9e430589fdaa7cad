"""Plays `Maps` on the real clock: five maps, from a server that allows two requests a second."""

import anyio
from exercise import Maps

from checker.example import play, say

PLACES = ("Athens", "Berlin", "Cairo", "Dublin", "Exeter")


class Server:
    def __init__(self) -> None:
        self._sent: list[float] = []

    async def draw(self, place: str) -> str:
        now = anyio.current_time()
        self._sent = [moment for moment in self._sent if now - moment < 0.999] + [now]
        count = len(self._sent)
        say(f"{place}, please" + (f" ({count} requests within a second!)" if count > 2 else ""))
        await anyio.sleep(0.3)
        return f"a map of {place}"


async def main() -> None:
    maps = Maps(Server(), 2, 1.0)

    async def show(place: str) -> None:
        say(f"here is {await maps.get(place)}")

    async with anyio.create_task_group() as group:
        for place in PLACES:
            group.start_soon(show, place)


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
