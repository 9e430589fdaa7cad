"""Plays `develop` on the real clock: a film of three negatives, and a screen that is quicker."""

import time

import anyio
from exercise import develop

from checker.example import play, say

SPECKS = {1: 4, 2: 0, 3: 7}


class Scanner:
    def scan(self, negative: int) -> int:
        time.sleep(1)
        say(f"negative {negative} is scanned")
        return SPECKS[negative]


class Screen:
    async def show(self, negative: int, specks: int) -> None:
        say(f"the screen shows: negative {negative}, {specks} specks")
        await anyio.sleep(0.3)


async def main() -> None:
    say(f"develop returns {await develop(Scanner(), Screen(), list(SPECKS))}")


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
