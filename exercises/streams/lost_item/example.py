"""Plays `relay` on the real clock: three goals, the second of which meets a slow line."""

from collections.abc import AsyncIterator

import anyio
from exercise import relay

from checker.example import play, say


async def news() -> AsyncIterator[str]:
    for seconds, goal in ((0.2, "1:0"), (0.3, "1:1"), (2.0, "2:1")):
        await anyio.sleep(seconds)
        say(f"the news: {goal}")
        yield goal
    await anyio.sleep(1.5)
    say("the news end")


class Browser:
    async def send(self, event: str) -> None:
        await anyio.sleep(1.6 if event == "1:1" else 0.1)
        say(f"the browser shows {event}")

    async def ping(self) -> None:
        await anyio.sleep(0.1)
        say("ping")


async def main() -> None:
    say(f"relay returns {await relay(news(), Browser(), 1.0)}")


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
