"""Plays `keep_running` on the real clock: one worker fails now and then, and one is broken."""

import anyio
from exercise import keep_running

from checker.example import play, say


class Worker:
    def __init__(self, name: str, seconds: float, *, fails: int) -> None:
        self._name = name
        self._seconds = seconds
        self._fails = fails

    async def run(self) -> None:
        say(f"{self._name}: it starts")
        try:
            await anyio.sleep(self._seconds)
        except anyio.get_cancelled_exc_class():
            say(f"{self._name}: it is cancelled")
            raise
        if self._fails:
            self._fails -= 1
            raise ConnectionError(f"{self._name}: the sensor does not answer")
        say(f"{self._name}: its work is done")


async def main() -> None:
    workers = [
        Worker("greenhouse 1", 0.6, fails=1),
        Worker("greenhouse 2", 4.0, fails=0),
        Worker("greenhouse 3", 0.1, fails=1000),
    ]
    with anyio.move_on_after(3) as scope:
        try:
            await keep_running(workers, 0.2, 4, 10.0)
        except* ConnectionError as errors:
            say(f"keep_running raises {errors.exceptions[0]!r}")
        else:
            say("keep_running returns")
    if scope.cancelled_caught:
        say("greenhouse 3 is broken, and nobody is told: stopped after 3 s")


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
