"""Checks for on_the_air: several editors, one after the other, who share one time limit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NoReturn

from checker import (
    Act,
    Call,
    Calls,
    Case,
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
    shown,
    takes,
)

ERRORS: list[Exception] = [
    TimeoutError("the archive does not answer"),
    ConnectionError("the line is dead"),
    ValueError("not in a language that I know"),
    KeyError("Kaub"),
    TimeoutError(),
]
WORK = (
    "checked",
    "translated",
    "shortened",
    "with better verbs",
    "with all names right",
    "read aloud",
)

FETCH = "begin with `await wire.report()`, once, outside of any time limit"
IN_TURN = (
    'give each editor, as soon as the one before is done, the text of that one, even if it is `""`'
)
NO_SHARES = (
    "how much of the time an editor may take depends only on how much of it is left: `seconds` belongs to all of "
    "them together"
)
ONE_LIMIT = (
    "let one deadline stand around the work of all editors: it cancels whoever is at work when it comes; a limit that is "
    "made anew for each of them counts from the beginning again"
)
IN_A_BLOCK = (
    "give the report to the first editor as soon as it is there; `move_on_after` counts from where it is called, and in a "
    "block whose time is over when it begins, everybody is cancelled at once"
)
COUNT_FROM_HERE = (
    "let the clock for the editors begin when the report is there; `move_on_after` counts from where it is called, even "
    "if its block begins later"
)
NO_TIME = "`0` seconds are a time limit, too, and one that is over at once: let it cancel whoever is at work then"
NO_MORE = "when the time is over, leave the loop, too, and give the text to nobody else"
WHAT_THERE_IS = "when the time is over, go on after the block, and return the text of the last editor who is done"
THE_LAST = (
    "when the last editor is done, return what that one has made of the text, and wait for nothing"
)
LET_IT_OUT = (
    "an error is not the end of the time: let each `Exception` out as it is, even a `TimeoutError`"
)
NOBODY_WAITS = (
    "a cancellation from outside must reach the caller: catch nothing that is no `Exception`, and return "
    "nothing in its place"
)


class Wire(Service):
    def __init__(self, seconds: float, report: str | Exception) -> None:
        self.seconds = seconds
        self.text = report

    @takes("seconds")
    def report(self) -> str:
        if isinstance(self.text, Exception):
            raise self.text
        return self.text


class Editor(Service):
    """Adds what was done to the text, or strikes all of it if that is nothing."""

    def __init__(self, seconds: float, work: str | Exception) -> None:
        self.seconds = seconds
        self.work = work

    @takes("seconds")
    def edit(self, text: str) -> str:
        if isinstance(self.work, Exception):
            raise self.work
        return f"{text}, {self.work}" if self.work else ""


@dataclass(frozen=True)
class Turn:
    """What is to come of an editor: when, and with which text before and after."""

    number: int
    editor: Editor
    began: float
    ended: float
    before: str
    after: str | Exception


@dataclass(frozen=True)
class Bulletin:
    """One call of bulletin(), with a wire and with editors of its own."""

    wire: Wire
    editors: list[Editor]
    seconds: float
    act: Act
    run: Run

    # --- what is to come ---

    @property
    def arrival(self) -> float:
        """When the report is there."""
        return self.act.started + self.wire.seconds

    @property
    def over(self) -> float:
        """When the time for the editors is over."""
        return self.arrival + self.seconds

    @property
    def turns(self) -> Iterator[Turn]:
        """The editors' turns, as if there were no end to the time, up to the first one who fails."""
        now, text = self.arrival, self.wire.text
        for number, editor in enumerate(self.editors, 1):
            if isinstance(text, Exception):
                break
            work = editor.work
            after = work if isinstance(work, Exception) else editor.edit(text)
            yield Turn(number, editor, now, now + editor.seconds, text, after)
            now, text = now + editor.seconds, after

    @property
    def in_time(self) -> list[Turn]:
        """The turns that are over before the time is."""
        return [turn for turn in self.turns if is_later(self.over, turn.ended)]

    @property
    def too_late(self) -> Turn | None:
        """The first turn that is not over before the time is, and may be just then."""
        return next((turn for turn in self.turns if not is_later(self.over, turn.ended)), None)

    @property
    def failure(self) -> Call | None:
        """The call that failed, if one did before the time was over."""
        failing = [turn.editor for turn in self.in_time if isinstance(turn.after, Exception)]
        if isinstance(self.wire.text, Exception):
            return self.run.calls.to(self.wire).first
        return self.run.calls.to(failing[0]).first if failing else None

    @property
    def is_to_fail(self) -> bool:
        outcomes = [self.wire.text, *(turn.after for turn in self.in_time)]
        return any(isinstance(outcome, Exception) for outcome in outcomes)

    @property
    def text(self) -> object:
        """What the editors who are done in time make of the report."""
        return self.in_time[-1].after if self.in_time else self.wire.text

    @property
    def due(self) -> float:
        """When it has to end."""
        if self.is_to_fail and not self.in_time:
            return self.arrival
        if self.too_late is not None:
            return self.over
        return self.in_time[-1].ended if self.in_time else self.arrival

    # --- what came ---

    @property
    def calls(self) -> Calls:
        return self.run.calls.where(lambda call: call.service in [self.wire, *self.editors])

    @property
    def cancelled_at(self) -> float | None:
        return self.act.record.cancelled_at

    @property
    def called(self) -> str:
        return f"bulletin(), with {self.seconds:g} s for {counted(len(self.editors), 'editor')},"

    @property
    def ending(self) -> str:
        """How it ended, for a sentence."""
        act = self.act
        if act.error is not None:
            ended = f"raised {act.raised}"
        elif act.was_cancelled:
            ended = "ended"
        else:
            ended = f"returned {shown(act.value)}"
        return f"{ended} at {act.ended:g} s"

    def editor(self, number: int) -> str:
        """`editor 2 of 3`."""
        return f"editor {number} of {len(self.editors)}" if self.editors[1:] else "the only editor"

    def fail(
        self,
        message: str,
        *,
        at: Call | ErrorTree | None = None,
        advice: str,
        late: Call | None = None,
    ) -> NoReturn:
        """As `run.fail`; each message says itself what was raised."""
        self.run.fail(message, at=at, advice=advice, late=late, tells_error=True)

    def explain_error(self) -> None:
        """Fail if it raised what says by itself what is wrong."""
        if self.act.error is not None and advise(self.act.error, self.run.trace.backend):
            raise self.act.explained()

    # --- what should have been ---

    def expect_report(self) -> None:
        """The wire was asked once, at the beginning, and could take its time unless the caller left."""
        calls, cancelled = self.run.calls.to(self.wire), self.cancelled_at
        if calls.first is None and cancelled is not None and same_time(cancelled, self.act.started):
            return
        if calls.first is None or not same_time(calls[0].started, self.act.started):
            self.explain_error()
            asked = f"did so at {calls[0].started:g} s" if calls else "never did"
            self.fail(
                f"bulletin() was called at {self.act.started:g} s, and should have asked for a report at once; it {asked}",
                at=calls.first,
                advice=FETCH,
                late=calls.first,
            )
        if len(calls) > 1:
            self.fail(
                f"bulletin() asked for another report at {calls[1].started:g} s",
                at=calls[1],
                advice=FETCH,
            )
        if cancelled is None and (calls[0].ended is None or calls[0].outcome == "cancelled"):
            self.explain_error()
            ended = calls[0].ended
            self.fail(
                f"the report would have been there at {self.arrival:g} s; {self.called} "
                + (f"gave it up at {ended:g} s" if ended is not None else "did not wait for it")
                + f", and {self.ending}",
                at=calls[0],
                advice=FETCH,
            )

    def expect_turns(self) -> None:
        """Every editor whose turn came in time got the right text, and had all the time that was left."""
        for turn in [*self.in_time, *([self.too_late] if self.too_late else [])]:
            call = self.run.calls.to(turn.editor).first
            if call is None and not is_later(self.over, turn.began):
                break  # The time was over in the very moment in which the one before was done.
            self._expect_turn(turn, call)
        if not self.is_to_fail:
            for call in self.calls.where(lambda call: call.service is not self.wire):
                self._expect_not_after_the_end(call)

    def _expect_not_after_the_end(self, call: Call) -> None:
        who = self.editor(self.editors.index(call.service) + 1)  # type: ignore[arg-type]
        if is_later(call.started, self.over):
            self.fail(
                f"the time for the editors was over at {self.over:g} s; {who} got the text at {call.started:g} s",
                at=call,
                advice=NO_MORE,
            )
        ended = self.act.ended if call.ended is None else call.ended
        if same_time(call.started, self.over) and is_later(ended, self.over):
            self.fail(
                f"the time for the editors was over at {self.over:g} s; at that moment {who} got the text, and had it "
                f"until {ended:g} s",
                at=call,
                advice=ONE_LIMIT,
            )

    def _expect_turn(self, turn: Turn, call: Call | None) -> None:
        who = self.editor(turn.number)
        ready = (
            "the report was there"
            if turn.number == 1
            else f"{self.editor(turn.number - 1)} was done"
        )
        if call is None or not same_time(call.started, turn.began):
            self.explain_error()
            got = (
                f"got the text at {call.started:g} s" if call is not None else "never got the text"
            )
            self.fail(
                f"{ready} at {turn.began:g} s, and the time was over at {self.over:g} s; {who} {got}, and "
                f"bulletin() {self.ending}",
                at=call,
                advice=IN_A_BLOCK if turn.number == 1 and call is None else IN_TURN,
                late=call,
            )
        if call.given["text"] != turn.before:
            self.fail(
                f"{ready} at {turn.began:g} s, and the text was {shown(turn.before)}; {who} got "
                f"{shown(call.given['text'])}",
                at=call,
                advice=IN_TURN,
            )
        again = self.run.calls.to(turn.editor)[1:]
        if again:
            self.fail(
                f"{who} got the text again at {again[0].started:g} s",
                at=again[0],
                advice="give the text to each editor once",
            )
        ended = self.act.ended if call.ended is None else call.ended
        is_cut = call.ended is None or call.outcome == "cancelled"
        if is_cut and is_later(min(turn.ended, self.over), ended):
            self.explain_error()
            self.fail(
                f"{who} got the text at {call.started:g} s, and would have been done at {turn.ended:g} s; bulletin() "
                f"gave that up at {ended:g} s, and the time was over at {self.over:g} s",
                at=call,
                advice=COUNT_FROM_HERE
                if same_time(ended, self.act.started + self.seconds)
                else NO_SHARES,
            )
        if is_later(ended, self.over):
            self.fail(
                f"the report was there at {self.arrival:g} s, and the time for the editors was over {self.seconds:g} s "
                f"later, at {self.over:g} s; {who}, who had got the text at {call.started:g} s, was at work until "
                f"{ended:g} s, and bulletin() {self.ending}",
                at=call,
                advice=ONE_LIMIT if self.seconds else NO_TIME,
            )

    def expect_text(self, told: str, *texts: object, advice: str) -> None:
        """It returned one of these texts when it was due."""
        act = self.act
        if act.error is not None or act.was_cancelled or act.value not in texts:
            self.explain_error()
            self.fail(
                f"{told}, and the text was {shown(texts[-1])}; bulletin() {self.ending}",
                at=self.calls.last,
                advice=advice,
            )
        self.expect_end(told, advice=advice)

    def expect_end(self, told: str, *, advice: str) -> None:
        """It ended when it was due."""
        if not same_time(self.act.ended, self.due):
            self.fail(f"{told}; bulletin() {self.ending}", at=self.calls.last, advice=advice)

    def expect_gave_way(self) -> None:
        """Cancelled, it ended at once, and asked nobody after that."""
        cancelled, order = self.cancelled_at, self.act.record.cancelled_order or 0
        assert cancelled is not None
        self.run.expect_ended_with(self.act, self.calls)
        if not is_later(self.due, cancelled):
            return  # It would have ended at this very moment, or should have before.
        told = f"{self.called} was cancelled from outside at {cancelled:g} s"
        after = self.calls.where(lambda call: call.order > order)
        if after and self.calls.where(lambda call: call.order < order):
            self.fail(
                f"{told}, and called {after[0].method}() after that",
                at=after[0],
                advice=NOBODY_WAITS,
            )
        if not self.act.gave_way(self.calls):
            self.fail(
                f"{told}, and {self.ending}: it should have let itself be cancelled",
                at=self.calls.last,
                advice=NOBODY_WAITS,
            )


