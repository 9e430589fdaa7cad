"""Plays `read_letters` on the real clock: three letters, and a reader that needs a second for each."""

import time

import anyio
from exercise import read_letters

from checker.example import play, say


class Storage:
    async def fetch(self, number: int) -> str:
        say(f"letter {number} is on its way")
        await anyio.sleep(0.5)
        say(f"letter {number} is there")
        return f"scan {number}"

    async def save(self, number: int, text: str) -> None:
        await anyio.sleep(0.5)
        say(f"letter {number} is saved: {text}")


class Reader:
    def read(self, scan: str) -> str:
        say(f"{scan} is being read")
        time.sleep(1)
        return f"text of {scan}"


async def main() -> None:
    await read_letters(Storage(), Reader(), [1, 2, 3])
    say("read_letters returns")


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
