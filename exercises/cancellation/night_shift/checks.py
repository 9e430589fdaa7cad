"""Checks for night_shift: retries that take a cancellation for one more error."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from checker import (
    Act,
    Call,
    Case,
    Run,
    Service,
    World,
    advise,
    check,
    counted,
    is_later,
    question,
    same,
    same_time,
    scene,
    shown,
)


class DatabaseError(Exception):
    """An error of the database's own."""


ERRORS = (
    ConnectionError("connection lost"),
    TimeoutError("no reply in time"),
    ValueError("that makes no sense"),
    KeyError("no such table"),
    OSError("disk failure"),
    RuntimeError("out of order"),
    DatabaseError("too many connections"),
    EOFError("the reply breaks off"),
)
TRIES = 3
MOST = 12
TIMES = ("", "for the first time", "for the second time", "for the third time")
DAYS = 200_000
ALL_OF_THEM = "deal with each of the numbers once, in their order"
WRITE_IT = "write each record that has been read, whatever is in it"
SAME_CALL = "make the very call that has failed again, up to three times in all"
LEAVE_OUT = (
    "leave out an object for which a call has failed three times, and go on with the next one"
)
LET_IT_OUT = (
    "when a call is cancelled, an exception comes out of its `await`: let it leave move(), and if you catch it, "
    "raise it again"
)
AT_ONCE = "wait for the databases and for nothing else, one call at a time"


class Database(Service):
    """Some of its first calls fail."""

    def __init__(self, seconds: float, troubles: Sequence[Exception | None]) -> None:
        self.latency = self.seconds = seconds
        self._troubles = list(troubles)

    def _serve(self) -> None:
        trouble = self._troubles.pop(0) if self._troubles else None
        if trouble is not None:
            raise trouble


class OldDatabase(Database):
    def read(self, number: int) -> str:
        self._serve()
        return f"object {number}" if number else ""


class NewDatabase(Database):
    """Its receipts are numbered, from some number on."""

    receipt = 0

    def write(self, record: str) -> int:
        self._serve()
        self.receipt += 1
        return self.receipt - 1


@dataclass(frozen=True)
class Job:
    """One call of move, and what it did."""

    numbers: Sequence[int]
    old: OldDatabase
    new: NewDatabase
    act: Act
    run: Run

    @property
    def calls(self) -> list[Call]:
        calls = [call for call in self.run.calls if call.service in (self.old, self.new)]
        return sorted(calls, key=lambda call: call.order)

    @property
    def cancelled_at(self) -> float | None:
        return self.act.record.cancelled_at

    def follow(self) -> list[int | None]:
        """What became of each object that was dealt with. Fails the check at the first call that is not
        the one that was due, at the moment when it was."""
        receipts: list[int | None] = []
        due, tries, advice = self._due(receipts), 0, ALL_OF_THEM
        moment, before = self.act.started, "move() was called"
        for call in self.calls:
            made = called(call)
            self.run.expect(
                not is_later(moment, call.started),
                f"at {call.started:g} s, {made} was called while another call was under way: {before} only at {moment:g} s",
                at=call,
                advice="make one call at a time: wait until a call has ended before you make the next one",
            )
            self.run.expect(
                made == due,
                f"{before} at {moment:g} s; the next call was {made}, and should have been {due}"
                if due
                else f"every object had been dealt with at {moment:g} s, and then {made} was called",
                at=call,
                advice=advice,
            )
            self.run.expect(
                same_time(call.started, moment),
                f"{before} at {moment:g} s; the next call, {made}, came at {call.started:g} s, and not at once",
                at=call,
                advice=AT_ONCE,
                late=call,
            )
            if call.outcome == "cancelled" or call.ended is None:
                self._expect_cancelled(call)
                return receipts
            moment = call.ended
            tries = tries + 1 if call.failure else 0
            before = f"{made} {f'failed {TIMES[tries]}' if tries else 'was answered'}"
            if 0 < tries < TRIES:
                advice = SAME_CALL
            elif call.done and call.method == "read":
                due, advice = f"write({call.reply!r})", WRITE_IT
            else:
                receipts.append(call.reply if call.done else None)
                advice = LEAVE_OUT if tries else ALL_OF_THEM
                due, tries = self._due(receipts), 0
        if self.cancelled_at is None:
            self._expect_no_error()
            self.run.expect(
                due is None,
                f"{before} at {moment:g} s; the next call should have been {due}, and none came",
                advice=advice,
            )
        return receipts

    def expect_its_list(self) -> None:
        """Fail the check unless it returned what became of each object, as soon as it could."""
        receipts = self.follow()
        self._expect_no_error()
        self.run.expect(
            same(self.act.value, receipts),
            f"move() returned {shown(self.act.value)}; "
            + (
                f"for its {counted(len(receipts), 'object')} that should be {shown(receipts)}"
                if receipts
                else "it had nothing to move"
            ),
            advice="return one entry for each number: the receipt, whatever it is, or None after three failures",
        )
        done = max((call.ended or 0.0 for call in self.calls), default=self.act.started)
        self.run.expect(
            same_time(self.act.ended, done),
            f"every object had been dealt with at {done:g} s, and move() returned at {self.act.ended:g} s",
            advice=AT_ONCE,
        )

    def _due(self, receipts: Sequence[int | None]) -> str | None:
        """The call that is due when so many objects have been dealt with, if any is left."""
        return f"read({self.numbers[len(receipts)]})" if len(receipts) < len(self.numbers) else None

    def _expect_cancelled(self, call: Call) -> None:
        """Fail the check unless there was a reason to give this call up."""
        self.run.expect(
            self.cancelled_at is not None,
            f"{called(call)}, called at {call.started:g} s, was given up at {call.ended or self.act.ended:g} s, "
            "and nobody had cancelled move()",
            at=call,
            advice="wait for each call until it is answered or fails, even if that takes days",
        )

    def _expect_no_error(self) -> None:
        act = self.act
        if act.error is None or advise(act.error, self.run.trace.backend):
            _ = act.value
            return
        failed = next((call for call in self.calls if act.heard(call)), None)
        told = f"{called(failed)} had failed with it" if failed else "no call had failed with it"
        self.run.fail(
            f"move() raised {act.errors[0].kind} at {act.ended:g} s; {told}",
            at=failed or act.errors[0],
            advice="no error of a database may end the job, whatever its class",
        )


