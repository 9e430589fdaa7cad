"""Checks for new_version: who takes work must stop first, and who does it may go on for a while."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from checker import (
    Act,
    BrokenResourceError,
    Call,
    Calls,
    Case,
    ClosedResourceError,
    EndOfStream,
    Feed,
    Run,
    Service,
    World,
    advise,
    check,
    is_later,
    often,
    question,
    same,
    same_time,
    scene,
    shown,
    takes,
)

ERRORS = (
    TimeoutError("no answer"),
    KeyError("no such upload"),
    ClosedResourceError("closed"),
    ValueError("not like this"),
    EndOfStream("nobody there"),
)
NEVER = 5_000_000.0
"""After so many seconds comes what never comes: no check waits so long."""

ASK_ONCE = "start to wait for asks_to_stop() at the beginning, and wait until it returns"
WAIT_FOR_UPLOADS = "until it is asked to stop, let one task wait for the next upload all the time"
TAKE_NO_MORE = (
    "cancel the wait for the next upload when it is asked to stop: do not wait until one comes"
)
AT_ONCE = "start a task for each upload as soon as it has come, and wait for none before you take the next one"
GO_ON = "cancel only those who take uploads; let those who convert have a scope of their own, and give it a deadline"
ITS_TIME = "when it is asked to stop, count `grace` from then, once, for all conversions together"
BREAK_OFF = "when `grace` is over, cancel the conversions that are left, whatever they take"
AT_THE_END = "return when the last conversion has ended: wait for the tasks, and not for a clock"
LET_IT_OUT = "let that error out of serve(), and let it cancel whatever else is under way"


class Inbox(Feed):
    """Hands out one upload after the other, each at its time."""


class Converter(Service):
    """Converts any number of uploads at once, and takes a time of its own for each. Some fail."""

    latency = 1.0

    def __init__(self, seconds: dict[int, float], errors: dict[int, Exception]) -> None:
        self.seconds = seconds
        self._errors = errors

    @takes("seconds")
    def convert(self, upload: int) -> None:
        if upload in self._errors:
            raise self._errors[upload]


class Supervisor(Service):
    """Wants the program to stop, after a while."""

    def __init__(self, seconds: float, error: Exception | None = None) -> None:
        self.seconds = seconds
        self._error = error

    @takes("seconds")
    def asks_to_stop(self) -> None:
        if self._error:
            raise self._error


@dataclass(frozen=True)
class Program:
    """One call of serve, with an inbox, a converter and a supervisor of its own."""

    inbox: Inbox
    converter: Converter
    supervisor: Supervisor
    grace: float
    act: Act
    run: Run
    place: str
    """Which call it was, for the beginning of a message."""

    # --- what there was ---

    @property
    def asked(self) -> Calls:
        return self.run.calls.to(self.supervisor)

    @property
    def turns(self) -> Calls:
        """The calls of the inbox."""
        return self.run.calls.to(self.inbox)

    @property
    def taken(self) -> Calls:
        """The calls of the inbox that brought an upload."""
        return self.turns.done

    @property
    def conversions(self) -> Calls:
        return self.run.calls.to(self.converter)

    @property
    def calls(self) -> Calls:
        services = (self.inbox, self.converter, self.supervisor)
        return self.run.calls.where(lambda call: call.service in services)

    @property
    def failed(self) -> Call | None:
        """The call that failed first, whatever failed then because of that. Of several at the same instant, one
        that was heard of."""
        failed = self.calls.where(lambda call: call.outcome == "failed")
        first = min(failed, key=lambda call: call.ended_order or 0, default=None)
        if first is None:
            return None
        others = failed.where(lambda call: same_time(call.ended or 0.0, first.ended or 0.0))
        return others.where(self.act.heard).first or first

    # --- what was due ---

    @property
    def stop(self) -> float:
        """When it was asked to stop."""
        return self.act.started + self.supervisor.seconds

    @property
    def over(self) -> float:
        """When the time of all conversions was over."""
        return self.stop + self.grace

    @property
    def due(self) -> float:
        """When it should have returned."""
        ends = [self.done_at(call) for call in self.conversions]
        return max([self.stop, *(min(end, self.over) for end in ends)])

    def done_at(self, call: Call) -> float:
        """When a conversion is done, if nobody breaks it off."""
        return call.started + self.converter.seconds[call.given["upload"]]

    @property
    def told(self) -> str:
        return f"{self.place}serve() was asked to stop at {self.stop:g} s"

    @property
    def limited(self) -> str:
        return f"{self.told}, and `grace` was {self.grace:g} s"

    @property
    def ending(self) -> str:
        act = self.act
        raised = act.raised
        return f"raised {raised} at {act.ended:g} s" if raised else f"returned at {act.ended:g} s"

    # --- what should have been ---

    def expect_no_error(self) -> None:
        self.expect_one_at_the_inbox()
        act = self.act
        if act.error is not None:
            told = act.explained()
            self.run.fail(
                f"{self.place}{told.message}",
                at=act.errors[0],
                advice=advise(act.errors[0], self.run.trace.backend) or told.advice,
                tells_error=True,
            )

    def expect_one_at_the_inbox(self) -> None:
        for call in self.turns.where(lambda call: call.failed_with(Inbox.BUSY)):
            self.run.fail(
                f"{self.place}at {call.started:g} s somebody asked for the next upload, while somebody else waited "
                "for it",
                at=call,
                advice="let one task wait for the next upload at a time",
                tells_error=True,
            )

    def expect_taken(self) -> None:
        """It took every upload that came in time, at once, and none that came later."""
        run, act, turns = self.run, self.act, self.turns
        self.expect_no_error()
        asked = self.asked
        if len(asked) != 1 or not same_time(asked[0].started, act.started) or not asked[0].done:
            how = f"was {often(len(asked), 'called')}"
            if len(asked) == 1:
                how = f"was called at {asked[0].started:g} s" + (
                    ""
                    if asked[0].done
                    else f", and broken off at {asked[0].ended or act.ended:g} s"
                )
            run.fail(
                f"{self.place}asks_to_stop() {how}; serve() was called at {act.started:g} s, and {self.ending}",
                at=asked.last,
                advice=ASK_ONCE,
            )
        free = act.started
        for call in turns:
            run.expect(
                not is_later(call.started, self.stop),
                f"{self.told}, and asked for another upload at {call.started:g} s",
                at=call,
                advice=TAKE_NO_MORE,
            )
            run.expect(
                same_time(call.started, free),
                f"{self.place}"
                + (
                    f"an upload had come at {free:g} s"
                    if call is not turns[0]
                    else f"serve() was called at {free:g} s"
                )
                + f", and nobody waited for the next one before {call.started:g} s",
                at=call,
                advice=WAIT_FOR_UPLOADS,
            )
            free = act.ended if call.ended is None else call.ended
            if is_later(self.stop, free):
                run.expect(
                    call.done,
                    f"{self.place}the wait for the next upload was broken off at {free:g} s; serve() was asked to stop at "
                    f"{self.stop:g} s",
                    at=call,
                    advice=WAIT_FOR_UPLOADS,
                )
            run.expect(
                not is_later(free, self.stop),
                f"{self.told}, and "
                + (
                    f"took another upload at {free:g} s"
                    if call.done
                    else f"went on waiting for another upload until {free:g} s"
                ),
                at=call,
                advice=TAKE_NO_MORE,
            )
        run.expect(
            not is_later(self.stop, free),
            f"{self.place}nobody waited for an upload from {free:g} s on; serve() was asked to stop at {self.stop:g} s",
            at=turns.last,
            advice=WAIT_FOR_UPLOADS,
        )
        self._expect_begun()

    def _expect_begun(self) -> None:
        """Each upload that was taken began to be converted at that moment, once."""
        run = self.run
        for turn in self.taken:
            came, upload = turn.ended or 0.0, turn.reply
            calls = self.conversions.given(upload=upload)
            if not calls and not is_later(self.stop, came):
                continue  # This is about what happens after the stop.
            begun = f"and was {often(len(calls), 'given')} to convert()"
            if len(calls) == 1:
                begun = f"and convert() was called at {calls[0].started:g} s"
            run.expect(
                len(calls) == 1 and same_time(calls[0].started, came),
                f"{self.place}upload {upload} came at {came:g} s, {begun}",
                at=calls.last,
                advice=AT_ONCE,
                late=calls.last,
                together=[[call] for call in self.conversions],
            )
        known = {turn.reply for turn in self.taken}
        for call in self.conversions:
            run.expect(
                call.given["upload"] in known,
                f"{self.place}upload {call.given['upload']} was converted, and had not come",
                at=call,
                advice="convert what comes out of the inbox, and nothing else",
            )

    def expect_finished(self) -> None:
        """Each conversion had the time that was due to it, and no more, and the rest was returned."""
        run, act = self.run, self.act
        for call in self.conversions:
            done_at, ended = self.done_at(call), act.ended if call.ended is None else call.ended
            upload = f"upload {call.given['upload']}"
            if not call.done and is_later(min(done_at, self.over), ended):
                run.fail(
                    f"{self.limited}, so there was time until {self.over:g} s; {upload} would have been finished at "
                    f"{done_at:g} s, and its conversion was broken off at {ended:g} s",
                    at=call,
                    advice=GO_ON if same_time(ended, self.stop) else ITS_TIME,
                )
            run.expect(
                not is_later(ended, self.over),
                f"{self.limited}, so the time was over at {self.over:g} s; {upload} was being converted until "
                f"{ended:g} s",
                at=call,
                advice=BREAK_OFF,
            )
        for turn in self.taken if self.grace else []:
            run.expect(
                self.conversions.given(upload=turn.reply),
                f"{self.limited}; upload {turn.reply} had come at that very moment, and was never given to convert()",
                at=turn,
                advice="an upload that has been taken is one like any other: let it be converted, too",
            )
        ends = [call.ended or 0.0 for call in self.conversions]
        run.expect(
            same_time(act.ended, max([self.stop, *ends])),
            f"{self.limited}; "
            + (
                f"the last conversion had ended at {max(ends):g} s"
                if max(ends, default=0.0) > self.stop
                else "no conversion was under way then"
            )
            + f", and serve() {self.ending}",
            at=self.conversions.last,
            advice=AT_THE_END,
        )
        self.expect_rest()

    def expect_rest(self) -> None:
        """It returned what it had taken and not finished."""
        value = self.act.value
        finished = {call.given["upload"] for call in self.conversions.done}
        close = {
            call.given["upload"]
            for call in self.conversions
            if same_time(self.done_at(call), self.over)
        }
        came = [turn.reply for turn in self.taken]
        due = [upload for upload in came if upload not in finished]
        allowed = list(value) if isinstance(value, list) else []
        if (
            isinstance(value, list)
            and same([u for u in allowed if u not in close], [u for u in due if u not in close])
            and same(allowed, [u for u in came if u in allowed])
        ):
            return
        seen = f"{self.limited}; it had taken {shown(came)}, and "
        seen += f"did not finish {shown(due)}" if due else "finished all of them"
        advice = "return a list of the uploads that were taken in this call and not finished"
        if isinstance(value, list):
            missing = [upload for upload in due if upload not in value]
            if missing and not set(missing) - set(came[-1:]):
                advice = (
                    "note an upload as soon as it has been taken, before anything can be cancelled"
                )
            if missing == [0]:
                advice = "0 is the number of an upload like any other"
            elif not missing and len(value) == len(due):
                advice = "return the uploads in the order in which they came"
            elif any(upload not in came for upload in value):
                advice = "begin each call with a new list"
        self.run.fail(f"{seen}; it returned {shown(value)}", advice=advice)

    def expect_right(self) -> None:
        self.expect_taken()
        self.expect_finished()


@scene
def days(case: Case) -> Iterator[Program]:
    for world in case.explore():
        yield from _play(case, world, (14, 3, 2))


@scene
def bad_days(case: Case) -> Iterator[Program]:
    for world in case.explore(fail=ERRORS):
        yield from _play(case, world, (3, 2, 2), fails=True)


@scene
def days_cut_short(case: Case) -> Iterator[Program]:
    for world in case.explore(cancel=True):
        yield from _play(case, world, (4, 3), is_cut=True)


KINDS = ("late", "no grace", "door", "in time", "before", "quiet", "tie")
"""The last upload is being converted when the time is over; there is no time; all are done before the stop, and another
upload comes just then; all are done in time; all are done before the stop; nothing comes; the last one is done just when
the time is over, and another one comes just at the stop."""

PLACES = ("converter", "inbox", "supervisor")
"""What fails."""


def _play(
    case: Case, world: World, most: Sequence[int], *, fails: bool = False, is_cut: bool = False
) -> Iterator[Program]:
    """So many programs, with so many uploads at the most. The last one may begin when the first has ended."""
    kind, error = case.integer(0, len(KINDS) - 1), case.integer(0, len(ERRORS) - 1)
    place = case.integer(0, len(PLACES) - 1)
    planned = []
    for number, largest in enumerate(most):
        failure = None
        if fails:
            failing = PLACES[(place + number) % len(PLACES)]
            failure = failing, ERRORS[(error + 2 * number) % len(ERRORS)]
        planned.append(_draw(case, world, KINDS[(kind + number) % len(KINDS)], largest, failure))
    if len(planned) > 2 or case.pick([False, True]):
        planned[-1][-1].after(planned[0][-1])
    if is_cut:  # The last one, most often in the time after the stop.
        *_, supervisor, grace, act = planned[-1]
        act.cancel_after(supervisor.seconds + case.duration(0.05, 0.95) * grace)
    run = world.attempt_all(*(act for *_, act in planned))
    for number, (inbox, converter, supervisor, grace, act) in enumerate(planned, 1):
        where = f"in call {number} of {len(planned)}, "
        yield Program(inbox, converter, supervisor, grace, act, run, where)


def _draw(
    case: Case, world: World, kind: str, largest: int, failure: tuple[str, Exception] | None
) -> tuple[Inbox, Converter, Supervisor, float, Act]:
    """A program that is asked to stop after some uploads, and before or just when another one comes."""
    uploads = case.distinct(range(largest + 5), largest + 2)
    slow, long = case.pick([4.0, 60.0, 30_000.0]), case.pick([4.0, 40.0, 100_000.0])
    gaps = [case.duration(0.5, slow) for _ in uploads]
    parts = [case.duration(0.05, 0.95) for _ in uploads]
    hows = [case.pick(["late", "in time", "before"]) for _ in uploads]
    grace = 0.0 if kind == "no grace" else case.duration(0.5, long)
    failing = case.integer(0, largest)
    count = case.size(1, largest)
    place, error = failure if failure is not None else ("", None)
    unlucky = uploads[failing % count]
    if place == "converter":
        hows[failing % count] = hows[failing % count].replace("late", "in time")
    stop = sum(gaps[:count]) + gaps[count] * (1.0 if kind in ("door", "tie") else 0.5)
    if kind == "quiet":
        stop, uploads = case.pick([0.0, 20.0, 100_000.0]), []
    seconds = {}
    for number, (upload, came) in enumerate(zip(uploads, accumulate(gaps), strict=False)):
        how, left = hows[number], max(stop - came, 0.0)
        if kind in ("in time", "before", "door") and number < count:
            how = how.replace("late", "in time") if kind == "in time" else "before"
        elif number == count - 1 and not (upload == unlucky and place == "converter"):
            how = kind if kind == "tie" else "late"
        if how == "before" and left:
            seconds[upload] = round(parts[number] * left, 9)
        elif how in ("before", "in time") and grace:
            seconds[upload] = round(left + parts[number] * grace, 9)
        else:
            seconds[upload] = left + grace + (how != "tie") * parts[number] * long
    errors = {unlucky: error} if place == "converter" and error else {}
    is_twice = case.pick([True, False])
    if errors and is_twice and uploads and failing % count:
        # The one that had come before fails at the same instant.
        other = uploads[failing % count - 1]
        seconds[other] = round(seconds[unlucky] + gaps[failing % count], 9)
        errors[other] = BrokenResourceError("broken")
    items = [error if error and place == "inbox" and each == unlucky else each for each in uploads]
    inbox = world.add(Inbox(items, [*gaps[: len(uploads)], NEVER]))
    converter = world.add(Converter(seconds, errors))
    supervisor = world.add(Supervisor(stop, error if place == "supervisor" else None))
    act = world.call("serve", inbox, converter, supervisor, grace)
    return inbox, converter, supervisor, grace, act


@check(
    "Until it is asked to stop, it takes every upload and converts it at once; then it takes no more",
    advice=TAKE_NO_MORE,
)
def takes_uploads(case: Case) -> None:
    for program in days(case):
        program.expect_taken()
        program.expect_rest()


@check(
    "What is under way may go on until its time is over; the rest is broken off and returned",
    points=3,
    advice=GO_ON,
)
def goes_on_for_a_while(case: Case) -> None:
    for program in days(case):
        program.expect_right()
        program.run.expect_nothing_left()


@check("An error comes out at once, before the stop or after it", points=2, advice=LET_IT_OUT)
def errors_come_out(case: Case) -> None:
    for program in bad_days(case):
        program.expect_one_at_the_inbox()
        failed, run = program.failed, program.run
        if failed is None:
            program.expect_right()
            continue
        at = failed.ended or 0.0
        if failed.service is program.converter and same_time(at, program.over):
            continue  # It may have been broken off at that moment.
        if failed.service is program.inbox and same_time(at, program.stop):
            continue
        what = f"{failed.method}()" if failed.service is not program.inbox else "the inbox"
        when = ""
        if failed.service is not program.supervisor:
            when = ", after the stop" if is_later(at, program.stop) else ", before the stop"
        run.expect_heard(
            program.act,
            failed,
            program.calls,
            f"{program.place}{what} failed at {at:g} s{when}, with {failed.failure}",
            advice=LET_IT_OUT,
        )


@check(
    "Cancelled from outside, it ends at once, before the stop or after it",
    points=2,
    advice="let a cancellation out at once: the time that is left is for the stop, and not for the caller's cancellation",
)
def gives_way(case: Case) -> None:
    for program in days_cut_short(case):
        cancelled = program.act.record.cancelled_at
        if cancelled is None:
            program.expect_right()
            continue
        program.expect_one_at_the_inbox()
        program.run.expect_gave_way(
            program.act,
            program.calls,
            done=not is_later(program.due, cancelled),
            place=program.place,
        )


@question
def two_uploads(case: Case) -> str | None:
    world = case.world()
    inbox = world.add(Inbox([1, 2], [2.0, 4.0, NEVER]))
    converter = world.add(Converter({1: 5.0, 2: 20.0}, {}))
    run = world.observe("serve", inbox, converter, world.add(Supervisor(10.0)), 30.0)
    if run.was_cancelled or run.error is not None:
        return "raises"
    answers = {26.0: "goes_on", 10.0: "dropped", 40.0: "in_time"}
    return answers.get(round(run.elapsed, 6))
