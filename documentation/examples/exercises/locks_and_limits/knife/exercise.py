from typing import Protocol

import anyio


class Kitchen(Protocol):
    async def wash(self) -> None: ...  # takes 1 second
    async def cut(self) -> None: ...  # takes 2 seconds, and needs the knife


async def cook(kitchen: Kitchen, knife: anyio.Lock) -> None:
    await kitchen.wash()
    async with knife:
        await kitchen.cut()


async def salad(kitchen: Kitchen) -> None:
    knife = anyio.Lock()
    async with anyio.create_task_group() as group:
        group.start_soon(cook, kitchen, knife)
        group.start_soon(cook, kitchen, knife)
