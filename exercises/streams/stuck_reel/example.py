"""Plays `restore` on the real clock: four frames, and two machines, the first of which finds one too dark."""

from collections.abc import AsyncIterator

import anyio
from exercise import restore

from checker.example import play, say


async def scanner() -> AsyncIterator[int]:
    for frame in (1, 2, 3, 4):
        await anyio.sleep(0.3)
        say(f"frame {frame} has been scanned")
        yield frame


class Machine:
    def __init__(self, name: str, too_dark: int | None = None) -> None:
        self.name = name
        self.too_dark = too_dark

    async def process(self, frame: int) -> int:
        await anyio.sleep(0.4)
        if frame == self.too_dark:
            say(f"{self.name}: frame {frame} is too dark")
            raise ValueError("too dark")
        say(f"{self.name}: frame {frame} is done")
        return frame


class Archive:
    async def store(self, frame: int) -> None:
        await anyio.sleep(0.1)
        say(f"frame {frame} is in the archive")


async def main() -> None:
    machines = [Machine("scratches", too_dark=3), Machine("light")]
    with anyio.move_on_after(4) as patience:
        try:
            say(f"restore returns {await restore(scanner(), machines, Archive())}")
        except* ValueError as errors:
            say(f"restore raises {errors.exceptions[0]!r}")
    if patience.cancelled_caught:
        say("restore is still waiting, 4 s later; that would never end")


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
