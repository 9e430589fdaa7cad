from typing import Protocol

import anyio


class Kettle(Protocol):
    async def boil(self) -> None: ...  # takes 3 seconds


async def make_tea(kettle: Kettle, water: anyio.Event, hot: anyio.Event) -> None:
    await water.wait()
    await kettle.boil()
    hot.set()


async def test_tea(kettle: Kettle) -> None:
    water, hot = anyio.Event(), anyio.Event()
    async with anyio.create_task_group() as group:
        group.start_soon(make_tea, kettle, water, hot)
        await anyio.wait_all_tasks_blocked()
        assert not hot.is_set()  # There is no water.
        water.set()
        with anyio.fail_after(10):
            await hot.wait()
