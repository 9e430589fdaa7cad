"""Plays `record_journey` on the real clock: a lorry that reports three times, and arrives."""

import anyio
from exercise import record_journey

from checker.example import play, say


class Lorry:
    def __init__(self) -> None:
        self._reports = iter([-4, 2, -3])

    async def temperature(self) -> int | None:
        await anyio.sleep(0.5)
        degrees = next(self._reports, None)
        say("the lorry has arrived" if degrees is None else f"the lorry says {degrees} °C")
        return degrees


class Logbook:
    async def write(self, degrees: int) -> None:
        await anyio.sleep(0.3)
        say(f"{degrees} °C is in the logbook")


async def main() -> None:
    with anyio.move_on_after(4) as patience:
        say(f"record_journey returns {await record_journey(Lorry(), Logbook())}")
    if patience.cancelled_caught:
        say("record_journey is still waiting, 4 s later; that would never end")


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
