"""One task decides for all workers; each run is a task that waits, runs and reports to it through a stream."""

import logging
import math
from collections.abc import Sequence
from typing import Protocol

import anyio

log = logging.getLogger(__name__)


class Worker(Protocol):
    """Looks after one greenhouse."""

    async def run(self) -> None: ...


async def keep_running(workers: Sequence[Worker], pause: float, most: int, window: float) -> None:
    """Run all workers at the same time until their work is done."""
    send, receive = anyio.create_memory_object_stream[tuple[int, float, BaseException | None]](
        math.inf
    )

    async def run_once(index: int, begin: float) -> None:
        outcome: BaseException | None = None
        await anyio.sleep_until(begin)
        try:
            await workers[index].run()
        except anyio.get_cancelled_exc_class():
            raise
        except BaseException as error:
            outcome = error
        send.send_nowait((index, anyio.current_time(), outcome))

    with send, receive:
        async with anyio.create_task_group() as group:
            failures: list[list[float]] = [[] for _ in workers]
            at_work = len(workers)
            for index in range(at_work):
                group.start_soon(run_once, index, anyio.current_time())
            while at_work > 0:
                index, when, outcome = await receive.receive()
                if outcome is None:
                    at_work -= 1
                    continue
                failures[index] = [
                    *(then for then in failures[index] if then + window > when),
                    when,
                ]
                count = len(failures[index])
                if count >= most:
                    raise outcome
                log.warning("worker %d has failed %d times: %r", index, count, outcome)
                group.start_soon(run_once, index, when + pause * 2 ** (count - 1))
