from typing import Protocol

import anyio
from anyio.abc import TaskStatus


class Lamp(Protocol):
    async def on(self) -> None: ...  # takes 1 second
    async def off(self) -> None: ...  # takes 1 second


async def owner(lamp: Lamp, dark: anyio.Event, *, task_status: TaskStatus[None]) -> None:
    await lamp.on()
    try:
        task_status.started()
        await dark.wait()
    finally:
        await lamp.off()


async def evening(lamp: Lamp) -> None:
    dark = anyio.Event()
    async with anyio.create_task_group() as group:
        await group.start(owner, lamp, dark)
        await anyio.sleep(2)  # The lamp is on.
        dark.set()
