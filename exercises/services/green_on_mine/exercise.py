"""Test a car park: does it let in the right cars?"""

from typing import Protocol

import anyio


class CarPark(Protocol):
    async def enter(self) -> None: ...
    async def leave(self) -> None: ...


class Builder(Protocol):
    async def build(self, places: int) -> CarPark: ...


async def test_car_park(builder: Builder) -> None:
    """Raise an exception if the car parks of this builder break a rule."""
    park = await builder.build(2)
    inside: list[str] = []

    async def drive_in(car: str) -> None:
        await park.enter()
        inside.append(car)

    async with anyio.create_task_group() as group:
        group.start_soon(drive_in, "a red car")
        group.start_soon(drive_in, "a blue car")
        await anyio.sleep(0.5)
        group.start_soon(drive_in, "a green car")
        await anyio.sleep(1)
        assert len(inside) == 2
        await park.leave()
        await anyio.sleep(1)
        assert "a green car" in inside


if __name__ == "__main__":  # `python exercise.py` plays it on the real clock.
    import example

    example.run()
