"""What one backend has, where the program runs on both: asyncio's locks, trio's sleep."""

import ast
from collections.abc import Iterator
from typing import Final

from checker.mutation.source_text import Change, SourceText

OTHERS: Final = {
    "anyio.Lock": ("asyncio.Lock", "trio.Lock"),
    "anyio.Semaphore": ("asyncio.Semaphore", "trio.Semaphore"),
    "anyio.CapacityLimiter": ("asyncio.Semaphore", "trio.CapacityLimiter"),
    "anyio.Event": ("asyncio.Event", "trio.Event"),
    "anyio.Condition": ("asyncio.Condition", "trio.Condition"),
    "anyio.sleep": ("asyncio.sleep", "trio.sleep"),
    "anyio.sleep_forever": ("trio.sleep_forever",),
    "anyio.gather": ("asyncio.gather",),
    "anyio.to_thread.run_sync": ("asyncio.to_thread", "trio.to_thread.run_sync"),
    "anyio.create_task_group": ("asyncio.TaskGroup", "trio.open_nursery"),
    "anyio.move_on_after": ("trio.move_on_after", "asyncio.timeout"),
    "anyio.current_time": ("trio.current_time", "time.monotonic"),
    "anyio.lowlevel.checkpoint": ("trio.lowlevel.checkpoint",),
}


def changes(text: SourceText) -> Iterator[Change]:
    for call in text.nodes(ast.Call):
        name = text.text(call.func)
        for other in OTHERS.get(name, ()):
            yield text.change(call, f"{other} for {name}", text.replace(call.func, other))
    for start in text.starts:
        yield text.change(
            start.call,
            "a task of asyncio's",
            text.replace(start.call, f"asyncio.ensure_future({start.coroutine})"),
        )
        arguments = ", ".join([start.function, *start.arguments])
        yield text.change(
            start.call,
            "a system task of trio's",
            text.replace(start.call, f"trio.lowlevel.spawn_system_task({arguments})"),
        )
