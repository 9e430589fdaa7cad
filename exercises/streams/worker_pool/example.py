"""Plays `sort_parcels` on the real clock: four parcels, and two scanners."""

from collections.abc import AsyncIterator

import anyio
from exercise import sort_parcels

from checker.example import play, say


async def belt() -> AsyncIterator[int]:
    for parcel in (11, 12, 13, 14):
        await anyio.sleep(0.3)
        say(f"parcel {parcel} comes along")
        yield parcel
    say("the belt stops")


class Scan:
    async def label(self, parcel: int) -> int:
        await anyio.sleep(0.8)
        say(f"parcel {parcel} goes to bin {parcel % 3}")
        return parcel % 3


async def main() -> None:
    with anyio.move_on_after(4) as patience:
        say(f"sort_parcels returns {await sort_parcels(belt(), Scan(), 2)}")
    if patience.cancelled_caught:
        say("sort_parcels is still waiting, 4 s later; that would never end")


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