def _plan(
    case: Case, world: World, kind: str, error: Exception
) -> tuple[Wire, list[Editor], float, Act]:
    """A call of bulletin, of one of the KINDS. If somebody fails, it is with this error."""
    count = case.size(0, 5)
    longest = case.pick([2.0, 40.0, 20_000.0])
    took = [case.duration(0.05, longest) for _ in range(count)]
    spare = case.duration(0.05, case.pick([1.0, longest]))
    if kind in ("all", "none"):
        done = count if kind == "all" else 0
    else:
        least, most = int(kind == "fails"), count - int(kind == "late")
        done = case.integer(min(least, count), max(most, 0))
    if kind == "none":
        seconds = 0.0
    elif kind == "tie":
        seconds = sum(took[: done + 1])
    else:
        seconds = sum(took[:done]) + spare
        if done < count:
            took[done] += spare
    work: list[str | Exception] = [
        case.pick([done_to_it, ""]) for done_to_it in case.random.sample(WORK, k=count)
    ]
    report: str | Exception = case.pick(
        ["report 100", f"report {case.random.randint(101, 999)}", ""]
    )
    if kind == "fails":
        failing = case.integer(0, done)
        if failing < done:
            work[failing] = error
        else:
            report = error
    elif done < count and case.pick([False, True]):
        work[done] = error  # Just when the time is over, or nobody gets to hear of it.
    # Most reports take longer than all editors together may.
    wire = world.add(Wire(case.pick([seconds, 0.0]) + case.duration(0.05, longest), report))
    editors = [world.add(Editor(*each)) for each in zip(took, work, strict=True)]
    return wire, editors, seconds, world.call("bulletin", wire, editors, seconds)


