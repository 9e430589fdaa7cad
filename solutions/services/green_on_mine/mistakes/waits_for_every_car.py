"""Waits for cars that ought to be let in, and for ever if they are not.

Caught by: green_on_right_ones, red_on_wrong_numbers, red_on_wrong_turns, red_on_those_who_give_up
"""

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
    try:
        await park.leave()
    except RuntimeError:
        pass
    else:
        raise AssertionError("the car park was empty, and a car left it")

    inside: list[str] = []
    let_in = {car: anyio.Event() for car in ["red", "blue", "green", "white", "black"]}
    waiting: dict[str, anyio.CancelScope] = {}

    async def drive_in(car: str) -> None:
        with anyio.CancelScope() as waiting[car]:
            await park.enter()
            inside.append(car)
            let_in[car].set()

    async with anyio.create_task_group() as group:
        for car in ["red", "blue", "green", "white", "black"]:
            group.start_soon(drive_in, car)
            await anyio.wait_all_tasks_blocked()
        assert inside == ["red", "blue"]

        waiting["green"].cancel()
        await anyio.wait_all_tasks_blocked()
        assert inside == ["red", "blue"]

        await park.leave()
        await let_in["white"].wait()
        assert inside == ["red", "blue", "white"]

        await park.leave()
        await anyio.wait_all_tasks_blocked()
        assert inside == ["red", "blue", "white", "black"]
