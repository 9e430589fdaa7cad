"""Plays `examine` on the real clock, as one of the dozen programs calls it: one sample is good, and one has clotted."""

import anyio
from exercise import examine

from checker.example import play, say


class Machine:
    def __init__(self, clotted: str) -> None:
        self._clotted = clotted

    async def measure(self, sample: str, substance: str) -> float:
        await anyio.sleep(1.0 if substance == "iron" else 0.5)
        if sample == self._clotted and substance == "iron":
            raise ValueError(f"sample {sample} has clotted")
        return 4.2

    async def ping(self) -> None:
        await anyio.sleep(0)


async def main() -> None:
    machine = Machine("B")
    for sample in ("A", "B"):
        try:
            found = await examine(machine, sample, ["iron", "sugar"])
        except ValueError as error:
            say(f"{error}: please take another one")
        except BaseExceptionGroup as group:
            say(f"the program crashes: {group!r}")
        else:
            say(f"sample {sample}: {found}")


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
