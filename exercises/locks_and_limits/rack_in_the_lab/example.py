"""Plays `Rack` on the real clock: room for one sample, two analysers that wait, and two robots that come."""

from collections.abc import Awaitable, Callable

import anyio
from exercise import Rack

from checker.example import play, say


async def analyse(rack: Rack, name: str) -> None:
    say(f"    {name} waits for a sample")
    try:
        say(f"    {name} has sample {await rack.take()}")
    except IndexError:
        say(f"    {name} reaches into an empty rack, and crashes")


async def bring(rack: Rack, sample: int) -> None:
    say(f"a robot brings sample {sample}")
    await rack.put(sample)
    say(f"sample {sample} is in the rack")


async def later(seconds: float, act: Callable[[], Awaitable[None]]) -> None:
    await anyio.sleep(seconds)
    await act()


async def main() -> None:
    rack = Rack(1)
    with anyio.move_on_after(3.0) as patience:
        async with anyio.create_task_group() as group:
            group.start_soon(later, 0.2, lambda: analyse(rack, "analyser A"))
            group.start_soon(later, 0.4, lambda: analyse(rack, "analyser B"))
            group.start_soon(later, 1.0, lambda: bring(rack, 41))
            group.start_soon(later, 1.0, lambda: bring(rack, 42))
    if patience.cancelled_caught:
        say("somebody is still waiting: the lab stands still")


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
