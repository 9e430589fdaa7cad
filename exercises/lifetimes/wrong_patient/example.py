"""Plays `Desk` on the real clock: a doctor who gives up, and two who ask afterwards."""

import anyio
from exercise import Desk

from checker.example import play, say

GROUPS = {"Adams": ("A+", 1.5), "Brown": ("0-", 0.7), "Clark": ("B+", 0.7)}


class Connection:
    def __init__(self) -> None:
        self._pending: list[str] = []

    async def send(self, patient: str) -> None:
        await anyio.sleep(0.1)
        self._pending.append(patient)

    async def receive(self) -> str:
        group, seconds = GROUPS[self._pending[0]]
        await anyio.sleep(seconds)
        self._pending.pop(0)
        return group

    def close(self) -> None:
        say("                                   a connection is closed")


class Lab:
    async def connect(self) -> Connection:
        await anyio.sleep(0.2)
        say("                                   a connection is opened")
        return Connection()


async def ask(desk: Desk, patient: str, patience: float) -> None:
    say(f"what blood does {patient} have?")
    try:
        group = await desk.blood_group(patient, patience)
    except TimeoutError:
        say(f"    {patient}: no result in time")
    else:
        truth = "which is right" if group == GROUPS[patient][0] else "which is WRONG"
        say(f"    {patient}: {group}, {truth}")


async def main() -> None:
    desk = Desk(Lab())
    await ask(desk, "Adams", 1.0)
    await ask(desk, "Brown", 9.0)
    await ask(desk, "Clark", 9.0)


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
