"""Checks for up_and_running: what is needed must be ready, and only it knows when it is."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NoReturn

from checker import (
    Act,
    Call,
    Calls,
    Case,
    EndOfStream,
    Run,
    Service,
    World,
    advise,
    check,
    counted,
    is_later,
    often,
    question,
    same,
    same_time,
    scene,
    shown,
)

ERRORS = (
    ConnectionError("the line is dead"),
    TimeoutError("no answer in time"),
    RuntimeError("out of memory"),
    LookupError("no such table"),
    EndOfStream("nothing more to read"),
)
BEFORE: tuple[tuple[str, ...], ...] = ((), ("not ready yet",), ("", "Ready?", "READY"))
AFTER: tuple[tuple[str, ...], ...] = ((), ("", "is everybody ready"))
REFUSED = ConnectionError("connection refused")
UNHEARD = "do not only wait for a program to be ready: it may fail before that, or end, and then never will be"
ENDS, FAILS, TESTS_FAIL = "one ends and is not ready", "one was ready and fails", "the tests fail"
BLOWS = (ENDS, FAILS, TESTS_FAIL)
"""What may go wrong in a trial, besides what goes wrong anywhere."""
LAST_LONGER = 400_000.0
"""How many seconds after its last line a program ends of which nobody should see the end."""
SAY_SO = (
    "call task_status.started() once, when the line 'ready' has been read, and read on after that"
)


class Program(Service):
    """Writes its lines, pauses before each of them, and after a rest it ends or fails. It cannot do without the program
    that it needs."""

    needs: "Program | None" = None
    failure: Exception | None = None

    def __init__(self, name: str, lines: Sequence[str], pause: float, rest: float) -> None:
        self.name = name
        self.lines = lines
        self.pause = pause
        self.rest = rest
        self.written = 0
        self.is_ready = False

    def __anext__(self) -> Generator[float, None, str]:
        if self.needs is not None and not self.needs.is_ready:
            raise REFUSED
        yield self.pause if self.written < len(self.lines) else self.rest
        if self.written == len(self.lines):
            raise self.failure or StopAsyncIteration
        self.written += 1
        line = self.lines[self.written - 1]
        self.is_ready = self.is_ready or line == "ready"
        return line


class Suite(Service):
    """The tests, of which some fail. They cannot do without the last program."""

    needs: Program | None = None
    failure: Exception | None = None

    def __init__(self, seconds: float, failed: int) -> None:
        self.seconds = seconds
        self.failed = failed

    def run(self) -> Generator[float, None, int]:
        if self.needs is not None and not self.needs.is_ready:
            raise REFUSED
        yield self.seconds
        if self.failure is not None:
            raise self.failure
        return self.failed


@dataclass(frozen=True)
class Trial:
    """One call of try_out, with programs and tests of its own."""

    programs: list[Program]
    suite: Suite
    act: Act
    run: Run
    place: str
    """Which call it was, for the beginning of a message."""

    @property
    def calls(self) -> Calls:
        return self.run.calls.where(lambda call: call.service in (*self.programs, self.suite))

    def reads(self, program: Program) -> Calls:
        """The calls that asked for a line of this program."""
        return self.run.calls.to(program)

    def ready(self, program: Program) -> Call | None:
        """The call that brought the line which says that it is ready."""
        return self.reads(program).done.where(lambda call: call.reply == "ready").first

    @property
    def tested(self) -> Calls:
        return self.run.calls.to(self.suite)

    @property
    def steps(self) -> list[tuple[str, Call | None, Program | None]]:
        """What has to begin, in its order: what it is, the call by which it did, and what must be ready before."""
        begun = [(f"{each.name} was started", self.reads(each).first) for each in self.programs]
        begun.append(("suite.run() was called", self.tested.first))
        needed = [None, *self.programs]
        return [(what, first, before) for (what, first), before in zip(begun, needed, strict=True)]

    @property
    def wrong(self) -> list[Call]:
        """The calls by which something went wrong, at the first moment at which it did."""
        never_ready = [program for program in self.programs if self.ready(program) is None]
        wrong = [
            call
            for call in self.calls
            if call.outcome == "failed" or (call.is_last and call.service in never_ready)
        ]
        first = min((call.ended or 0.0 for call in wrong), default=0.0)
        return [call for call in wrong if same_time(call.ended or 0.0, first)]

    def told(self, wrong: Call) -> str:
        """What went wrong, for the beginning of a message."""
        name = next((each.name for each in self.programs if each is wrong.service), "suite.run()")
        if wrong.outcome == "failed":
            if any(
                ready.service is wrong.service for ready in map(self.ready, self.programs) if ready
            ):
                name += ", which had been ready,"
            return f"{self.place}{name} failed at {wrong.ended:g} s with {wrong.failure}"
        return f"{self.place}{name} ended at {wrong.ended:g} s and had never been ready"

    def expect_nothing_too_early(self) -> None:
        """Nothing began before what it needs was ready."""
        for what, first, before in self.steps:
            if first is None or before is None:
                continue
            ready = self.ready(before)
            if ready is not None and (ready.ended_order or 0) < first.order:
                continue
            seen = f"{self.place}{what} at {first.started:g} s, and {before.name} was not ready"
            if ready is not None:
                until = ready.ended or 0.0
                is_close = f"{until:g}" == f"{first.started:g}"
                seen += (
                    f": it was {until - first.started:g} s later"
                    if is_close
                    else f" until {until:g} s"
                )
            advice = "let the task that reads the lines say when it has found 'ready', and wait for that, not for a time"
            heard = [
                call
                for call in self.reads(before)
                if 0 < (call.ended_order or 0) < first.order
                and same_time(call.ended or 0.0, first.started)
            ]
            if heard and heard[-1].outcome == "failed":
                seen += f"; it had just failed with {heard[-1].failure}"
                advice = "a program that has failed is not ready: say so only where its line has been read"
            elif heard and heard[-1].is_last:
                seen += "; it had just ended"
                advice = "a program that has ended is not ready: let that be an error, unless it was ready before"
            elif (begun := self.reads(before).first) and same_time(first.started, begun.started):
                advice = "a program that has been started is not ready yet: wait until its line 'ready' has been read"
            elif heard and heard[-1].done:
                seen += f"; it had just written {shown(heard[-1].reply)}"
                advice = "only the line 'ready', and no other one, says that a program is ready"
            self.run.fail(seen, at=first, advice=advice)

    def expect_result(self) -> None:
        """The tests were run once, and what they returned was returned."""
        act, run = self.act, self.run
        if act.error is not None:
            self._refuse_error()
        value = act.value
        run.expect(
            len(self.tested) == 1,
            f"{self.place}suite.run() was {often(len(self.tested), 'called')}, and try_out() returned {shown(value)} at "
            f"{act.ended:g} s",
            at=self.tested.last,
            advice="run the tests once",
        )
        tests = self.tested[0]
        run.expect(
            tests.done,
            f"{self.place}suite.run() was called at {tests.started:g} s, and given up at "
            f"{min(tests.ended or act.ended, act.ended):g} s",
            at=tests,
            advice="wait for the tests, however long they take",
        )
        run.expect(
            same(value, self.suite.failed),
            f"{self.place}suite.run() returned {self.suite.failed}, and try_out() returned {shown(value)}",
            advice="return what suite.run() returned in this call, whatever it is",
        )

    def _refuse_error(self) -> NoReturn:
        """Fail the check: an error came out, and nothing had gone wrong."""
        act, run = self.act, self.run
        told, error = act.explained(), act.errors[0]
        message, advice = told.message, advise(error, run.trace.backend) or told.advice
        if "task_status.started()" in error.message:
            advice = SAY_SO
            for program in self.programs:
                ready, latest = self.ready(program), self.reads(program).last
                if latest is None or not latest.done:
                    continue
                if ready is not None and latest.is_last:
                    message = f"{program.name} was ready at {ready.ended:g} s, and had ended at {latest.ended:g} s"
                elif ready is None:
                    message = f"{program.name} wrote {shown(latest.reply)} at {latest.ended:g} s, and nobody read on"
                    advice = (
                        "read on until the `async for` ends: an empty line is one like any other"
                    )
                else:
                    continue
                message += f"; then try_out() raised {act.raised}"
        run.fail(f"{self.place}{message}", at=error, advice=advice)


@scene
def trials(case: Case) -> Iterator[Trial]:
    for world in case.explore(orders=True, late=True):
        yield from _play(case, world, all_is_well=True)


@scene
def troubles(case: Case) -> Iterator[Trial]:
    for world in case.explore(fail=ERRORS, cancel=True):
        yield from _play(case, world, all_is_well=False)


def _play(case: Case, world: World, *, all_is_well: bool) -> Iterator[Trial]:
    """Two trials, the second of which may begin when the first is over."""
    first = 0 if all_is_well else case.integer(0, len(BLOWS) - 1)
    blows = [BLOWS[(first + number) % len(BLOWS)] for number in range(2)]
    planned = [
        _draw(case, world, most, "" if all_is_well else blow)
        for most, blow in zip((3, 2), blows, strict=True)
    ]
    if case.pick([False, True]):
        planned[1][-1].after(planned[0][-1])
    run = world.attempt_all(*(act for *_, act in planned))
    for number, (programs, suite, act) in enumerate(planned, 1):
        yield Trial(programs, suite, act, run, f"in call {number} of 2, ")


def _draw(case: Case, world: World, most: int, blow: str) -> tuple[list[Program], Suite, Act]:
    """A trial, which may be struck by this blow."""
    longest = case.pick([2.0, 200_000.0])
    suite = Suite(case.duration(0.1, longest), case.integer(0, 9))
    # What is drawn for a program does not depend on how many there are: so a failure is shrunk better.
    programs = [_draw_program(case, f"program {number}") for number in range(1, most + 1)]
    programs = programs[: case.size(0, most)]
    if blow and case.pick([False, True]):
        error, place = case.pick(ERRORS), case.pick([-1, 0])
        if blow == TESTS_FAIL:
            suite.failure = error
        elif programs and blow == FAILS:
            programs[place].failure = error
        elif programs:
            programs[place].lines = programs[place].lines[: programs[place].lines.index("ready")]
    for before, program in pairwise(programs):
        program.needs = before
    suite.needs = programs[-1] if programs else None
    for program in programs:
        world.add(program)
    world.add(suite)
    return programs, suite, world.call("try_out", programs, suite)


def _draw_program(case: Case, name: str) -> Program:
    lines = [*case.pick(BEFORE), "ready", *case.pick(AFTER)]
    pause = case.duration(0.05, case.pick([0.8, 40.0, 200_000.0]))
    return Program(name, lines, pause, case.pick([pause, LAST_LONGER]))


@check("Nothing begins before what it needs is ready", points=3)
def no_sooner(case: Case) -> None:
    for trial in trials(case):
        trial.expect_nothing_too_early()
        trial.expect_result()


@check("Everything begins at the moment when what it needs is ready", points=2)
def no_later(case: Case) -> None:
    for trial in trials(case):
        trial.expect_nothing_too_early()
        trial.expect_result()
        act, run = trial.act, trial.run
        for what, first, before in trial.steps:
            due, since = act.started, f"{trial.place}try_out() was called at {act.started:g} s"
            if before is not None:
                ready = trial.ready(before)
                if ready is None or ready.ended is None:
                    continue  # Nobody read on until then, and what needs it never began.
                due = ready.ended
                since = f"{trial.place}{before.name} was ready at {due:g} s"
            if first is None:
                run.fail(
                    f"{since}, and try_out() returned at {act.ended:g} s; it is not true by then that {what}",
                    advice="start every program, and then run the tests",
                )
            seen = f"{since}, and {what} at {first.started:g} s"
            ends = (
                trial.reads(before).where(lambda call: call.is_last) if before is not None else []
            )
            if before is not None and ends and same_time(ends[0].ended or 0.0, first.started):
                seen += f", when {before.name} had ended"
            run.expect(
                not is_later(first.started, due),
                seen,
                at=first,
                advice="wait until the program before is ready, and for nothing else: neither for a time nor for its end",
                late=first,
                together=[[call] for call in trial.calls],
            )
        over = trial.tested[0].ended or 0.0
        run.expect(
            same_time(act.ended, over),
            f"{trial.place}suite.run() returned at {over:g} s, and try_out() returned at {act.ended:g} s",
            advice="when the tests are over, stop the programs that still run, and return",
        )


@check("Each program is read from its first line on, until it ends or the tests are over")
def read_on(case: Case) -> None:
    for trial in trials(case):
        trial.expect_nothing_too_early()
        trial.expect_result()
        for program in trial.programs:
            _expect_read(trial, program)
        trial.run.expect_nothing_left()


def _expect_read(trial: Trial, program: Program) -> None:
    run, over, reads = trial.run, trial.act.ended, trial.reads(program)
    who = f"{trial.place}{program.name}"
    run.expect(
        reads,
        f"{who} had not been started when try_out() returned at {over:g} s",
        advice="start every program: ask each of them for its lines",
    )
    for before, after in pairwise(reads):
        run.expect(
            before.ended_order is not None and before.ended_order < after.order,
            f"{who} was asked for a line at {after.started:g} s while another call, begun at {before.started:g} s, still "
            "waited for one",
            at=after,
            advice="read the lines of a program in one place at a time",
        )
        run.expect(
            not before.is_last,
            f"{who} had ended at {before.ended:g} s, and was asked for another line at {after.started:g} s",
            at=after,
            advice="when a program has ended, ask it for nothing more",
        )
        run.expect(
            not is_later(after.started, before.ended or 0.0),
            f"{who} wrote {shown(before.reply)} at {before.ended:g} s, and was not asked for its next line until "
            f"{after.started:g} s",
            at=after,
            advice="ask for the next line as soon as one is there, also when the program is ready",
            late=after,
        )
    latest = reads[-1]
    if latest.is_last:
        return
    run.expect(
        latest.ended is not None and not is_later(latest.ended, over),
        f"{who} still ran when try_out() returned at {over:g} s",
        at=latest,
        advice="when the tests are over, cancel the tasks that read the lines, and wait for them",
    )
    ended = latest.ended or 0.0
    way = f"wrote {shown(latest.reply)}" if latest.done else "was stopped"
    run.expect(
        not is_later(over, ended),
        f"{who} {way} at {ended:g} s, and nobody read on; the tests were over at {over:g} s",
        at=latest,
        advice="go on reading the lines of a program, also when it is ready, until the tests are over",
    )


@check("What goes wrong is heard at once, and a cancellation ends everything", points=2)
def heard(case: Case) -> None:
    for trial in troubles(case):
        act, run, calls, wrong = trial.act, trial.run, trial.calls, trial.wrong
        trial.expect_nothing_too_early()
        if act.record.cancelled_at is not None:
            if wrong:
                run.expect_ended_with(act, calls)
            else:
                run.expect_gave_way(act, calls, done=trial.tested.done, place=trial.place)
            continue
        if not wrong:
            trial.expect_result()
            continue
        over = trial.tested.done.first
        if over is not None and same_time(over.ended or 0.0, wrong[0].ended or 0.0):
            continue  # Both outcomes are right.
        said = next((call for call in wrong if act.heard(call)), None)
        ends = [call for call in wrong if call.outcome != "failed"]
        if ends and said is None:
            _expect_some_error(trial, ends[0])
            continue
        first = said or wrong[0]
        run.expect_heard(
            act,
            first,
            calls,
            trial.told(first),
            advice="let that error out of try_out()"
            + ("" if first in trial.tested else ", whether the program has been ready or not"),
        )


def _expect_some_error(trial: Trial, ended: Call) -> None:
    """Fail the check unless an error came out when this program ended, which had never been ready."""
    act, run = trial.act, trial.run
    seen = trial.told(ended)
    run.expect(
        act.error is not None,
        f"{seen}; try_out() returned at {act.ended:g} s",
        at=ended,
        advice=UNHEARD,
    )
    run.expect(
        same_time(act.ended, ended.ended or 0.0),
        f"{seen}; try_out() raised {act.raised} at {act.ended:g} s",
        at=ended,
        advice="raise an error as soon as the lines of the program have come to an end",
    )
    left = [call for call in trial.calls if call.ended is None or is_later(call.ended, act.ended)]
    run.expect(
        not left,
        f"{seen}, and {counted(len(left), 'other call')} went on after try_out() had raised {act.raised}",
        at=next(iter(left), None),
        advice="when try_out() raises, stop whatever still runs: a task group does that",
    )


@question
def one_program(case: Case) -> str | None:
    world = case.world()
    program = world.add(Program("program", ["starting", "ready"], 4.0, LAST_LONGER))
    run = world.observe("try_out", [program], world.add(Suite(2.0, 0)))
    read, tested = run.calls.to(program).first, run.calls_to("run").first
    if tested is None or read is None:
        return None
    if same_time(tested.started, 8.0):
        return "ready"
    if is_later(tested.started, 8.0):
        return "ended"
    return "behind" if is_later(read.started, 0.0) else "blind"
