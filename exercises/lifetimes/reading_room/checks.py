"""Checks for reading_room: a generator that is left in the middle."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from checker import (
    Act,
    BrokenResourceError,
    Call,
    Calls,
    Case,
    ClosedResourceError,
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
    ValueError("nobody can read this"),
    EndOfStream("there is no more"),
    KeyError("box 7"),
    TimeoutError("the expert is out"),
    ClosedResourceError("the archive is closed"),
    PermissionError("not for you"),
    RuntimeError("the lift is out of order"),
    BrokenResourceError("the shelf broke"),
    ValueError(""),
)

TROUBLE = ("wants", "give_back", "take", "fetch")
"""What may fail."""

LETTERS = ("a bill", "", "a recipe", "a map")
WANTED = (("a bill",), ("", "a map"), ("a recipe", "a map"), (), LETTERS, ("",))
"""What an expert may want."""

WAIT_FOR_IT = (
    "the generator stands at its `yield` when the loop is left, and its `finally` has not been run: see to it that it is "
    "run, and wait for that, before anything else is done"
)
ON_EVERY_WAY = (
    "give the box back on every way out of the loop: also if the expert fails, while the generator stands at its "
    "`yield`"
)


ONE_BY_ONE = (
    "fetch a box, take a letter, show it to the expert, and so on until the expert wants one or there is none left; then "
    "give the box back, and nothing else"
)


@dataclass
class Trouble:
    """One call that fails: the one of this method and number, from 1."""

    method: str = ""
    number: int = 0
    error: Exception | None = None

    def may_come(self, method: str) -> None:
        self.number -= method == self.method
        if self.error is not None and method == self.method and self.number == 0:
            raise self.error


@dataclass
class Room:
    """What the visitors to an archive share: its boxes, and a table for one of them."""

    boxes: Sequence[Sequence[str]]
    seconds: Mapping[str, float]
    on_table: int | None = None
    """The box that is there, or on its way there or back."""
    letters: list[str] = field(default_factory=list)


class Archive(Service):
    """An archive, as one of its visitors sees it: it brings boxes of letters, one at a time."""

    def __init__(self, room: Room, trouble: Trouble) -> None:
        self._room = room
        self._trouble = trouble

    def fetch(self, box: int) -> Generator[float, None, None]:
        room = self._room
        if room.on_table is not None:
            raise RuntimeError(f"box {room.on_table} is still on the table")
        room.on_table, room.letters = box, list(room.boxes[box])
        has_come = False
        try:
            yield room.seconds["fetch"]
            self._trouble.may_come("fetch")
            has_come = True
        finally:
            if not has_come:
                room.on_table = None

    def take(self, box: int) -> Generator[float, None, str | None]:
        yield from self._ask("take", box)
        return self._room.letters.pop(0) if self._room.letters else None

    def give_back(self, box: int) -> Generator[float, None, None]:
        yield from self._ask("give_back", box)
        self._room.on_table = None

    def _ask(self, method: str, box: int) -> Generator[float, None, None]:
        self._expect_on_table(box)
        yield self._room.seconds[method]
        self._expect_on_table(box)
        self._trouble.may_come(method)

    def _expect_on_table(self, box: int) -> None:
        if self._room.on_table != box:
            raise RuntimeError(f"box {box} is not on the table")


class Expert(Service):
    """Wants some letters, and others not."""

    def __init__(self, wanted: Sequence[str], seconds: float, trouble: Trouble) -> None:
        self.wanted = wanted
        self.latency = seconds
        self._trouble = trouble

    def wants(self, letter: str) -> bool:
        self._trouble.may_come("wants")
        return letter in self.wanted


@dataclass(frozen=True)
class Visit:
    """One call of first_letters."""

    archive: Archive
    room: Room
    expert: Expert
    boxes: Sequence[int]
    error: Exception | None
    """With which a call was to fail."""
    act: Act
    run: Run
    place: str
    """Which call it was, for the beginning of a message."""
    is_timed: bool

    @property
    def calls(self) -> Calls:
        """What it asked of the archive and the expert."""
        return self.run.calls.where(lambda call: call.service in (self.archive, self.expert))

    def to(self, method: str) -> Calls:
        return self.calls.where(lambda call: call.method == method)

    @property
    def failed(self) -> Call | None:
        """The call that failed as it was to."""
        error = self.error
        return self.calls.where(lambda call: error is not None and call.failed_with(error)).first

    @property
    def why(self) -> str:
        """What had failed, for the beginning of a message."""
        failed = self.failed
        return (
            ""
            if failed is None
            else f"{told(failed)} failed at {failed.ended:g} s with {failed.failure}; "
        )

    # --- the boxes ---

    def expect_given_back(self) -> None:
        """Each box was given back, once, before anything else was done."""
        fetches, backs = self.to("fetch"), self.to("give_back")
        for number, fetch in enumerate(fetches):
            box = fetch.given["box"]
            following = fetches[number + 1] if number + 1 < len(fetches) else None
            if fetch.failed_with(RuntimeError(f"box {box} is still on the table")):
                break  # It was fetched twice, and that of the first time has been told.
            if not fetch.done:
                continue
            again = next((f for f in fetches[number + 1 :] if f.given["box"] == box), None)
            mine = [
                call
                for call in backs.given(box=box)
                if fetch.order < call.order and (again is None or call.order < again.order)
            ]
            self._expect_back(box, fetch, mine, following)
        for back in backs:
            box = back.given["box"]
            before = [call for call in fetches.given(box=box) if call.order < back.order]
            on_table = (
                before and before[-1].done and not is_later(before[-1].ended or 0.0, back.started)
            )
            self.run.expect(
                on_table,
                f"{self.place}{self.why}box {box} was to be given back at {back.started:g} s, and it was not on the "
                "table",
                at=back,
                advice="give back a box only if it has been fetched",
                tells_error=True,
            )

    def _expect_back(
        self, box: int, fetch: Call, backs: Sequence[Call], following: Call | None
    ) -> None:
        seen = f"{self.place}{self.why}box {box} was on the table from {fetch.ended:g} s on"
        then = (
            f"box {following.given['box']} was fetched at {following.started:g} s"
            if following is not None
            else f"first_letters() ended at {self.act.ended:g} s"
        )
        back = next(iter(backs), None)
        advice = ON_EVERY_WAY if self.why else WAIT_FOR_IT
        if back is None:
            self.run.fail(
                f"{seen}; {then}, and box {box} had not been given back",
                at=following or fetch,
                advice=advice,
                tells_error=True,
            )
        if back.outcome == "cancelled":
            self.run.fail(
                f"{seen}; it was to be given back at {back.started:g} s, and that was cancelled at {back.ended:g} s",
                at=back,
                advice=advice,
                tells_error=True,
            )
        is_over = back.ended_order is not None and (
            (following is None and not is_later(back.ended or 0.0, self.act.ended))
            or (following is not None and back.ended_order < following.order)
        )
        if not is_over:
            self.run.fail(
                f"{seen}, and give_back() was called at {back.started:g} s"
                + (f" and ended at {back.ended:g} s" if back.ended is not None else "")
                + f"; {then}",
                at=following or back,
                advice=advice,
                tells_error=True,
            )
        self.run.expect(
            len(backs) == 1,
            f"{seen}, and was {often(len(backs), 'given back')}",
            at=backs[-1],
            advice="give each box back once, whatever comes of it",
            tells_error=True,
        )

    # --- the letters ---

    def steps(self) -> Iterator[tuple[str, object]]:
        """What was to be asked for, one after the other, if nothing failed."""
        for box in self.boxes:
            yield "fetch", box
            for letter in self.room.boxes[box]:
                yield "take", box
                yield "wants", letter
                if letter in self.expert.wanted:
                    break
            else:
                yield "take", box
            yield "give_back", box

    def expect_steps(self) -> None:
        """Everything was asked for that was to be, in this order, and nothing else, up to what failed."""
        made = [(call.method, next(iter(call.given.values()))) for call in self.calls]
        due = list(self.steps())
        failed = self.failed
        if failed is not None:
            until = next(n for n, call in enumerate(self.calls) if call is failed) + 1
            due = due[:until]
            if failed.method in ("take", "wants"):
                box = [arg for method, arg in due if method == "fetch"][-1]
                due.append(("give_back", box))
        for number, step in enumerate(due):
            if number < len(made) and same(made[number], step):
                continue
            called = said(made[number]) if number < len(made) else "nothing"
            self.run.fail(
                f"{self.place}{self.why}"
                + (
                    f"after {said(due[number - 1])} it called {called}"
                    if number
                    else f"it called {called} at first"
                )
                + f"; {said(step)} was due",
                at=self.calls[number] if number < len(made) else self.calls.last,
                advice=ONE_BY_ONE,
                tells_error=True,
            )
        extra = self.calls[len(due) :]
        self.run.expect(
            not extra,
            f"{self.place}{self.why}"
            + (
                f"after {said(due[-1])} it had nothing more to do"
                if due
                else "it had nothing to do"
            )
            + f", and called {said(made[len(due)]) if extra else ''}",
            at=extra[0] if extra else None,
            advice=ONE_BY_ONE,
            tells_error=True,
        )

    def expect_no_pause(self) -> None:
        """Each call began when the one before it had ended, and nothing came after the last."""
        moments = [(call.started, call.ended or call.started, call) for call in self.calls]
        ends = [self.act.started, *(end for _, end, _ in moments)]
        begins = [*(begin for begin, *_ in moments), self.act.ended]
        for number, (end, begin) in enumerate(zip(ends, begins, strict=True)):
            call = self.calls[number] if number < len(self.calls) else None
            before = (
                f"{told(self.calls[number - 1])} had ended at {end:g} s"
                if number
                else "it was called at {end:g} s"
            )
            self.run.expect(
                same_time(begin, end),
                f"{self.place}{self.why}{before}, and "
                + (f"{told(call)} began" if call is not None else "first_letters() ended")
                + f" at {begin:g} s",
                at=call,
                advice="make each call when the one before it has ended: no sooner, and wait for nothing else",
                late=call,
                tells_error=True,
            )

    # --- what came out ---

    def expect_letters(self) -> None:
        act, due = self.act, [self.letter(box) for box in self.boxes]
        if act.error is not None:
            told_ = act.explained()
            self.run.fail(
                f"{self.place}{told_.message}; no call had failed but for that",
                at=act.errors[0],
                advice=advise(act.errors[0], self.run.trace.backend)
                or "follow what happens when nothing goes wrong",
                tells_error=True,
            )
        self.run.expect(
            same(act.value, due),
            f"{self.place}it returned {shown(act.value)}; of {counted(len(due), 'box', 'boxes')} the expert wants {shown(due)}",
            advice='return the first letter from each box that the expert wants, even if it is "", and None if there is none',
        )

    def letter(self, box: int) -> str | None:
        return next((text for text in self.room.boxes[box] if text in self.expert.wanted), None)

    def expect_error(self, failed: Call) -> None:
        act = self.act
        self.run.expect(
            act.heard(failed),
            f"{self.place}{told(failed)} failed at {failed.ended:g} s with {failed.failure}; first_letters() "
            + (f"raised {act.raised}" if act.raised else "returned")
            + f" at {act.ended:g} s",
            at=failed,
            advice="let that very error out, alone or in a group, and raise nothing in its place",
            tells_error=True,
        )


def said(step: tuple[str, object]) -> str:
    """`take(3)`"""
    return f"{step[0]}({shown(step[1])})"


def told(call: Call) -> str:
    return said((call.method, next(iter(call.given.values()))))


@scene
def days(case: Case) -> Iterator[Visit]:
    """A few visitors, each to another archive, or to the same one when the last is gone."""
    for world in case.explore(orders=True):
        visits: list[Plan] = []
        for _ in range(case.size(1, 2)):
            follows = case.pick([True, False])
            before = visits[-1] if follows and visits else None
            visits.append(_draw(case, world, before, most=3 if visits else 6))
        yield from _play(world, visits)


@scene
def bad_days(case: Case) -> Iterator[Visit]:
    """A few visitors, each to another archive, and something else goes wrong for each of them."""
    for world in case.explore():
        first, error = case.integer(0, len(TROUBLE) - 1), case.integer(0, len(ERRORS) - 1)
        visits: list[Plan] = []
        for number in range(case.size(1, 4)):
            what = TROUBLE[(first + number) % len(TROUBLE)]
            trouble = Trouble(what, case.integer(1, 3), ERRORS[(error + number) % len(ERRORS)])
            visits.append(_draw(case, world, None, trouble))
            if case.pick([False, True]) and number:
                visits[-1][-1].after(visits[-2][-1])
        yield from _play(world, visits)


Plan: TypeAlias = tuple[Archive, Room, Expert, Sequence[int], Exception | None, Act]


def _draw(
    case: Case,
    world: World,
    before: Plan | None,
    trouble: Trouble | None = None,
    *,
    most: int = 3,
) -> Plan:
    """A visitor to the archive of the one before, when that one is gone, or to another one."""
    longest, trouble = case.pick([3.0, 900.0, 200_000.0]), trouble or Trouble()
    seconds = {
        method: case.duration(0.1, longest) for method in ("fetch", "take", "give_back", "wants")
    }
    boxes = [_fill(case) for _ in range(3)]
    room = before[1] if before else Room(boxes, seconds)
    archive = world.add(Archive(room, trouble))
    expert = world.add(Expert(case.pick(WANTED), seconds["wants"], trouble))
    start, step = case.integer(0, 2), case.pick([1, 2, 0])
    order = [(start + place * step) % 3 for place in range(case.size(0, most))]
    act = world.call("first_letters", archive, expert, order)
    return archive, room, expert, order, trouble.error, act.after(before[-1]) if before else act


def _fill(case: Case) -> list[str]:
    """A box of letters, of which some, or all, may be the same."""
    first, step = case.integer(0, len(LETTERS) - 1), case.pick([1, 2, 0])
    return [LETTERS[(first + number * step) % len(LETTERS)] for number in range(case.size(0, 4))]


def _play(world: World, visits: Sequence[Plan]) -> Iterator[Visit]:
    run = world.attempt_all(*(act for *_, act in visits))
    for number, (archive, room, expert, boxes, error, act) in enumerate(visits, 1):
        place = "" if len(visits) == 1 else f"in call {number} of {len(visits)}, "
        yield Visit(archive, room, expert, boxes, error, act, run, place, world.is_timed)


@check(
    "Each box is given back before the next is fetched, and before the call ends",
    points=3,
    advice=WAIT_FOR_IT,
)
def given_back(case: Case) -> None:
    for visit in days(case):
        visit.expect_given_back()
        visit.expect_letters()
        visit.run.expect_nothing_left()


@check(
    "No more letters are taken out than needed, and nobody waits for anything else",
    advice=ONE_BY_ONE,
)
def one_by_one(case: Case) -> None:
    for visit in days(case):
        visit.expect_given_back()
        visit.expect_letters()
        visit.expect_steps()
        if visit.is_timed:
            visit.expect_no_pause()


@check(
    "If something fails, the box is given back all the same, and the error comes out",
    points=2,
    advice=ON_EVERY_WAY,
)
def errors_come_out(case: Case) -> None:
    for visit in bad_days(case):
        visit.expect_given_back()
        failed = visit.failed
        if failed is None:
            visit.expect_letters()
        else:
            visit.expect_error(failed)
        visit.expect_steps()
        visit.expect_no_pause()


@question
def box_four(case: Case) -> str | None:
    world = case.world()
    seconds = dict.fromkeys(("fetch", "take", "give_back"), 1.0)
    boxes = [["a map", "a bill"]] * 5
    archive = world.add(Archive(Room(boxes, seconds), Trouble()))
    expert = world.add(Expert(["a map"], 1.0, Trouble()))
    run = world.observe("first_letters", archive, expert, [3, 4])
    fetched = run.calls_to("fetch").given(box=4).first
    if fetched is None:
        return "hangs" if run.is_deadlocked else None
    return "fetched" if fetched.done else "refused"
