"""Plays `first_letters` on the real clock: two boxes, of which the first holds more than one letter."""

import anyio
from exercise import first_letters

from checker.example import play, say

BOXES = {3: ["a bill", "a love letter", "a receipt"], 4: ["a recipe", "a love letter"]}


class Archive:
    def __init__(self) -> None:
        self._box: int | None = None
        self._left: list[str] = []

    async def fetch(self, box: int) -> None:
        if self._box is not None:
            raise RuntimeError(f"box {self._box} is still on the table")
        self._box, self._left = box, list(BOXES[box])
        await anyio.sleep(0.3)
        say(f"box {box} is on the table")

    async def take(self, box: int) -> str | None:
        await anyio.sleep(0.2)
        return self._left.pop(0) if self._left else None

    async def give_back(self, box: int) -> None:
        await anyio.sleep(0.3)
        say(f"box {box} is given back")
        self._box = None


class Expert:
    async def wants(self, letter: str) -> bool:
        await anyio.sleep(0.2)
        say(f"the expert looks at {letter}")
        return letter == "a love letter"


async def main() -> None:
    try:
        say(f"first_letters returns {await first_letters(Archive(), Expert(), [3, 4])}")
    except RuntimeError as error:
        say(f"first_letters fails: {error}")


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
