"""Each call sends what came of it through a stream, and `examine` itself decides what to raise."""

import math
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Protocol

import anyio


class Machine(Protocol):
    """It falls asleep if it hears nothing for more than a minute."""

    async def measure(self, sample: str, substance: str) -> float: ...

    async def ping(self) -> None: ...


async def examine(machine: Machine, sample: str, substances: Sequence[str]) -> dict[str, float]:
    """Return how much of each substance is in the sample."""
    found: dict[str, float] = {}
    failures: list[BaseException] = []
    # Every outcome is a function that notes it.
    report, outcomes = anyio.create_memory_object_stream[Callable[[], None]](math.inf)

    async def reporting(call: Callable[[], Coroutine[Any, Any, None]]) -> None:
        try:
            await call()
        except anyio.get_cancelled_exc_class():
            raise
        except BaseException as exception:
            failure = exception
            report.send_nowait(lambda: failures.append(failure))

    async def keep_awake() -> None:
        while True:
            await anyio.sleep(60)
            await machine.ping()

    async def measure(substance: str) -> None:
        value = await machine.measure(sample, substance)
        report.send_nowait(lambda: found.update({substance: value}))

    with report, outcomes:
        async with anyio.create_task_group() as group:
            group.start_soon(reporting, keep_awake)
            for substance in substances:
                group.start_soon(reporting, lambda substance=substance: measure(substance))
            while len(found) < len(substances) and not failures:
                note = await outcomes.receive()
                note()
            group.cancel_scope.cancel()
        try:
            while True:
                outcomes.receive_nowait()()
        except anyio.WouldBlock:
            pass

    if len(failures) == 1:
        raise failures.pop()
    if failures:
        raise BaseExceptionGroup("several calls have failed", failures)
    return found
