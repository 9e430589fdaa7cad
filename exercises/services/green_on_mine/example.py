"""Plays `test_car_park` on the real clock: on a car park that is right, and on one that lets the last car in first."""

import anyio
from exercise import test_car_park

from checker.example import play, say


class CarPark:
    def __init__(self, places: int, *, last_first: bool) -> None:
        self.places = places
        self.inside = 0
        self.next = -1 if last_first else 0
        self.waiting: list[anyio.Event] = []

    async def enter(self) -> None:
        let_in = anyio.Event()
        self.waiting.append(let_in)
        self.let_in()
        try:
            await let_in.wait()
        except anyio.get_cancelled_exc_class():
            if let_in in self.waiting:
                self.waiting.remove(let_in)
            else:  # It was let in, and is gone.
                self.inside -= 1
                self.let_in()
            raise

    async def leave(self) -> None:
        if not self.inside:
            raise RuntimeError("no car is inside")
        self.inside -= 1
        self.let_in()
        await anyio.sleep(0)

    def let_in(self) -> None:
        if self.waiting and self.inside < self.places:
            self.inside += 1
            self.waiting.pop(self.next).set()


class Builder:
    def __init__(self, *, last_first: bool) -> None:
        self.last_first = last_first

    async def build(self, places: int) -> CarPark:
        return CarPark(places, last_first=self.last_first)


async def judge(name: str, builder: Builder) -> None:
    began = anyio.current_time()
    try:
        with anyio.fail_after(10):
            await test_car_park(builder)
    except Exception:
        verdict = "red"
    else:
        verdict = "green"
    say(f"{name}: the test is {verdict}, after {anyio.current_time() - began:.1f} s")


async def main() -> None:
    await judge("a right car park", Builder(last_first=False))
    await judge("one that lets the last car in first", Builder(last_first=True))


def run() -> None:
    play(main)


if __name__ == "__main__":
    run()
