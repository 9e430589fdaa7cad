"""A sweep: from what a cohort handed in to verdicts in a journal.

What is to be judged is settled first: each file of each exercise has a key, and files that already have
a verdict, from this sweep or an earlier one, are left out, as are all but one of equal files. The rest
is judged one student at a time, in a sandbox that is started for that student and ended afterwards.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec

from checker.course import Course, Exercise
from checker.judge.jail import Jail
from checker.report import BACKENDS, ExerciseReport
from checker.seeds import Seed
from checker.submission import Source
from checker.sweep.batches import Batch, Judged
from checker.sweep.fingerprint import exercise_digest, kit_digest, source_digest, versions_in_use
from checker.sweep.flags import find_flags
from checker.sweep.jobs import judge_all
from checker.sweep.journal import Collected, Entry, Journal, SweepPlan
from checker.sweep.layouts import Handed
from checker.sweep.limited import Limited, Unreadable
from checker.sweep.results import ExerciseInfo, Flag, Isolation


def plan_sweep(
    course: Course,
    exercises: Sequence[Exercise],
    students: Sequence[Handed],
    *,
    seed: Seed,
    isolation: Isolation,
    strays: Sequence[str] = (),
) -> tuple[SweepPlan, dict[str, tuple[Exercise, Source]]]:
    """What a sweep is about, and for each key what it stands for."""
    versions = versions_in_use()
    common = json.dumps([kit_digest(), versions, seed, list(BACKENDS), isolation])
    of_exercise = {exercise.name: exercise_digest(exercise) for exercise in exercises}
    meant: dict[str, tuple[Exercise, Source]] = {}
    planned = []
    with Limited(_flags, bytes, tuple[Flag, ...]) as reader:
        for student in students:
            entries = []
            for exercise in exercises:
                source = student.sources.get(exercise.name) or Source(
                    f"{exercise.name}/exercise.py", missing=True
                )
                what = source_digest(source) or [source.missing, source.fault, source.obstacle]
                text = json.dumps([common, of_exercise[exercise.name], exercise.name, what])
                key = hashlib.sha256(text.encode()).hexdigest()
                meant.setdefault(key, (exercise, source))
                text = source.content.decode("utf-8-sig", "replace")
                try:
                    flags = reader.ask(source.content) if source.content else ()
                except Unreadable as error:
                    flags = (Flag(1, f"is not looked through: {error}"),)
                entries.append(
                    Entry(
                        *(exercise.name, key, text, source_digest(source)),
                        flags=flags,
                        kit=kit_digest(),
                        checks=of_exercise[exercise.name],
                    )
                )
            planned.append(
                Collected(
                    student.name,
                    student.group,
                    any(not source.obstacle for source in student.sources.values()),
                    student.handed_in,
                    tuple(student.problems),
                    tuple(entries),
                    unread=student.unread,
                    time_from="files" if student.handed_in is not None else "",
                    said_late=student.said_late,
                    platform=student.platform,
                    number=student.number,
                    attachment=student.attachment,
                )
            )
    infos = tuple(ExerciseInfo(e.name, e.title, e.max_points) for e in exercises)
    return SweepPlan(seed, isolation, versions, infos, tuple(planned), tuple(strays)), meant


def _flags(content: bytes, _: int | None) -> tuple[Flag, ...]:
    return find_flags(content)


def with_what_was(before: SweepPlan, plan: SweepPlan, order: Sequence[str]) -> SweepPlan:
    """`plan`, and what a plan `before` it has of other students and other exercises, which stand in
    this `order`. What verdicts depend on must be the same in both."""
    students = {student.name: student for student in before.students}
    kept = set(order) - {info.name for info in plan.exercises}
    for now in plan.students:
        was = students.get(now.name, now)
        others = [entry for entry in was.entries if entry.exercise in kept]
        entries = sorted((*now.entries, *others), key=lambda entry: order.index(entry.exercise))
        students[now.name] = msgspec.structs.replace(
            now, submitted=now.submitted or was.submitted, entries=tuple(entries)
        )
    named = {info.name: info for info in (*before.exercises, *plan.exercises)}
    return msgspec.structs.replace(
        plan,
        exercises=tuple(named[name] for name in order if name in named),
        students=tuple(students[name] for name in sorted(students)),
    )


def batches_left(
    plan: SweepPlan, meant: Mapping[str, tuple[Exercise, Source]], known: Iterable[str]
) -> list[Batch]:
    """What is left to judge: each key once. What several students have is judged by itself, where
    nothing that one of them handed in beside it can reach it."""
    done = set(known)
    counted = Counter(key for student in plan.students for key in {e.key for e in student.entries})
    found: list[Batch] = []
    for student in plan.students:
        own = []
        for entry in student.entries:
            if entry.key not in done and entry.key in meant:
                done.add(entry.key)
                work = (entry.key, *meant[entry.key])
                if counted[entry.key] > 1:
                    found.append(Batch(len(found), (work,)))
                else:
                    own.append(work)
        if own:
            found.append(Batch(len(found), tuple(own)))
    return found


@dataclass(frozen=True)
class Tally:
    """How far a sweep is, in verdicts."""

    total: int
    done: int = 0
    passed: int = 0
    failed: int = 0
    not_graded: int = 0
    lost: int = 0
    """How many could not be had, since what judged them died."""

    def with_report(self, report: ExerciseReport) -> "Tally":
        return replace(
            self,
            done=self.done + 1,
            passed=self.passed + (report.status == "passed"),
            failed=self.failed + (report.status in ("failed", "not_started")),
            not_graded=self.not_graded + (report.status == "not_graded"),
        )


def sweep(
    out: Journal,
    course: Course,
    plan: SweepPlan,
    meant: Mapping[str, tuple[Exercise, Source]],
    *,
    jail: Jail | None,
    jobs: int,
    rerun: bool = False,
    progress: Callable[[Tally], None] = lambda tally: None,
    judge: Callable[..., None] = judge_all,
) -> Tally:
    """Judge what has no verdict yet in `out`; all of it, with `rerun`. The last tally."""
    out.begin(plan)
    known = set() if rerun else out.known([*meant])
    work = batches_left(plan, meant, known)
    tally = Tally(sum(len(batch.work) for batch in work))
    progress(tally)

    def keep(judged: Judged) -> None:
        nonlocal tally
        out.keep(judged.key, judged.verdict)
        tally = tally.with_report(judged.verdict.report)
        progress(tally)

    def lose(key: str) -> None:
        nonlocal tally
        tally = replace(tally, lost=tally.lost + 1)
        progress(tally)

    if work:
        judge(work, course=course.root, seed=plan.seed, jail=jail, jobs=jobs, keep=keep, lose=lose)
    return tally