Plan: TypeAlias = tuple[list[int], OldDatabase, NewDatabase]


def called(call: Call) -> str:
    return f"{call.method}({', '.join(map(repr, call.given.values()))})"


@scene
def mornings(case: Case) -> Iterator[Job]:
    """Nights of which some come to an end too soon."""
    for world in case.explore(cancel=True):
        yield from _jobs(case, world, [_plan(case, world, 3, 7), _plan(case, world, 2, 3)])


@scene
def nights(case: Case) -> Iterator[Job]:
    """Nights that are long enough, now and then with many jobs."""
    for world in case.explore():
        planned = [_plan(case, world, MOST, 7), _plan(case, world, 2, 3)]
        planned += [_plan(case, world, 1, 0) for _ in range(case.size(0, 10))]
        yield from _jobs(case, world, planned)


def _jobs(case: Case, world: World, planned: Sequence[Plan]) -> Iterator[Job]:
    acts = [world.call("move", old, new, numbers) for numbers, old, new in planned]
    if case.pick((False, True)):
        acts[1].after(acts[0])
    run = world.attempt_all(*acts)
    for plan, act in zip(planned, acts, strict=True):
        yield Job(*plan, act, run)


def _plan(case: Case, world: World, most: int, failures: int) -> Plan:
    numbers = [case.amount(0, 9) for _ in range(case.size(0, most))]
    longest = case.pick((1.0, 60.0, DAYS))
    old = world.add(OldDatabase(case.duration(0.1, longest), _troubles(case, failures)))
    new = world.add(NewDatabase(case.duration(0.1, longest), _troubles(case, min(failures, 4))))
    new.receipt = case.amount(0, 99)
    return numbers, old, new


def _troubles(case: Case, most: int) -> list[Exception | None]:
    """Errors with which calls fail, and None for calls in between that do not."""
    errors = [case.pick(ERRORS) for _ in range(case.size(0, most))]
    return case.shuffled([*errors, *[None] * case.integer(0, 2)])


@check("A job that is cancelled ends at that moment, whatever it waits for", advice=LET_IT_OUT)
def ends_when_told(case: Case) -> None:
    for job in mornings(case):
        if job.cancelled_at is None:
            job.expect_its_list()
            continue
        job.run.expect_ended_with(job.act, job.calls)
        job.run.expect_nothing_left()
        job.follow()


@check(
    "A cancellation reaches the caller, and only a job that came to its end returns a list",
    points=3,
    advice=LET_IT_OUT,
)
def the_caller_hears(case: Case) -> None:
    for job in mornings(case):
        act, moment, reached = job.act, job.cancelled_at, len(job.follow())
        if moment is None or (reached == len(job.numbers) and not act.was_cancelled):
            job.expect_its_list()
        elif not act.was_cancelled and not (act.error is not None and act.gave_way(job.calls)):
            last = next((call for call in job.calls if call.outcome == "cancelled"), None)
            left, number = len(job.numbers) - reached, len(job.numbers)
            lacks = "its only object" if number == 1 else f"{left} of its {number} objects"
            came = f"raised {act.errors[0].kind}" if act.errors else f"returned {shown(act.value)}"
            job.run.fail(
                f"move() was cancelled at {moment:g} s{f', in {called(last)}' if last else ''}, and {came}; it had "
                f"not dealt with {lacks} by then",
                at=act.errors[0] if act.errors else last,
                advice=LET_IT_OUT,
            )


@check(
    "A call that fails is made again, twice at the most, and whatever the error was, the job goes on",
    points=2,
    advice=SAME_CALL,
)
def tries_again(case: Case) -> None:
    for job in nights(case):
        job.expect_its_list()
        job.run.expect_nothing_left()


@question
def cancelled_in_a_call(case: Case) -> str | None:
    world = case.world()
    old, new = world.add(OldDatabase(2.0, [])), world.add(NewDatabase(2.0, []))
    act = world.call("move", old, new, [7]).cancel_after(1.0)
    run = world.observe_all(act)
    if run.calls_to("write"):
        return "tries_again"
    if run.calls_to("read").done:
        return "waits"
    return "ends" if act.was_cancelled else "gives_up" if act.value == [None] else None
