"""Test a car park: cars tell what happens to them through a stream, and the test compares the stories."""

from typing import Protocol

import anyio


class CarPark(Protocol):
    async def enter(self) -> None: ...
    async def leave(self) -> None: ...


class Builder(Protocol):
    async def build(self, places: int) -> CarPark: ...


async def story(park: CarPark, steps: str) -> str:
    """What happens if cars come (a letter), give up (the capital letter) and leave (-), one step after the other:
    the cars that are let in, with a space after each step."""
    send, receive = anyio.create_memory_object_stream[str](100)
    scopes: dict[str, anyio.CancelScope] = {}
    told = ""

    async def drive_in(car: str) -> None:
        with scopes[car]:
            await park.enter()
            send.send_nowait(car)

    with send, receive:
        async with anyio.create_task_group() as group:
            for step in steps:
                if step == "-":
                    try:
                        await park.leave()
                    except RuntimeError:
                        told += "!"
                elif step.isupper():
                    scopes[step.lower()].cancel()
                else:
                    scopes[step] = anyio.CancelScope()
                    group.start_soon(drive_in, step)
                await anyio.wait_all_tasks_blocked()
                while receive.statistics().current_buffer_used:
                    told += receive.receive_nowait()
                told += " "
            group.cancel_scope.cancel()
    return told


STORIES = {
    "abcd--": "a b   c d ",
    "abcdC-": "a b    d ",
    "abcC-d-": "a b    d  ",
    "-abc": "! a b  ",
}


async def test_car_park(builder: Builder) -> None:
    """Raise an exception if the car parks of this builder break a rule."""
    for steps, right in STORIES.items():
        told = await story(await builder.build(2), steps)
        if told != right:
            raise Exception(f"{steps}: {told!r}, and not {right!r}")
