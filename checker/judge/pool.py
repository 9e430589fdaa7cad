"""Work that is spread over several sandboxes, one unit at a time in each."""

from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import TypeVar

from checker.judge.launch import Sandbox

_Unit = TypeVar("_Unit")
_Result = TypeVar("_Result")


def spread(
    units: Iterable[_Unit], sandboxes: Sequence[Sandbox], work: Callable[[_Unit, Sandbox], _Result]
) -> Generator[_Result, None, None]:
    """Do `work` for each unit, in as many sandboxes at a time as there are; the results come in the
    order of the units."""
    free: SimpleQueue[Sandbox] = SimpleQueue()
    for sandbox in sandboxes:
        free.put(sandbox)

    def work_somewhere(unit: _Unit) -> _Result:
        sandbox = free.get()
        try:
            return work(unit, sandbox)
        finally:
            free.put(sandbox)

    pool = ThreadPoolExecutor(len(sandboxes))
    try:
        yield from pool.map(work_somewhere, units)
    finally:
        # Whoever gives up does not wait for a run that hangs: its sandbox is closed, and it with it.
        pool.shutdown(wait=False, cancel_futures=True)
