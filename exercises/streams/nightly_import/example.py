"""Plays `copy_rows` on the real clock: eight rows come quickly, and the shop takes its time. There is room for two."""

import anyio
from exercise import copy_rows

from checker.example import play, say

ROOM = 2


class Desk:
    """The source and the shop, and what lies between them."""

    def __init__(self) -> None:
        self._read = 0
        self._waiting = 0

    async def next_row(self) -> str | None:
        await anyio.sleep(0.1)
        if self._read == 8:
            return None
        self._read += 1
        self._waiting += 1
        too_many = "  (too many)" if self._waiting > ROOM else ""
        say(f"row {self._read} is read; {self._waiting} waiting{too_many}")
        return f"row {self._read}"

    async def store(self, row: str) -> None:
        self._waiting -= 1
        await anyio.sleep(0.4)
        say(f"                          {row} is stored")


async def main() -> None:
    desk = Desk()
    say(f"copy_rows returns {await copy_rows(desk, desk, ROOM)}")


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
