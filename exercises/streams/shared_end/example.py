"""Plays `keep_score` on the real clock: two gates, one of which is taken down early."""

from collections.abc import Sequence

import anyio
from exercise import keep_score

from checker.example import play, say


class Gate:
    def __init__(self, name: str, numbers: Sequence[int]) -> None:
        self._name = name
        self._numbers = iter(numbers)

    async def next_walker(self) -> int | None:
        await anyio.sleep(0.6)
        number = next(self._numbers, None)
        say(
            f"the gate {self._name} is taken down"
            if number is None
            else f"walker {number} passes the gate {self._name}"
        )
        return number


class Board:
    async def show(self, number: int) -> None:
        await anyio.sleep(0.2)
        say(f"the board shows {number}")


async def main() -> None:
    with anyio.move_on_after(4.5) as patience:
        gates = [Gate("at the mill", [7]), Gate("in the wood", [12, 7, 3])]
        say(f"keep_score returns {await keep_score(gates, Board())}")
    if patience.cancelled_caught:
        say("keep_score is still waiting, 4.5 s later; that would never end")


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
