"""Test a car park: waits for cars themselves, with a guard that goes off only where something is wrong."""

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
    refused = False
    try:
        await park.leave()
    except RuntimeError:
        refused = True
    assert refused
    cars = [anyio.Event() for _ in range(5)]

    async def drive_in(number: int, scope: anyio.CancelScope) -> None:
        with scope:
            await park.enter()
            cars[number].set()

    async with anyio.create_task_group() as group:
        with anyio.fail_after(60):
            scopes = [anyio.CancelScope() for _ in cars]
            for number in (0, 1):
                group.start_soon(drive_in, number, scopes[number])
                await cars[number].wait()
            for number in (2, 3, 4):
                group.start_soon(drive_in, number, scopes[number])
                await anyio.wait_all_tasks_blocked()
            scopes[3].cancel()
            for number in (2, 4):
                await anyio.wait_all_tasks_blocked()
                assert not cars[number].is_set()
                await park.leave()
                await cars[number].wait()
                await anyio.wait_all_tasks_blocked()
                assert sum(car.is_set() for car in cars) == (3 if number == 2 else 4)
        assert not cars[3].is_set()
