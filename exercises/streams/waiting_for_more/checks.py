"""Checks for waiting_for_more: whoever listens to a stream hears of its end."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

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
    is_later,
    question,
    same,
    same_time,
    scene,
    shown,
    takes,
)

ERRORS = (
    ConnectionError("no answer"),
    ValueError("not a number"),
    OSError("input/output error"),
    LookupError("not there"),
    EndOfStream("there are no more pages"),
)
RADIO = (ConnectionError, ConnectionResetError, BrokenPipeError)
"""As which a radio fails. `ConnectionError` has more subclasses."""
ZERO = "0 is a temperature like any other: only None says that the lorry has arrived"


class Lorry(Service):
    """Reports one temperature after the other, and arrives or falls silent."""

    def __init__(
        self, reports: Sequence[int], seconds: Sequence[float], *, falls_silent: int | None = None
    ) -> None:
        self.reports = reports
        self._next = iter([*zip(reports, seconds, strict=False), (None, seconds[-1])])
        self._falls_silent = falls_silent

    def temperature(self) -> Generator[float, None, int | None]:
        degrees, seconds = next(self._next, (None, None))
        if seconds is None:
            raise LookupError("this lorry is not on the road")
        yield seconds
        if degrees is None and self._falls_silent is not None:
            raise RADIO[self._falls_silent]("no signal")
        return degrees


class Logbook(Service):
    """Takes a time of its own for each line."""

    def __init__(self, seconds: Sequence[float]) -> None:
        self._seconds = iter(seconds)

    @takes(lambda self, degrees: next(self._seconds, 1.0))
    def write(self, degrees: int) -> None:
        pass


@dataclass(frozen=True)
class Journey:
    """One call of record_journey, with a lorry of its own."""

    lorry: Lorry
    logbook: Logbook
    act: Act
    run: Run
    place: str
    """Which call it was, for the beginning of a message."""

    @property
    def asked(self) -> Calls:
        """The calls of the lorry."""
        return self.run.calls.to(self.lorry)

    @property
    def written(self) -> Calls:
        """The calls of the logbook."""
        return self.run.calls.to(self.logbook)

    @property
    def heard(self) -> Calls:
        """The calls of the lorry that brought a temperature."""
        return self.asked.done.where(lambda call: call.reply is not None)

    @property
    def last_word(self) -> Call | None:
        """The call by which one heard that no more temperatures will come."""
        return self.asked.where(
            lambda call: (
                call.failure.kind in {kind.__name__ for kind in RADIO}
                if call.failure is not None
                else call.done and call.reply is None
            )
        ).first

    @property
    def failed(self) -> Call | None:
        """The call whose error should reach the caller."""
        return (
            self.run.calls.where(lambda call: call.service in (self.lorry, self.logbook))
            .where(lambda call: call.outcome == "failed" and call is not self.last_word)
            .first
        )

    def tell_the_end(self) -> str:
        """`the lorry had arrived at 3 s`."""
        call = self.last_word
        assert call is not None
        assert call.ended is not None
        happened = "the radio had failed" if call.failure is not None else "the lorry had arrived"
        return f"{happened} at {call.ended:g} s"

    def expect_calls_in_turn(self) -> None:
        """The lorry was called once at a time, and not after its last word."""
        for before, after in pairwise(self.asked):
            self.run.expect(
                before.ended_order is not None and before.ended_order < after.order,
                f"{self.place}at {after.started:g} s temperature() was called while another call of it, begun at "
                f"{before.started:g} s, had not ended",
                at=after,
                advice="call the lorry once at a time: wait for its answer before you ask again",
            )
            if before is self.last_word:
                self.run.fail(
                    f"{self.place}{self.tell_the_end()}, and temperature() was called again at {after.started:g} s",
                    at=after,
                    advice="when the lorry has arrived or the radio has failed, do not call it again",
                )

    def expect_record(self) -> None:
        """Everything that was heard is in the logbook, in order, and the highest was returned."""
        act, run = self.act, self.run
        self.expect_calls_in_turn()
        if act.error is not None and self.failed is None:
            cause = next((call for call in run.calls if act.heard(call)), None)
            told = act.explained()
            if cause is not None and cause is self.last_word:
                run.fail(
                    f"{self.place}the radio failed at {cause.ended:g} s with {cause.failure}, and record_journey() "
                    "raised that",
                    at=cause,
                    advice="a radio that fails ends the journey like an arrival: the caller need not hear of it",
                )
            run.fail(
                f"{self.place}{told.message}",
                at=act.errors[0],
                advice=advise(act.errors[0], run.trace.backend) or told.advice,
            )
        value = act.value
        if self.last_word is None:
            latest = self.heard.last
            run.fail(
                f"{self.place}record_journey() returned {shown(value)} at {act.ended:g} s, before the lorry had "
                "arrived or the radio had failed"
                + (
                    f". The last that was heard was {latest.reply} °C" if latest is not None else ""
                ),
                at=self.asked.last,
                advice=ZERO
                if latest is not None and latest is self.asked.last and latest.reply == 0
                else "however long the lorry is silent, wait for it: return only after it has arrived or "
                "its radio has failed",
            )
        given_up = self.written.where(lambda call: call.outcome != "answered")
        if given_up:
            run.fail(
                f"{self.place}writing {given_up[0].given['degrees']} °C was given up at "
                f"{min(given_up[0].ended or act.ended, act.ended):g} s; {self.tell_the_end()}",
                at=given_up.first,
                advice="let the logbook finish: when no more will come, what has come must still be written",
            )
        due = [call.reply for call in self.heard]
        lines = [call.given["degrees"] for call in self.written]
        if not same(lines, due):
            run.fail(
                f"{self.place}the lorry reported {shown(due)}; {shown(lines) if lines else 'nothing'} was written to the "
                "logbook",
                at=self.written.last,
                advice=self.advise_on(lines, due),
            )
        highest = max(due, default=None)
        run.expect(
            same(value, highest),
            f"{self.place}record_journey() returned {shown(value)}; the lorry reported {shown(due)}",
            advice="return the highest of these temperatures, which may be 0 or below"
            if due
            else "where nothing was heard, return None",
        )

    def advise_on(self, lines: list[object], due: list[object]) -> str:
        if [degrees for degrees in due if degrees != 0] == lines:
            return ZERO
        if sorted(map(str, lines)) == sorted(map(str, due)):
            return "write the temperatures in the order in which they came"
        if len(lines) > len(due):
            return "write each temperature of this journey once, and nothing else"
        if set(map(str, lines)) == set(map(str, due)):
            return "equal temperatures are still several: write each of them"
        return "write every temperature that was heard, even when no more will come"


@scene
def journeys(case: Case) -> Iterator[Journey]:
    for world in case.explore():
        yield from _play(case, world)


@scene
def troubles(case: Case) -> Iterator[Journey]:
    for world in case.explore(fail=ERRORS, cancel=True):
        yield from _play(case, world)


def _play(case: Case, world: World) -> Iterator[Journey]:
    """Two lorries on the road, the second of which may set out when the first has arrived."""
    planned = [_draw(case, world, least, most) for least, most in ((0, 11), (1, 2))]
    if case.pick([False, True]):
        planned[1][-1].after(planned[0][-1])
    run = world.attempt_all(*(act for *_, act in planned))
    for number, (lorry, logbook, act) in enumerate(planned, 1):
        yield Journey(lorry, logbook, act, run, f"in call {number} of 2, ")


def _draw(case: Case, world: World, least: int, most: int) -> tuple[Lorry, Logbook, Act]:
    warmest = case.pick([3, 0])
    reports = [case.integer(-3, warmest) for _ in range(case.size(least, most))]
    silence, slowest = case.pick([0.5, 3.0, 30_000.0]), case.pick([0.5, 5.0, 30_000.0])
    seconds = [case.duration(0.1, silence) for _ in range(len(reports) + 1)]
    lorry = world.add(Lorry(reports, seconds, falls_silent=case.pick([None, 0, 1, 2])))
    logbook = world.add(Logbook([case.duration(0.1, slowest) for _ in reports]))
    return lorry, logbook, world.call("record_journey", lorry, logbook)


@check(
    "When no more temperatures will come and all are written, the highest is returned",
    points=3,
    advice="let the task that writes hear that no more will come, on whichever way the other one ends",
)
def it_returns(case: Case) -> None:
    for journey in journeys(case):
        journey.expect_record()
        act, last = journey.act, journey.written.last
        assert journey.last_word is not None
        over = max(call.ended or 0.0 for call in [journey.last_word, *journey.written])
        journey.run.expect(
            not is_later(act.ended, over),
            f"{journey.place}{journey.tell_the_end()}"
            + (f", and the last temperature was written at {last.ended:g} s" if last else "")
            + f"; record_journey() returned at {act.ended:g} s",
            advice="return as soon as the last temperature has been written, and wait for nothing else",
        )
        journey.run.expect_nothing_left()


@check(
    "Each temperature is written at once, while the lorry is called for the next one",
    points=2,
    advice="let one task listen and another one write, and hand on each temperature as it comes",
)
def both_at_once(case: Case) -> None:
    for journey in journeys(case):
        journey.expect_record()
        run, free = journey.run, journey.act.started
        calls = [*journey.asked]
        run.expect(
            same_time(calls[0].started, free),
            f"{journey.place}record_journey() was called at {free:g} s, and the lorry not before "
            f"{calls[0].started:g} s",
            at=calls[0],
            advice="call the lorry at once, and wait for nothing before that, not for another journey either",
        )
        for number, (heard, line) in enumerate(zip(journey.heard, journey.written, strict=True)):
            degrees, came = line.given["degrees"], heard.ended or 0.0
            due = max(came, free)
            run.expect(
                not is_later(free, line.started),
                f"{journey.place}writing {degrees} °C began at {line.started:g} s, when the line before was not "
                f"finished: that took until {free:g} s",
                at=line,
                advice="write one temperature at a time: begin a line when the one before is finished",
            )
            run.expect(
                same_time(line.started, due),
                f"{journey.place}{degrees} °C was heard at {came:g} s"
                + (f", and the logbook was free at {free:g} s" if is_later(free, came) else "")
                + f"; writing it began at {line.started:g} s",
                at=line,
                advice="hand each temperature on as it comes, and let whoever writes wait for it, not for a clock "
                "or for the whole journey",
                late=line,
            )
            asked = calls[number + 1]
            run.expect(
                not is_later(asked.started, line.started),
                f"{journey.place}writing {degrees} °C took from {line.started:g} s to {line.ended:g} s; the lorry was "
                f"called again only at {asked.started:g} s",
                at=asked,
                advice="do not let the lorry wait for the logbook: one task listens, another one writes",
                together=[[line], [asked]],
            )
            free = line.ended or 0.0


@check(
    "An error or a cancellation reaches the caller at once",
    points=2,
    advice="let the error out, and let whatever else is under way be cancelled",
)
def errors_come_out(case: Case) -> None:
    for journey in troubles(case):
        act, run, failed = journey.act, journey.run, journey.failed
        calls = [*journey.asked, *journey.written]
        journey.expect_calls_in_turn()
        if act.record.cancelled_at is not None:
            run.expect_gave_way(
                act,
                calls,
                done=journey.last_word is not None
                and len(journey.written.done) >= len(journey.heard),
                place=journey.place,
            )
            continue
        if failed is None:
            journey.expect_record()
            continue
        what = "temperature()" if failed.service is journey.lorry else "write()"
        seen = f"{journey.place}{what} failed at {failed.ended:g} s with {failed.failure}"
        run.expect_heard(
            act,
            failed,
            calls,
            seen,
            advice="a ConnectionError means that the radio has failed only where temperature() raises it: let one of the "
            "logbook out"
            if failed.service is journey.logbook and failed.failed_with(ERRORS[0])
            else "let that error out of record_journey(): catch no more than you can deal with",
        )


@question
def one_report(case: Case) -> str | None:
    world = case.world()
    lorry = world.add(Lorry([-3], [1.0, 1.0]))
    run = world.observe("record_journey", lorry, world.add(Logbook([0.5])))
    if run.is_deadlocked:
        return "waits" if run.calls_to("write").done else "stuck"
    return "raises" if run.error is not None else "returns"