KINDS = ("late", "fails", "all", "tie", "none")
"""Somebody is at work when the time is over; somebody fails in time; all are done in time; a turn ends just when
the time is over; there is no time at all."""


@scene
def bulletins(case: Case) -> Iterator[Sequence[Bulletin]]:
    for world in case.explore(cancel=True):
        kind, error = case.integer(0, len(KINDS) - 1), case.integer(0, len(ERRORS) - 1)
        planned: list[tuple[Wire, list[Editor], float, Act]] = []
        for number in range(case.size(1, 3)):
            plan = _plan(
                case,
                world,
                KINDS[(kind + number) % len(KINDS)],
                ERRORS[(error + number) % len(ERRORS)],
            )
            planned.append(plan)
        if case.pick([True, False]):
            # All reports are there at the same moment, so that all editors are at work.
            for wire, *_ in planned:
                wire.seconds = max(wire.seconds for wire, *_ in planned)
        else:
            for (*_, before), (*_, act) in pairwise(planned):
                if case.pick([False, True]):
                    act.after(before)
        run = world.attempt_all(*(act for *_, act in planned))
        yield [Bulletin(*plan, run) for plan in planned]


@check("Each editor gets the text in turn, and may take all the time that is left")
def in_time(case: Case) -> None:
    for hour in bulletins(case):
        for bulletin in hour:
            bulletin.expect_report()
            if bulletin.cancelled_at is not None or bulletin.is_to_fail or bulletin.too_late:
                continue
            bulletin.expect_turns()
            count = len(bulletin.editors)
            done = f"{'all editors' if count > 1 else 'the only editor'} had done the work by {bulletin.due:g} s"
            bulletin.expect_text(
                done
                if count
                else f"there are no editors; the report was there at {bulletin.due:g} s",
                bulletin.text,
                advice=THE_LAST,
            )


