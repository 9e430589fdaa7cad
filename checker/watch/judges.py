"""Processes that judge, kept warm: one that does, and one to take its place.

A run takes milliseconds, and one that hangs takes seconds. Nobody should have to wait for an answer
that is of no more use. So a judge that is at work on one is ended, with its sandbox and its runs, and
the next job goes to the other, which is warm by then.
"""

import contextlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import anyio
import msgspec
from anyio.abc import Process, TaskGroup, TaskStatus
from anyio.streams.buffered import BufferedByteReceiveStream

from checker.watch.messages import LENGTH, READY, Answer, Job

END_SECONDS: Final = 2.0
"""Real seconds that a judge may take to end its sandbox, before it is ended itself."""


class JudgeLost(Exception):
    """A process that judges was ended from outside."""


@contextlib.asynccontextmanager
async def warm_judges(root: Path) -> AsyncIterator["Judges"]:
    """Judges of the course below `root`; the first warms up at once. At the end they are all ended."""
    async with anyio.create_task_group() as group:
        judges = Judges(root, group)
        group.start_soon(judges.add)
        yield judges
        group.cancel_scope.cancel()


class Judges:
    """Judges, each of which lives as long as a task of this group."""

    def __init__(self, root: Path, group: TaskGroup) -> None:
        self._root = root
        self._group = group
        self._free: list[_Judge] = []
        self._starting = anyio.Lock()

    async def add(self) -> None:
        """Have one more that is free."""
        async with self._starting:
            self._free.insert(0, await self._group.start(self._employ))

    async def do(self, job: Job) -> Answer:
        """What comes of a job. Cancel this when it is of no more use. Raises `JudgeLost`."""
        if not self._free:
            await self.add()
        judge = self._free.pop()
        try:
            # One that still warms up has nothing to give up yet, and goes back if this is cancelled.
            await judge.await_ready()
            try:
                answer = await judge.ask(job)
            except BaseException:
                judge.dismiss()  # It would go on with what nobody waits for.
                raise
        except (anyio.BrokenResourceError, anyio.EndOfStream, anyio.IncompleteRead):
            judge.dismiss()
            raise JudgeLost from None
        finally:
            if not judge.is_dismissed:
                self._free.append(judge)
            if len(self._free) < 2 and (judge.is_ready or judge.is_dismissed):
                self._group.start_soon(self.add)
        return answer

    async def _employ(self, *, task_status: TaskStatus["_Judge"]) -> None:
        """Be the life of one judge."""
        words = [sys.executable, "-m", "checker.watch.judging", str(self._root)]
        with anyio.CancelScope() as life:
            # Not to be cancelled half-way: a process that nobody knows would be left behind. It gets a
            # session of its own, since the keys of this terminal are not for it.
            with anyio.CancelScope(shield=True):
                process = await anyio.open_process(words, stderr=None, start_new_session=True)
            try:
                task_status.started(_Judge(process, life))
                await anyio.sleep_forever()
            finally:
                with anyio.CancelScope(shield=True):
                    await _end(process)


class _Judge:
    def __init__(self, process: Process, life: anyio.CancelScope) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._jobs = process.stdin
        self._answers = BufferedByteReceiveStream(process.stdout)
        self._life = life
        self.is_ready = False

    @property
    def is_dismissed(self) -> bool:
        return self._life.cancel_called

    def dismiss(self) -> None:
        """Let it be ended."""
        self._life.cancel()

    async def await_ready(self) -> None:
        if not self.is_ready:
            await self._answers.receive_exactly(len(READY))
            self.is_ready = True

    async def ask(self, job: Job) -> Answer:
        data = msgspec.msgpack.encode(job)
        await self._jobs.send(LENGTH.pack(len(data)) + data)
        (length,) = LENGTH.unpack(await self._answers.receive_exactly(LENGTH.size))
        return msgspec.msgpack.decode(await self._answers.receive_exactly(length), type=Answer)


async def _end(process: Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    with anyio.move_on_after(END_SECONDS):
        await process.wait()
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    await process.aclose()
