"""Checks for dry_greenhouse: what fails is started again, later and later, and not for ever."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import NoReturn

from checker import (
    Act,
    BrokenResourceError,
    Call,
    Calls,
    Case,
    EndOfStream,
    ErrorTree,
    Run,
    Service,
    World,
    advise,
    check,
    counted,
    is_later,
    question,
    same_time,
    scene,
)

ERRORS = (
    ConnectionError,
    TimeoutError,
    ValueError,
    EndOfStream,
    KeyError,
    RuntimeError,
    PermissionError,
    BrokenResourceError,
    ZeroDivisionError,
    OSError,
)
WINDOWS = (64.0, 0.5, 4096.0, 2.0**16)
ROUND, BURST, ANY = "round", "burst", "any"
"""Sorts of workers: one of which some failures come exactly `window` after an earlier one, one that fails again and again
in no time, and any."""
MOSTS = {ROUND: (3, 6, 2, 4, 1, 5), BURST: (6, 5, 3, 2), ANY: (3, 6, 2, 4, 1, 5)}
PAUSES = {
    ROUND: (3 / 4, 1 / 8, 5 / 8, 2.0),
    BURST: (1 / 64, 0.0, 1 / 40),
    ANY: (1 / 64, 3 / 4, 0.0, 1 / 8, 2.0, 1 / 2),
}
"""Of the window."""
LEAST_OFTEN = {ROUND: 3 / 4, BURST: 1.0, ANY: 0.0}
"""How often one fails at least, of how often it may."""
BY_ITSELF = (
    "count the failures of each worker by itself: what happens to one is no business of the others"
)
TOO_OLD = "count only the failures of the last `window` seconds, and forget the older ones"
STRICTLY = f"{TOO_OLD}; one that is exactly `window` seconds old counts no more"
GIVE_UP = (
    "count the failures of each worker, and let the exception out when `most` of them count, "
    "the new one among them"
)
EACH_COUNTS = f"{GIVE_UP}; two failures at the same moment are two"
LET_IT_OUT = "let a cancellation out at once: whatever catches it must raise it again"


class Worker(Service):
    """Each of its runs takes a time of its own, and ends with an error, until there are no more of
    these: then it does its work."""

    def __init__(self, name: str, seconds: Sequence[float], errors: Sequence[Exception]) -> None:
        self.name = name
        self.seconds = seconds
        self.errors = errors
        self.starts = 0

    def run(self) -> Generator[float, None, None]:
        number, self.starts = self.starts, self.starts + 1
        yield self.seconds[min(number, len(self.errors))]
        if number < len(self.errors):
            raise self.errors[number]


@dataclass(frozen=True)
class Nursery:
    """One call of keep_running, with workers of its own."""

    workers: Sequence[Worker]
    pause: float
    most: int
    window: float
    is_exact: bool
    """Whether all moments at which it matters are so round that no sum of them is rounded."""
    act: Act
    run: Run
    place: str
    """Which call it was, for the beginning of a message."""

    def fail(
        self,
        message: str,
        advice: str,
        *,
        at: Call | ErrorTree | None = None,
    ) -> NoReturn:
        """As `run.fail`; each message says itself what was raised."""
        self.run.fail(self.place + message, at=at, advice=advice, tells_error=True)

    @property
    def calls(self) -> Calls:
        return self.run.calls.where(lambda call: call.service in self.workers)

    def name(self, call: Call) -> str:
        return next(worker.name for worker in self.workers if worker is call.service)

    @property
    def was_cut_short(self) -> bool:
        return self.act.record.cancelled_at is not None

    def failures_until(self, call: Call) -> list[Call]:
        """The failures of the worker that failed with `call`, up to this one."""
        ended = call.ended_order or 0
        return [
            other
            for other in self.run.calls.to(call.service)
            if other.outcome == "failed" and (other.ended_order or 0) <= ended
        ]

    def ages(self, call: Call) -> list[float]:
        """How old the failures of this worker were when `call` failed; its own is the last, and 0."""
        return [(call.ended or 0.0) - (old.ended or 0.0) for old in self.failures_until(call)]

    def counting(self, call: Call) -> int:
        """How many failures of this worker counted when `call` failed."""
        return sum(is_later(self.window, age) for age in self.ages(call))

    def _fell_together(self, call: Call) -> bool:
        """Whether two of the failures that count happened at the same moment."""
        ages = sorted(age for age in self.ages(call) if is_later(self.window, age))
        return any(same_time(age, other) for age, other in pairwise(ages))

    def wait_after(self, call: Call) -> float:
        return self.pause * 2.0 ** (self.counting(call) - 1)

    @property
    def is_clear(self) -> bool:
        """Whether no failure is a rounding error younger or older than the window."""
        return self.is_exact or not any(
            same_time(age, self.window)
            for call in self.calls
            if call.outcome == "failed"
            for age in self.ages(call)
        )

    @property
    def fatal(self) -> list[Call]:
        """The failures at which it should give up: those of the first such moment."""
        fatal = [
            call
            for call in self.calls
            if call.outcome == "failed" and self.counting(call) >= self.most
        ]
        first = min((call.ended or 0.0 for call in fatal), default=0.0)
        return [call for call in fatal if same_time(call.ended or 0.0, first)]

    @property
    def over(self) -> float:
        """When nothing more should be asked of it: it gave up then, or was cancelled."""
        cancelled = self.act.record.cancelled_at
        moments = [call.ended or 0.0 for call in self.fatal[:1]]
        return min([*moments, *([] if cancelled is None else [cancelled])], default=float("inf"))

    def told(self, call: Call) -> str:
        """`worker 2 failed at 7 s with KeyError: x, and 2 of its 5 failures counted`."""
        old, many = len(self.failures_until(call)), self.counting(call)
        seen = f"{self.name(call)} failed at {call.ended:g} s with {call.failure}"
        if old == 1:
            return f"{seen}, its first failure"
        ages = [age for age in self.ages(call)[:-1] if not is_later(self.window, age)]
        if ages and same_time(min(ages), self.window):
            seen += f", exactly {self.window:g} s after an earlier failure"
        return f"{seen}; {many} of its {old} failures {'counts' if many == 1 else 'count'}"

    @property
    def ending(self) -> str:
        if self.act.error is not None:
            return f"keep_running() raised {self.act.raised} at {self.act.ended:g} s"
        if self.act.was_cancelled:
            return f"keep_running() was cancelled at {self.act.ended:g} s"
        return f"keep_running() returned at {self.act.ended:g} s"

    @property
    def rules(self) -> str:
        return f"(`most` is {self.most}, `window` {self.window:g} s)"

    def expect_started(self) -> None:
        """All of them were started at once, unless it was over at once."""
        for worker in self.workers:
            first = self.run.calls.to(worker).first
            if same_time(self.over, self.act.started):
                continue
            if first is None:
                self.fail(
                    f"{worker.name} was never started; {self.ending}",
                    "start all workers, at the same time",
                )
            if is_later(first.started, self.act.started):
                self.fail(
                    f"keep_running() was called at {self.act.started:g} s, and {worker.name} was started at "
                    f"{first.started:g} s",
                    "start all workers at once, and at the same time",
                    at=first,
                )

    def expect_no_other_error(self) -> None:
        """It raised nothing, if it had no reason to give up."""
        act = self.act
        if act.error is None or self.fatal:
            return
        error = act.errors[0]
        source = next((call for call in self.run.calls if call.number == error.call), None)
        if source is None:
            self.fail(
                f"{self.ending}; no worker had raised that",
                advise(error, self.run.trace.backend)
                or "raise nothing but what a worker raised, and that only when it has failed too often",
                at=error,
            )
        if source.service not in self.workers:
            self.fail(
                f"{self.ending}, which a worker of another call had raised",
                "keep nothing of one call where another one finds it",
                at=error,
            )
        advice = "an exception that leaves its task ends the whole task group: catch it in the task of its worker"
        failed = len(self.failures_until(source))
        everybody = self.calls.where(
            lambda call: (
                call.outcome == "failed"
                and (call.ended or 0.0) <= (source.ended or 0.0)
                and is_later(self.window, (source.ended or 0.0) - (call.ended or 0.0))
            )
        )
        if sum(not is_later(age, self.window) for age in self.ages(source)) >= self.most:
            advice = STRICTLY
        elif failed >= self.most:
            advice = TOO_OLD
        elif len(everybody) >= self.most:
            advice = BY_ITSELF
        self.fail(
            f"{self.told(source)} {self.rules}. {self.ending}; it should have started {self.name(source)} again",
            advice,
            at=source,
        )

    def expect_started_again(self) -> None:
        """Each worker was started whenever it should be, sooner or later, and never else."""
        for worker in self.workers:
            runs = self.run.calls.to(worker)
            for before, after in pairwise(runs):
                if (
                    before.ended is None
                    or before.ended_order is None
                    or after.order < before.ended_order
                ):
                    self.fail(
                        f"{worker.name} was started at {after.started:g} s, and had been running since "
                        f"{before.started:g} s",
                        "run each worker once at a time",
                        at=after,
                    )
                if before.done:
                    self.fail(
                        f"{worker.name} had done its work at {before.ended:g} s, and was started again at "
                        f"{after.started:g} s",
                        "when run() returns, leave the loop of this worker",
                        at=after,
                    )
            for call in runs:
                if call.outcome == "cancelled" and is_later(self.over, call.ended or 0.0):
                    failed = self.calls.where(
                        lambda other, call=call: (  # type: ignore[misc]
                            other.outcome == "failed"
                            and same_time(other.ended or 0.0, call.ended or 0.0)
                        )
                    ).first
                    self.fail(
                        f"{worker.name} was cancelled at {call.ended:g} s"
                        + (f", when {self.told(failed)} {self.rules}" if failed else ""),
                        (
                            advise(self.act.errors[0], self.run.trace.backend)
                            if self.act.errors
                            else None
                        )
                        or "let a failure end nothing but the run that has failed, until it is time to give up"
                        if failed
                        else "let each run take as long as it takes: set no limit of your own",
                        at=call,
                    )
            last = runs.last
            if last is None or last.outcome != "failed":
                continue
            due = (last.ended or 0.0) + self.wait_after(last)
            if last not in self.fatal and is_later(self.over, due):
                self.expect_no_other_error()
                self.fail(
                    f"{self.told(last)} {self.rules}. It was never started again; {self.ending}",
                    "after each failure, whatever its kind, wait and start the worker again, until it is time to "
                    "give up",
                    at=last,
                )

    def expect_waits(self) -> None:
        """Each worker was started again when its wait was over, neither sooner nor later."""
        for worker in self.workers:
            for before, after in pairwise(self.run.calls.to(worker)):
                if before.outcome != "failed" or is_later(before.ended or 0.0, self.over):
                    continue
                if before in self.fatal:
                    continue
                gap, due = after.started - (before.ended or 0.0), self.wait_after(before)
                if same_time(gap, due):
                    continue
                self.fail(
                    f"{self.told(before)}. With a `pause` of {self.pause:g} s and a `window` of {self.window:g} s it should "
                    f"be started again {due:g} s later, and was started {gap:g} s later",
                    self._why_other_wait(before, after, gap, due),
                    at=after,
                )

    def _why_other_wait(self, before: Call, after: Call, gap: float, due: float) -> str:
        def waits(failures: int) -> bool:
            return same_time(gap, self.pause * 2.0 ** (failures - 1))

        ages, many = self.ages(before), self.counting(before)
        of_all = [
            (before.ended or 0.0) - (call.ended or 0.0)
            for call in self.calls
            if call.outcome == "failed" and (call.ended_order or 0) <= (before.ended_order or 0)
        ]
        if same_time(gap, 0.0):
            return "wait before a worker is started again"
        if same_time(after.started - before.started, due):
            return "let the wait begin when run() has raised, and not when it was called"
        if waits(sum(not is_later(age, self.window) for age in ages)):
            return TOO_OLD if waits(len(ages)) and len(ages) > many + 1 else STRICTLY
        if any(map(waits, range(many + 1, len(ages) + 1))):
            return f"{TOO_OLD}: the wait becomes shorter again"
        if waits(1):
            return "wait twice as long for each failure that counts besides the new one"
        if waits(sum(not is_later(age, self.window) for age in of_all)) or waits(len(of_all)):
            return BY_ITSELF
        if waits(many + 1):
            return "the new failure is one of those that count: if it is the only one, the wait is `pause`"
        return "the wait is `pause`, doubled for each failure that counts besides the new one, however long it becomes"

    def expect_end(self) -> None:
        """It gave up if it should, and only then; or it returned when all was done."""
        act, fatal = self.act, self.fatal
        if not fatal:
            self.expect_no_other_error()
            last = max((call.ended or 0.0 for call in self.calls), default=act.started)
            if not same_time(act.ended, last):
                self.fail(
                    f"all {counted(len(self.workers), 'worker')} had done their work by {last:g} s; {self.ending}"
                    if self.workers
                    else f"there were no workers; {self.ending}",
                    "return when all is done: wait for nothing else",
                )
            return
        over = fatal[0].ended or 0.0
        seen = f"{self.told(fatal[0])} {self.rules}"
        for call in self.calls.begun_after(over):
            self.fail(
                f"{seen}. {self.name(call)} was started at {call.started:g} s all the same",
                TOO_OLD
                if self.counting(fatal[0]) > self.most
                else EACH_COUNTS
                if self._fell_together(fatal[0])
                else GIVE_UP,
                at=call,
            )
        if not any(map(act.heard, fatal)):
            error = act.errors[0] if act.errors else None
            advice = GIVE_UP
            if error is not None:
                advice = advise(error, self.run.trace.backend) or (
                    "raise the exception of the last failure, and not that of an earlier one"
                    if any(map(act.heard, self.calls))
                    else "raise the very exception of the last failure, and put no other in its place"
                )
            self.fail(f"{seen}. {self.ending}", advice, at=error or fatal[0])
        if not same_time(act.ended, over):
            self.fail(
                f"{seen}. {self.ending}",
                "give up at once: wait neither before that, nor for the other workers",
                at=fatal[0],
            )
        self.run.expect_ended_with(act, self.calls, place=self.place)

    def expect_gave_way(self) -> None:
        """Cancelled, it ended at once, and started nothing after that."""
        act, run = self.act, self.run
        cancelled, order = act.record.cancelled_at, act.record.cancelled_order or 0
        assert cancelled is not None
        run.expect_ended_with(act, self.calls, place=self.place)
        after = self.calls.where(lambda call: call.order > order and call.outcome != "cancelled")
        told = f"keep_running() was cancelled at {cancelled:g} s"
        if after:
            self.fail(f"{told}, and called run() after that", LET_IT_OUT, at=after.first)
        if act.gave_way(self.calls):
            return
        if any(
            call.outcome == "failed" and same_time(call.ended or 0.0, cancelled)
            for call in self.calls
        ):
            return  # At the same moment: the other checks see to that.
        if act.error is not None:
            self.fail(
                f"{told}, and raised {act.raised}",
                advise(act.errors[0], run.trace.backend)
                or "let the cancellation out, and raise nothing in its place",
                at=act.errors[0],
            )
        if not all(self.run.calls.to(worker).done for worker in self.workers):
            self.fail(f"{told}, and returned as if all work were done", LET_IT_OUT)


def _plan(
    case: Case, world: World, window: float, turn: int, sorts: Sequence[tuple[str, int]]
) -> tuple[Act, list[Worker], float, int, float]:
    """A call of keep_running, with a worker for each of `sorts`, which fails up to so many times."""
    main = sorts[0][0]
    pauses, mosts = PAUSES[main], MOSTS[main]
    pause = window * pauses[turn % len(pauses)]
    most = mosts[turn // len(pauses) % len(mosts)]
    text = case.pick(["failure {}", "no answer", ""])
    workers = []
    for place, (sort, upto) in enumerate(sorts):
        if sort == ROUND:
            exactly = max(window - pause, 0.0)  # After one that took longer than the window.
            cycle = [2 * window, exactly, 0.0, 2 * window, window / 2, window / 4]
            first = case.integer(0, len(cycle) - 1)
            seconds = [cycle[(first + run) % len(cycle)] for run in range(upto + 1)]
        else:
            longest = window * (0.02 if sort == BURST else case.pick([0.02, 0.9, 3.0])) + 0.01
            seconds = [case.duration(window / 500, longest) for _ in range(upto + 1)]
        if sort == BURST:
            # Not the first one, so that none of them ends at a round moment.
            seconds[1:] = [case.pick([0.0, second]) for second in seconds[1:]]
        errors = [
            ERRORS[(turn + place + run) % len(ERRORS)](text.format(run + 1)) for run in range(upto)
        ]
        errors = errors[: case.size(int(LEAST_OFTEN[sort] * upto), upto)]
        workers.append(world.add(Worker(f"worker {place + 1}", seconds, errors)))
    del workers[case.size(0 if main == ANY else 1, len(sorts)) :]
    return world.call("keep_running", workers, pause, most, window), workers, pause, most, window


def _play(
    case: Case, world: World, calls: Sequence[Sequence[tuple[str, int]]], *, in_turn: bool
) -> list[Nursery]:
    """Some calls of keep_running, at the same time or one after the other."""
    turn = case.integer(0, 35)
    window = WINDOWS[turn % len(WINDOWS)]
    planned = [
        _plan(case, world, window, turn + number, sorts) for number, sorts in enumerate(calls)
    ]
    acts = [act for act, *_ in planned]
    for before, act in pairwise(acts):
        if in_turn and case.pick([False, True]):
            act.after(before)
    run = world.attempt_all(*acts)
    return [
        Nursery(
            workers,
            pause,
            most,
            window,
            is_exact=calls[number][0][0] == ROUND,
            act=act,
            run=run,
            place=f"in call {number + 1} of {len(acts)}, " if acts[1:] else "",
        )
        for number, (act, workers, pause, most, window) in enumerate(planned)
    ]


@scene
def seasons(case: Case) -> Iterator[list[Nursery]]:
    for world in case.explore():
        many = case.pick([8, 8, 20])
        calls = [
            [
                (ROUND, many),
                (ANY, 1),
            ],  # At the beginning of the world, so that its moments are round.
            [(BURST, 7), (BURST, 2)],
            [(ANY, 4), (ANY, 2), (ANY, 1), (ANY, 2), (ANY, 1)],
        ]
        yield _play(case, world, calls, in_turn=True)


@scene
def closing_times(case: Case) -> Iterator[list[Nursery]]:
    for world in case.explore(cancel=True):
        calls = [[(ANY, 2), (ANY, 1)]] * case.size(1, 2)
        yield _play(case, world, calls, in_turn=False)


@check(
    "A worker that fails is started again, and the others notice nothing",
    points=2,
    advice="catch what a worker raises in its own task, and start it again there",
)
def started_again(case: Case) -> None:
    for nursery in chain.from_iterable(seasons(case)):
        if nursery.is_clear:
            nursery.expect_started()
            nursery.expect_started_again()


@check("Each wait is as long as the failures that count make it", points=2)
def waits(case: Case) -> None:
    for nursery in chain.from_iterable(seasons(case)):
        if nursery.is_clear:
            nursery.expect_started()
            nursery.expect_waits()


@check(
    "It gives up when a worker fails too often within the window, and only then",
    points=2,
    advice=GIVE_UP,
)
def gives_up(case: Case) -> None:
    for nursery in chain.from_iterable(seasons(case)):
        if nursery.is_clear:
            nursery.expect_started()
            nursery.expect_end()


@check("When it is cancelled, it ends at once and starts nothing", advice=LET_IT_OUT)
def gives_way(case: Case) -> None:
    for nursery in chain.from_iterable(closing_times(case)):
        nursery.expect_started()
        if nursery.was_cut_short:
            nursery.expect_gave_way()
        nursery.run.expect_nothing_left()


@question
def two_workers(case: Case) -> str | None:
    world = case.world()
    broken = world.add(Worker("broken", [1.0] * 31, [ConnectionError("no answer")] * 30))
    well = world.add(Worker("well", [2.5], []))
    run = world.observe("keep_running", [broken, well], 5.0, 3, 60.0)
    if run.error is not None and same_time(run.elapsed, 1.0):
        return "group_ends"
    if broken.starts > 30:
        return "for_ever"
    return {2.5: "dead", 3.0: "done_together"}.get(round(run.elapsed, 3))
