"""Plays `heat_all` on the real clock: ovens that need 1 s and 2 s, and a watchdog that listens."""

import time

from exercise import heat_all

from checker.example import play, say


class Oven:
    def __init__(self, name: str) -> None:
        self.name = name

    async def light(self) -> None:
        say(f"{self.name} is lit")

    async def load(self) -> None:
        say(f"{self.name} is loaded")


class Watchdog:
    def __init__(self) -> None:
        self.heard = time.perf_counter()

    async def beat(self) -> None:
        silence = time.perf_counter() - self.heard
        self.heard += silence
        if silence > 0.8:
            say(f"the watchdog heard nothing for {silence:.1f} s, and shut off the gas")
        else:
            say("the watchdog hears a beat")


async def main() -> None:
    watchdog = Watchdog()
    await heat_all(watchdog, [(Oven("the small oven"), 1.0), (Oven("the large oven"), 2.0)])
    silence = time.perf_counter() - watchdog.heard
    say(f"heat_all returns, {silence:.1f} s after the last beat")


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
