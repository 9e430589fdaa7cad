"""What is judged in one sandbox, and how it travels to a process that judges, here or elsewhere.

Every process that judges has the same kit and the same course: if they differ, it refuses to judge.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from checker.course import Course, Exercise
from checker.judge.grade import grade_and_record
from checker.judge.jail import Jail
from checker.judge.launch import Sandbox
from checker.judge.search.explore import THOROUGH
from checker.seeds import Seed, seed_for
from checker.submission import Source
from checker.sweep.fingerprint import exercise_digest, kit_digest, versions_in_use
from checker.sweep.journal import Verdict


class BatchError(Exception):
    """A batch cannot be judged here; the text says why, and what to do."""


@dataclass(frozen=True)
class Batch:
    """What is judged in one sandbox: exercises of one student, each with its key."""

    number: int
    work: tuple[tuple[str, Exercise, Source], ...]


@dataclass(frozen=True)
class Judged:
    key: str
    verdict: Verdict


class _File(msgspec.Struct, frozen=True):
    key: str
    exercise: str
    digest: str
    """What the exercise must be where it is judged."""
    file: str
    content: bytes
    fault: str | None
    obstacle: str | None
    missing: bool


class BatchMessage(msgspec.Struct, frozen=True):
    """A batch, as it travels."""

    number: int
    course: str
    kit: str
    versions: dict[str, str]
    seed: Seed
    jailed: bool
    files: list[_File]

    def batch(self, course: Course) -> Batch:
        """What it stands for, in this course. Raises `BatchError`."""
        if self.kit != kit_digest() or self.versions != versions_in_use():
            raise BatchError(
                "this worker has another version of the kit, or of what it runs on; install the same "
                "on every machine"
            )
        exercises = {exercise.name: exercise for exercise in course}
        work = []
        for file in self.files:
            exercise = exercises.get(file.exercise)
            if exercise is not None:
                _ = exercise.checks  # What is read now is what the digest is of.
            if exercise is None or exercise_digest(exercise) != file.digest:
                raise BatchError(
                    f"the course in {self.course} has another {file.exercise} than when the sweep "
                    "began; leave it as it is meanwhile, have the same one on every machine, and sweep "
                    "again"
                )
            source = Source(file.file, file.content, file.fault, file.obstacle, file.missing)
            work.append((file.key, exercise, source))
        return Batch(self.number, tuple(work))


def digests_of(work: Iterable[Batch]) -> dict[str, str]:
    """What the exercises in some batches are now, by name."""
    exercises = {exercise.name: exercise for batch in work for _, exercise, _ in batch.work}
    return {name: exercise_digest(exercise) for name, exercise in exercises.items()}


def encode_batch(
    batch: Batch, course: Path, digests: Mapping[str, str], seed: Seed, *, jailed: bool
) -> bytes:
    """A batch of the course in this folder, to be sent to who judges it; `digests` says what the
    exercises are."""
    files = [
        _File(
            key,
            exercise.name,
            digests[exercise.name],
            source.file,
            source.content,
            source.fault,
            source.obstacle,
            source.missing,
        )
        for key, exercise, source in batch.work
    ]
    return msgspec.msgpack.encode(
        BatchMessage(
            batch.number, str(course), kit_digest(), versions_in_use(), seed, jailed, files
        )
    )


def decode_batch(encoded: bytes) -> BatchMessage:
    """What `encode_batch` wrote."""
    return msgspec.msgpack.decode(encoded, type=BatchMessage)


def open_sandbox(batch: Batch, jail: Jail | None, processor: int | None = None) -> Sandbox:
    """A sandbox for a batch, which warms up while its user does something else."""
    return Sandbox(processor, jail.numbered(batch.number) if jail is not None else None)


def judge_batch(batch: Batch, sandbox: Sandbox, seed: Seed) -> Iterator[Judged]:
    """Judge a batch in its own sandbox."""
    with sandbox:
        for key, exercise, source in batch.work:
            report, recordings = grade_and_record(
                exercise,
                source,
                sandbox=sandbox,
                seed=seed_for(seed, source.content),
                depth=THOROUGH,
            )
            yield Judged(key, Verdict(report, recordings))