@check("When the time for all is over, work ends, and the text is returned as it is then", points=3)
def time_is_over(case: Case) -> None:
    for hour in bulletins(case):
        for bulletin in hour:
            bulletin.expect_report()
            late = bulletin.too_late
            if bulletin.cancelled_at is not None or bulletin.is_to_fail or late is None:
                continue
            bulletin.expect_turns()
            call = bulletin.run.calls.to(late.editor).first
            told = f"{bulletin.called} had a report at {bulletin.arrival:g} s; the time was over at {bulletin.over:g} s"
            if not same_time(late.ended, bulletin.over):
                bulletin.expect_text(told, bulletin.text, advice=WHAT_THERE_IS)
            elif not isinstance(late.after, Exception):
                bulletin.expect_text(told, late.after, bulletin.text, advice=WHAT_THERE_IS)
            elif call is None or not bulletin.act.heard(call):
                bulletin.expect_text(told, bulletin.text, advice=WHAT_THERE_IS)
            else:
                bulletin.expect_end(told, advice=WHAT_THERE_IS)
        hour[0].run.expect_nothing_left()


@check("An error, or a cancellation from outside, ends it at once", points=2)
def ends_at_once(case: Case) -> None:
    for hour in bulletins(case):
        for bulletin in hour:
            bulletin.expect_report()
            if bulletin.cancelled_at is not None:
                bulletin.expect_gave_way()
            elif bulletin.is_to_fail:
                bulletin.expect_turns()
                call = bulletin.failure
                assert call is not None
                who = "the wire"
                if call.service is not bulletin.wire:
                    who = bulletin.editor(bulletin.editors.index(call.service) + 1)  # type: ignore[arg-type]
                bulletin.run.expect_heard(
                    bulletin.act,
                    call,
                    bulletin.calls,
                    f"{who} failed at {call.ended:g} s ({call.failure})",
                    advice=LET_IT_OUT,
                )
                more = [each for each in bulletin.calls if each.order > (call.ended_order or 0)]
                for after in more:
                    bulletin.fail(
                        f"{who} failed at {call.ended:g} s ({call.failure}), and bulletin() called {after.method}() "
                        f"at {after.started:g} s",
                        at=after,
                        advice=LET_IT_OUT,
                    )


@question
def three_editors(case: Case) -> str | None:
    world = case.world()
    wire = world.add(Wire(0.0, "report"))
    took = {"checked": 6.0, "translated": 6.0, "shortened": 60.0}
    editors = [world.add(Editor(seconds, work)) for work, seconds in took.items()]
    run = world.observe("bulletin", wire, editors, 10.0)
    answers = {
        ("report, checked", 10.0): "all_together",
        ("report, checked, translated", 22.0): "each",
        ("report, checked, translated", 30.0): "three_times",
        ("report", 22.0): "nothing_of_it",
    }
    return answers.get((run.value, round(run.elapsed, 6)))
