from typing import Protocol

import anyio


class Kitchen(Protocol):
    async def boil_water(self) -> None: ...  # takes 3 seconds
    async def toast_bread(self) -> None: ...  # takes 2 seconds
    async def lay_the_table(self) -> None: ...  # takes 1 second


async def make_toast(kitchen: Kitchen) -> None:
    await kitchen.toast_bread()


async def make_tea(kitchen: Kitchen) -> None:
    await kitchen.boil_water()


async def breakfast(kitchen: Kitchen) -> None:
    async with anyio.create_task_group() as group:
        group.start_soon(make_tea, kitchen)
        group.start_soon(make_toast, kitchen)
        await kitchen.lay_the_table()
    print("ready")
