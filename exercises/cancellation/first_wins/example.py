"""Plays `water_level` on the real clock: a mirror that is down, a quick one, and two that take their time."""

import anyio
from exercise import water_level

from checker.example import play, say


class Mirror:
    def __init__(self, name: str, seconds: float, level: int | None) -> None:
        self.name = name
        self.seconds = seconds
        self.level = level

    async def read(self, gauge: str) -> int:
        say(f"{self.name} is asked about {gauge}")
        try:
            await anyio.sleep(self.seconds)
        except anyio.get_cancelled_exc_class():
            say(f"{self.name} is not needed any more")
            raise
        if self.level is None:
            say(f"{self.name} is down")
            raise ConnectionError(f"{self.name} cannot be reached")
        say(f"{self.name} answers {self.level}")
        return self.level


async def main() -> None:
    mirrors = [
        Mirror("Basel", 0.3, None),
        Mirror("Koblenz", 4.0, 204),
        Mirror("Worms", 1.0, 203),
        Mirror("Mainz", 2.5, 203),
    ]
    say(f"water_level returns {await water_level(mirrors, 'Kaub')}")


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
