"""A sweep on more than one machine, with Dask's scheduler: https://distributed.dask.org

The journal stays with the one who asked. A worker gets the submissions of one student, judges them
in a sandbox of its own, and sends the verdicts back. What a lost worker had in its hands is given to
another one by the scheduler, and each verdict is kept once, under its key. Every worker has the same
kit and the same course: what differs is refused, not judged.
"""

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from checker.course import Course
from checker.judge.jail import Jail
from checker.submission import Source
from checker.sweep.journal import Verdict
from checker.sweep.sweep import (
    Batch,
    Judged,
    exercise_digest,
    judge_batch,
    kit_digest,
    open_sandbox,
    versions_in_use,
)

CONNECT_SECONDS = 15
RETRIES = 3
"""How often a batch is given to another worker before the sweep gives up on it."""


class ClusterError(Exception):
    """The cluster cannot do it; the text says why, and what to do."""


class _File(msgspec.Struct, frozen=True):
    key: str
    exercise: str
    digest: str
    """What the exercise must be on the worker."""
    file: str
    content: bytes
    fault: str | None
    obstacle: str | None
    missing: bool


class _Order(msgspec.Struct, frozen=True):
    """A batch, as it travels."""

    number: int
    course: str
    kit: str
    versions: dict[str, str]
    seed: int
    jailed: bool
    files: list[_File]


def judge_on(address: str, course: Course) -> Callable[..., None]:
    """What judges in the place of `checker.sweep.sweep.judge_all`, on the cluster whose scheduler is
    at `address`. Raises `ClusterError`."""
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise ClusterError(
            "Dask's distributed is not installed; install the kit with it: pip install -e '.[cluster]'"
        ) from None

    def judge(
        work: Sequence[Batch],
        *,
        seed: int,
        jail: Jail | None,
        jobs: int,
        keep: Callable[[Judged], None],
    ) -> None:
        try:
            client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            raise ClusterError(
                f"no scheduler answers at {address} ({error}); start one with `dask scheduler`"
            ) from None
        with client, client.as_current():
            orders = [_order(batch, course, seed, jail is not None) for batch in work]
            futures = client.map(judge_order, orders, pure=False, retries=RETRIES)
            for future in as_completed(futures):
                try:
                    found: list[tuple[str, bytes]] = future.result()
                except ClusterError:
                    raise
                except Exception as error:
                    raise ClusterError(f"a worker cannot judge: {error}") from None
                for key, verdict in found:
                    keep(Judged(key, msgspec.msgpack.decode(verdict, type=Verdict)))
                with contextlib.suppress(Exception):
                    future.release()

    return judge


def _order(batch: Batch, course: Course, seed: int, jailed: bool) -> bytes:
    files = [
        _File(
            key,
            exercise.name,
            exercise_digest(exercise),
            source.file,
            source.content,
            source.fault,
            source.obstacle,
            source.missing,
        )
        for key, exercise, source in batch.work
    ]
    order = _Order(
        batch.number, str(course.root), kit_digest(), versions_in_use(), seed, jailed, files
    )
    return msgspec.msgpack.encode(order)


def judge_order(encoded: bytes) -> list[tuple[str, bytes]]:
    """On a worker: judge what came, and return the verdicts by their keys."""
    order: Any = msgspec.msgpack.decode(encoded, type=_Order)
    if order.kit != kit_digest() or order.versions != versions_in_use():
        raise ClusterError(
            "this worker has another version of the kit, or of what it runs on; install the same on "
            "every machine"
        )
    course = Course.load(Path(order.course))
    exercises = {exercise.name: exercise for exercise in course}
    work = []
    for file in order.files:
        exercise = exercises.get(file.exercise)
        if exercise is None or exercise_digest(exercise) != file.digest:
            raise ClusterError(
                f"the course in {order.course} on this worker has another {file.exercise}; put the "
                "same course there on every machine"
            )
        source = Source(file.file, file.content, file.fault, file.obstacle, file.missing)
        work.append((file.key, exercise, source))
    jail = Jail.find() if order.jailed else None
    batch = Batch(order.number, tuple(work))
    judged = judge_batch(batch, open_sandbox(batch, jail), order.seed)
    return [(one.key, msgspec.msgpack.encode(one.verdict)) for one in judged]
