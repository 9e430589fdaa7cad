"""Is green whatever happens.

Caught by: red_on_wrong_numbers, red_on_wrong_turns, red_on_those_who_give_up
"""

from typing import Protocol

import anyio


class CarPark(Protocol):
    async def enter(self) -> None: ...
    async def leave(self) -> None: ...


class Builder(Protocol):
    async def build(self, places: int) -> CarPark: ...


async def test_car_park(builder: Builder) -> None:
    park = await builder.build(2)
    await park.enter()
    await park.leave()
