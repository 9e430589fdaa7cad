"""A run that somebody plays: at each step they choose what the world lets happen, as the judge does.

The world is one in which the judge breaks the starter of an exercise, whoever wrote the program that
plays in it. To move is to give another number among its recorded choices, and to go back is to leave
numbers out: each position is a fresh run that stops where there is something to choose, so nothing
has to be kept alive.

What can be chosen is what the worlds of the check allow: which reply or time limit comes next; which
call fails, once, and with which error; which of the calls of the learner's code is cancelled, once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from random import Random
from typing import Final

from msgspec import structs

from checker.course import Check, Exercise
from checker.judge.attempt import Attempt, play, try_check
from checker.judge.choices import Replay
from checker.judge.decisive import decide
from checker.judge.grade import report_on, seed_of
from checker.judge.launch import Program, Sandbox
from checker.judge.record import record
from checker.judge.replay import Address, encode_token
from checker.judge.scheduler import Scheduler
from checker.judge.search.events import Events
from checker.judge.search.explore import PLAIN, Mishap
from checker.judge.search.strategies import PORTFOLIO
from checker.judge.service import error_kind, error_text
from checker.judge.setting import Setting
from checker.judge.story import tell_all
from checker.judge.trace import Call, Happening, Paused, Trace, seconds
from checker.judge.words import at_line, awaited, task_name, value_shown, waiter, which
from checker.recording import Decided, Ended, Move, Position
from checker.report import BACKENDS
from checker.seeds import Seed
from checker.submission import Source
from checker.translation import _, ngettext
from checker_sandbox.wire.plain import shortened

OTHERS: Final = 60
"""How many random orders are tried where the judge has broken the starter in time alone, and not by an
order."""

MAX_CALL: Final = 60
"""How many characters of a call are shown."""

Path = tuple[tuple[int, ...], ...]
"""The moves of a game, each by its index; one that has several ways is followed by that of its own."""


class NoGame(Exception):
    """There is nothing to play; the text says why, and what to do instead."""


@dataclass(frozen=True)
class Goal:
    """What is to be broken, and where."""

    check: Check
    start: Events
    """The world, in which nothing is chosen yet."""
    judged: Events
    """How the judge breaks the starter in it."""

    @property
    def moves(self) -> int:
        """How many moves the judge needs for that."""
        return self.judged.moves


def find_goal(
    exercise: Exercise,
    sandbox: Sandbox,
    backend: str,
    seed: Seed,
    check: Check | None = None,
    *,
    small: bool = True,
) -> Goal:
    """The first promise that the judge can break in the starter by what it lets happen, or `check`; in
    a world as small as it gets, or in the first one that was found. Raises `NoGame`."""
    has_choice = False
    for candidate in [check] if check is not None else exercise.checks:
        program = Program(exercise.starter, exercise.driver or b"")
        setting = Setting(sandbox, program, backend, explained=small)
        tried = try_check(candidate, setting, seed_of(candidate, exercise, seed))
        if tried.obstacle is not None:
            raise NoGame(tried.obstacle)
        has_choice = has_choice or tried.aims != PLAIN
        if tried.failure is None or tried.trace is None or tried.aims == PLAIN:
            continue
        broken = _broken(candidate, setting, tried)
        if broken is not None:
            start = replace(broken, mishap=Mishap(), orders=())
            return Goal(candidate, start, broken)
    if not has_choice:
        raise NoGame(
            _(
                "in {what} the network has nothing to choose: every call takes its time, exactly; "
                "`checker run {name}` shows what happens",
                what=exercise.name if check is None else f"`{check.name}`",
                name=exercise.short_name,
            )
        )
    raise NoGame(
        _(
            "on {backend} the judge itself finds no order, failure or cancellation that breaks {what}; try "
            "another check, another --seed or the other backend, or see with `checker run {name}` "
            "how it fails",
            backend=backend,
            what=_("the starter") if check is None else f"`{check.name}`",
            name=exercise.short_name,
        )
    )


def _broken(check: Check, setting: Setting, tried: Attempt) -> Events | None:
    """How the world that was `tried` breaks if replies come one at a time, where they may."""
    assert tried.trace is not None
    found = Events.of(tried.choices, tried.aims, len(tried.trace.acts))
    if not tried.aims.orders or found.explored:
        return found
    explored = replace(found, explored=True)
    first = play(check, setting, "", explored.replay())
    if first.failure is not None:
        return explored
    if first.trace is None:
        return None
    for number in range(OTHERS):
        scheduler = PORTFOLIO[number % len(PORTFOLIO)](Random(number), first.trace)
        other = play(check, setting, "", explored.replay(), scheduler=scheduler)
        if other.failure is not None and other.trace is not None:
            broken = Events.of(other.choices, other.aims, len(other.trace.acts))
            return _fewer(check, setting, broken)
    return found if found.moves else None


def _fewer(check: Check, setting: Setting, broken: Events) -> Events:
    """As few of its moves as break it still."""
    for place in range(len(broken.orders) - 1, -1, -1):
        if broken.orders[place]:
            orders = [*broken.orders[:place], 0, *broken.orders[place + 1 :]]
            if play(check, setting, "", broken.ordered(orders).replay()).failure is not None:
                broken = broken.ordered(orders)
    return broken


@dataclass(frozen=True)
class _Choice:
    """A move, and where it leads."""

    move: Move
    events: Events
    things: int
    """How many things have happened then."""


@dataclass(frozen=True)
class _Ways:
    """A move that can be made in one way, or in several."""

    what: str
    """What all of them do."""
    ways: tuple[_Choice, ...]

    @property
    def move(self) -> Move:
        if len(self.ways) == 1:
            return self.ways[0].move
        return Move(self.what, more=tuple(way.move for way in self.ways))


@dataclass(frozen=True)
class _Standing:
    """Where a run stands."""

    attempt: Attempt
    events: Events
    choices: Sequence[_Ways]
    """None if the run is over."""

    @property
    def trace(self) -> Trace:
        assert self.attempt.trace is not None
        return self.attempt.trace


class Game:
    """A program on one backend, in the world of a goal. All positions are derived from the moves."""

    def __init__(
        self, exercise: Exercise, source: Source, sandbox: Sandbox, backend: str, goal: Goal
    ) -> None:
        self.exercise = exercise
        self.source = source
        self.backend = backend
        self.goal = goal
        self._setting = Setting(
            sandbox, Program(source.content, exercise.driver or b""), backend, watched=True
        )
        self._standings: dict[Path, _Standing] = {}

    def position(self, path: Path) -> Position:
        """Where the run stands after these moves. Raises `IndexError` for one that there is not."""
        standing = self._standing(path)
        trace = standing.trace
        is_over = not standing.choices
        return Position(
            at=trace.elapsed,
            story=tuple(tell_all(trace)),
            under_way=() if is_over else tuple(_under_way(trace)),
            moves=tuple(each.move for each in standing.choices),
            taken=standing.events.moves,
            ended=self._ended(standing) if is_over else None,
        )

    @cached_property
    def judged(self) -> Ended:
        """How the run of the judge ends, with its own moves, in this program."""
        attempt = self._play(self.goal.judged)
        return self._ended(_Standing(attempt, self.goal.judged, ()))

    @cached_property
    def breaks_by_itself(self) -> bool:
        """Whether it breaks without any move."""
        return self._play(self.goal.start).failure is not None

    # --- where a run stands ---------------------------------------------------------------------

    def _standing(self, path: Path) -> _Standing:
        if path not in self._standings:
            if not path:
                standing = self._arrive(self.goal.start, 0)
            else:
                before = self._standing(path[:-1])
                number, *way = path[-1]
                choice = before.choices[number].ways[way[0] if way else 0]
                standing = self._arrive(choice.events, choice.things)
            self._standings[path] = standing
        return self._standings[path]

    def _arrive(self, events: Events, things: int) -> _Standing:
        """Where there is next something to choose, after so many things."""
        whole = self._play(events)
        happened = whole.trace.happened if whole.trace is not None else []
        mishap, aims = events.mishap, events.aims
        may_go_wrong = (aims.cancel and not mishap.moment) or (aims.fail and not mishap.call)
        for number in range(things, len(happened)):
            if not may_go_wrong and not (events.explored and happened[number].of > 1):
                continue
            stopped = self._play(events, number + 1)
            if stopped.trace is None or not isinstance(stopped.trace.ending, Paused):
                break  # It does not repeat; its whole run says what there is to say.
            choices = list(_choices(stopped.trace, stopped.trace.ending, events))
            if len(choices) > 1:
                return _Standing(stopped, events, choices)
        return _Standing(whole, events, ())

    def _play(self, events: Events, stop: int | None = None) -> Attempt:
        attempt = play(self.goal.check, self._setting, "", events.replay(), stop=stop)
        if attempt.trace is None:
            raise NoGame(attempt.obstacle or _("nothing was run"))
        return attempt

    # --- how it ended ---------------------------------------------------------------------------

    def _ended(self, standing: _Standing) -> Ended:
        attempt, check = standing.attempt, self.goal.check
        if attempt.obstacle is not None:
            raise NoGame(attempt.obstacle)
        broken = attempt.failure is not None
        message = report_on(check, self.backend, self.source, attempt).message
        address = Address(
            self.exercise.checks.index(check), BACKENDS.index(self.backend), attempt.played
        )
        token = encode_token(address, self.exercise.name)
        recording = record(
            standing.trace,
            exercise=self.exercise.name,
            title=self.exercise.title,
            check=check.title,
            token=token,
            passed=not broken,
            message=message,
            file=self.source.file,
            source=self.source.content,
        )
        if broken:
            decided = self._decided(attempt, token)
            recording = structs.replace(recording, decided=decided)
        return Ended(broken, message, recording)

    def _decided(self, attempt: Attempt, token: str) -> Decided | None:
        setting = replace(self._setting, watched=False)

        def again(replay: Replay, scheduler: Scheduler | None) -> Attempt:
            return play(self.goal.check, setting, "", replay, scheduler=scheduler)

        return decide(attempt, again, token)


# --- moves --------------------------------------------------------------------------------------


def _choices(trace: Trace, paused: Paused, events: Events) -> Iterator[_Ways]:
    """What can be chosen where a run stopped: first what comes by itself."""
    things = trace.steps
    made = sum(thing.of > 1 for thing in trace.happened) if events.explored else 0
    before = [*events.orders, *[0] * made][:made]
    enabled: Sequence[Happening] = paused.enabled
    if not events.explored:  # All that is due first comes at once.
        first = enabled[0]
        enabled = tuple(one for one in enabled if (one.kind, one.at) == (first.kind, first.at))

    def then(number: int, mishap: Mishap = events.mishap) -> Events:
        orders = before if not events.explored or len(enabled) < 2 else [*before, number]
        return events.with_mishap(mishap).ordered(orders)

    for number, one in enumerate(enabled if events.explored else enabled[:1]):
        what, line = _told(trace, one, 0 if events.explored else len(enabled) - 1)
        move = Move(what, line, number == 0)
        yield _Ways(what, (_Choice(move, then(number), things + 1),))
    errors = events.aims.fail
    if errors and not events.mishap.call:
        for number, one in enumerate(enabled):
            for call in one.calls:
                ways = tuple(
                    _Choice(
                        _failing(trace, trace.calls[call - 1], error),
                        then(number, replace(events.mishap, call=call, error=index)),
                        things + 1,
                    )
                    for index, error in enumerate(errors)
                )
                yield _Ways(_failing(trace, trace.calls[call - 1]).what, ways)
    if events.aims.cancel and not events.mishap.moment:
        ways = tuple(
            _Choice(
                Move(_cancelling(trace, act)),
                replace(
                    events,
                    mishap=replace(events.mishap, moment=2 * (things + 1), act=act),
                    orders=tuple(before),
                ),
                things,
            )
            for act, record in enumerate(trace.acts)
            if record.started is not None and record.ended is None and record.cancelled_at is None
        )
        if ways:
            yield _Ways(_("one of the calls is cancelled from outside, now"), ways)


def _told(trace: Trace, thing: Happening, others: int) -> tuple[str, int | None]:
    """What can happen next, in words, and at which line."""
    at = f"{seconds(thing.at):g} s"
    match thing.kind:
        case "reply":
            call = trace.calls[thing.calls[0] - 1]
            text = _(
                "the reply to {call} reaches {who}",
                call=_call(trace, call),
                who=_caller(trace, call),
            )
            if others:
                text = ngettext(
                    "{text}, and {number} more reply comes at the same time",
                    "{text}, and {number} more replies come at the same time",
                    others,
                    text=text,
                )
            return text, call.line
        case "deadline":
            return _("no reply: time passes until {at}, when a sleep or limit ends", at=at), None
        case "begin":
            return _("no reply: time passes until {at}, when the next call begins", at=at), None
    return _("no reply: time passes until {at}, when a call is cancelled", at=at), None


def _failing(trace: Trace, call: Call, error: Exception | None = None) -> Move:
    facts = {"call": _call(trace, call), "who": _caller(trace, call)}
    if error is None:
        return Move(_("{call} fails for {who}", **facts), call.line)
    kind, text = error_kind(error), shortened(error_text(error), MAX_CALL)
    said = f"{kind}: {text}" if text else kind
    return Move(_("{call} fails for {who} with {error}", error=said, **facts), call.line)


def _cancelling(trace: Trace, act: int) -> str:
    record = trace.acts[act]
    begun = f"{record.started or 0.0:g} s"
    alike = sum(other.function == record.function for other in trace.acts)
    if alike == 1:
        return _("{function}() is cancelled from outside, now", function=record.function)
    return _(
        "{function}(), call {number}, begun at {at}, is cancelled from outside, now",
        function=record.function,
        number=act + 1,
        at=begun,
    )


def _under_way(trace: Trace) -> Iterator[str]:
    """What each task waits for, with the calls and the times of their replies."""
    ending = trace.ending
    assert isinstance(ending, Paused)
    due = {call: one.at for one in ending.enabled for call in one.calls}
    for call in trace.calls:
        if call.outcome == "pending":
            yield _(
                "{who}{where}: {call}, due at {due}",
                who=_caller(trace, call),
                where=at_line(call.line),
                call=_call(trace, call),
                due=f"{seconds(due.get(call.number, 0)):g} s",
            )
    for wait in ending.waits:
        # A task that waits for its children says nothing that these do not say.
        if wait.what.kind not in ("reply", "turn", "children"):
            yield _(
                "{who}{where} waits for {what}",
                who=waiter(wait),
                where=at_line(wait.line),
                what=awaited(trace, wait.what),
            )
    for one in ending.enabled:
        if one.kind == "deadline":
            yield _("the next sleep or time limit ends at {at}", at=f"{seconds(one.at):g} s")


def _caller(trace: Trace, call: Call) -> str:
    if call.thread:
        return _("worker thread {number}", number=call.thread)
    return task_name(trace, call.task)


def _call(trace: Trace, call: Call) -> str:
    given = [*map(value_shown, call.arguments)]
    given += [f"{name}={value_shown(value)}" for name, value in call.keywords.items()]
    return shortened(f"{call.method}({', '.join(given)}){which(trace, call)}", MAX_CALL)
