from typing import Protocol

import anyio


class Kitchen(Protocol):
    async def cook(self) -> None: ...  # takes 3 seconds
    async def lay_the_table(self) -> None: ...  # takes 1 second
    async def eat(self) -> None: ...  # takes 2 seconds


async def cook(kitchen: Kitchen, bell: anyio.Event) -> None:
    await kitchen.cook()
    bell.set()


async def guest(kitchen: Kitchen, bell: anyio.Event) -> None:
    await bell.wait()
    await kitchen.eat()


async def dinner(kitchen: Kitchen) -> None:
    bell = anyio.Event()
    async with anyio.create_task_group() as group:
        group.start_soon(cook, kitchen, bell)
        group.start_soon(guest, kitchen, bell)
        await kitchen.lay_the_table()
        await bell.wait()
        await kitchen.eat()
