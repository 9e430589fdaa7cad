"""Plays `booked` on the real clock: the camera fails in the middle of a night."""

import anyio
from exercise import booked

from checker.example import play, say


class Telescope:
    def __init__(self) -> None:
        self._renewals = 0

    async def book(self) -> int:
        say("the telescope is booked")
        return 1

    async def renew(self, number: int) -> None:
        self._renewals += 1
        say(f"    booking {number} is renewed")


async def observe(telescope: Telescope) -> None:
    async with booked(telescope, 0.5):
        await anyio.sleep(1.2)
        raise OSError("the camera does not answer")


async def main() -> None:
    telescope = Telescope()
    try:
        await observe(telescope)
    except* OSError:
        say("the camera has failed, and the astronomer goes home")
    await anyio.sleep(1.7)
    say("somebody else asks for the telescope")


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
