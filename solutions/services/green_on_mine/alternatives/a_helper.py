"""Test a car park: every step in a method of a helper, one car park for each rule."""

from typing import Protocol

import anyio


class CarPark(Protocol):
    async def enter(self) -> None: ...
    async def leave(self) -> None: ...


class Builder(Protocol):
    async def build(self, places: int) -> CarPark: ...


class Cars:
    """Cars at one car park, which come in tasks of their own."""

    def __init__(self, park: CarPark, group: anyio.abc.TaskGroup) -> None:
        self.park = park
        self.group = group
        self.inside: list[int] = []
        self.scopes: list[anyio.CancelScope] = []

    async def come(self, count: int) -> None:
        for _ in range(count):
            self.group.start_soon(self._drive_in, len(self.scopes))
            self.scopes.append(anyio.CancelScope())
            await anyio.wait_all_tasks_blocked()

    async def _drive_in(self, number: int) -> None:
        with self.scopes[number]:
            await self.park.enter()
            self.inside.append(number)

    async def leave(self) -> None:
        await self.park.leave()
        await anyio.wait_all_tasks_blocked()

    async def give_up(self, number: int) -> None:
        self.scopes[number].cancel()
        await anyio.wait_all_tasks_blocked()

    def expect(self, *inside: int) -> None:
        if self.inside != list(inside):
            raise ValueError(f"{self.inside} have been let in, and not {inside}")


async def numbers_and_order(cars: Cars) -> None:
    cars.expect()
    await cars.come(1)
    cars.expect(0)
    await cars.come(3)
    cars.expect(0, 1)
    await cars.leave()
    cars.expect(0, 1, 2)
    await cars.leave()
    cars.expect(0, 1, 2, 3)


async def giving_up(cars: Cars) -> None:
    await cars.come(4)
    await cars.give_up(2)
    cars.expect(0, 1)
    await cars.leave()
    cars.expect(0, 1, 3)


async def nobody_there(cars: Cars) -> None:
    for _ in range(2):
        try:
            await cars.leave()
        except RuntimeError:
            continue
        raise ValueError("nobody was there, and nobody said so")
    await cars.come(3)
    cars.expect(0, 1)


async def test_car_park(builder: Builder) -> None:
    """Raise an exception if the car parks of this builder break a rule."""
    for test in (numbers_and_order, giving_up, nobody_there):
        async with anyio.create_task_group() as group:
            await test(Cars(await builder.build(2), group))
            group.cancel_scope.cancel()
