"""The jobs of a sweep on this machine: processes that judge, and the one that hands out the work.

A job is a separate process, on its own processor. It asks for the next batch while it judges one, so
that the next sandbox warms up meanwhile, and sends each verdict as it comes. If a job dies, nothing is
lost: its batch is given to another job, one exercise at a time, and an exercise that kills that one too
gets no verdict while the sweep goes on.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Final

import msgspec

from checker.course import Course
from checker.judge.jail import Jail
from checker.judge.launch import Sandbox, processors
from checker.judge.pool import die_with
from checker.seeds import Seed
from checker.sweep.batches import (
    Batch,
    BatchError,
    Judged,
    decode_batch,
    digests_of,
    encode_batch,
    judge_batch,
    open_sandbox,
)
from checker.sweep.journal import Verdict

TRIES: Final = 2


class JobError(Exception):
    """No job can judge; the text says why."""


class _Hello(msgspec.Struct, frozen=True):
    """The first message to a job."""

    course: str
    seed: Seed
    jail: Jail | None
    processor: int


class _Wants(msgspec.Struct, frozen=True, tag=True):
    """The job would have another batch; it gets one, or nothing if there is none left."""


class _Found(msgspec.Struct, frozen=True, tag=True):
    key: str
    verdict: Verdict


class _Done(msgspec.Struct, frozen=True, tag=True):
    """The batch that it has had longest is judged."""


class _Refused(msgspec.Struct, frozen=True, tag=True):
    reason: str


_FROM_JOB: Final = msgspec.msgpack.Decoder(_Wants | _Found | _Done | _Refused)


# --- who hands out ------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Task:
    batch: Batch
    tries: int = 0


@dataclass(eq=False)
class _Job:
    link: Connection
    process: subprocess.Popen[bytes]
    processor: int
    held: deque[_Task] = field(default_factory=deque)
    """What it has in hand, the one that it judges first."""
    has_started: bool = False


def judge_all(
    work: Sequence[Batch],
    *,
    course: Path,
    seed: Seed,
    jail: Jail | None,
    jobs: int,
    keep: Callable[[Judged], None],
    lose: Callable[[str], None],
) -> None:
    """Judge batches, `jobs` at a time, and `keep` each verdict as it comes; `lose` the key of what
    cannot be had. Raises `JobError`, and what these raise, at once; what was kept stays kept."""
    waiting = deque(_Task(batch) for batch in work)
    encode = partial(
        encode_batch, course=course, digests=digests_of(work), seed=seed, jailed=jail is not None
    )
    # A run and its judge wake each other all the time, and whoever asks for one job wants the other
    # processors left alone.
    available = processors()
    free = deque(available[n % len(available)] for n in range(min(jobs, len(work))))
    running: list[_Job] = []
    try:
        while waiting or running:
            while free and len(waiting) > sum(not job.held for job in running):
                hello = _Hello(str(course), seed, jail, free[0])
                running.append(_start(hello, free.popleft()))
            for link in wait([job.link for job in running]):
                job = next(job for job in running if job.link is link)
                try:
                    message = _FROM_JOB.decode(job.link.recv_bytes())
                except (EOFError, OSError):
                    running.remove(job)
                    free.append(job.processor)
                    _end(job)
                    if not job.has_started:
                        raise JobError(
                            "a process that judges ended before it began; its reason is above, if it "
                            "had the time to say one"
                        ) from None
                    waiting.extend(_left_by(job, lose))
                    continue
                match message:
                    case _Wants():
                        job.has_started = True
                        _hand_out(job, waiting, encode)
                    case _Found(key, verdict):
                        _strike_out(job, key)
                        keep(Judged(key, verdict))
                    case _Done():
                        job.held.popleft()
                    case _Refused(reason):
                        raise JobError(reason)
    finally:
        for job in running:
            _end(job)


def _start(hello: _Hello, processor: int) -> _Job:
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [
                *(sys.executable, "-P", "-m", "checker.sweep.jobs"),
                *(str(theirs.fileno()), str(os.getpid())),
            ],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
        )
    link = Connection(ours.detach())
    with contextlib.suppress(OSError):  # If it is dead, that is heard soon.
        link.send_bytes(msgspec.msgpack.encode(hello))
    return _Job(link, process, processor)


def _end(job: _Job) -> None:
    job.process.kill()
    job.process.wait()
    job.link.close()


def _hand_out(job: _Job, waiting: deque[_Task], encode: Callable[[Batch], bytes]) -> None:
    encoded = b""
    if waiting:
        task = waiting.popleft()
        job.held.append(task)
        encoded = encode(task.batch)
    with contextlib.suppress(OSError):  # If it is dead, that is heard soon.
        job.link.send_bytes(encoded)


def _strike_out(job: _Job, key: str) -> None:
    """Take what was found off what the job has in hand."""
    task = job.held[0]
    rest = tuple(work for work in task.batch.work if work[0] != key)
    job.held[0] = _Task(Batch(task.batch.number, rest), task.tries)


def _left_by(job: _Job, lose: Callable[[str], None]) -> list[_Task]:
    """What a job that died had in hand, to be tried by another. What it was at comes an exercise at a
    time, so that what killed it takes nothing else with it."""
    if not job.held:
        return []
    first, *others = job.held
    if first.tries + 1 < TRIES:
        alone = [
            _Task(Batch(first.batch.number, (work,)), first.tries + 1) for work in first.batch.work
        ]
        return [*alone, *others]
    for key, _, _ in first.batch.work:
        lose(key)
    return others


# --- who judges ---------------------------------------------------------------------------------


def main() -> None:
    """Be a job, over the socket whose number is given, until nothing is left to judge."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Whoever started it hears that, and ends it.
    number, parent = map(int, sys.argv[1:])
    die_with(parent)
    link = Connection(number)
    hello = msgspec.msgpack.decode(link.recv_bytes(), type=_Hello)
    if sys.platform == "linux":
        os.sched_setaffinity(0, {hello.processor})
    course = Course.load(Path(hello.course))
    send = partial(_send, link)
    try:
        following = _next(link, course, hello.jail, hello.processor)
        while following is not None:
            batch, sandbox = following
            # The next sandbox warms up while this one is in use.
            following = _next(link, course, hello.jail, hello.processor)
            for judged in judge_batch(batch, sandbox, hello.seed):
                send(_Found(judged.key, judged.verdict))
            send(_Done())
    except BatchError as error:
        send(_Refused(str(error)))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        pass  # Nobody wants it any more.


def _next(
    link: Connection, course: Course, jail: Jail | None, processor: int
) -> tuple[Batch, Sandbox] | None:
    _send(link, _Wants())
    encoded = link.recv_bytes()
    if not encoded:
        return None
    batch = decode_batch(encoded).batch(course)
    return batch, open_sandbox(batch, jail, processor)


def _send(link: Connection, message: _Wants | _Found | _Done | _Refused) -> None:
    link.send_bytes(msgspec.msgpack.encode(message))


if __name__ == "__main__":
    main()
