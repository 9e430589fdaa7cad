"""Checks for green_on_mine: a test that is green on right programs, red on wrong ones, and never guesses."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from checker import (
    Act,
    Case,
    CheckFailed,
    ErrorTree,
    Run,
    Service,
    advise,
    check,
    question,
    same_time,
    scene,
)

ONE_MORE = "that let in one car more than there are places"
ONE_LESS = "that let in one car less than there are places"
TWO_OUT = "that make room for two cars whenever one leaves"
NOBODY_AFTER = "that never let in a car that has had to wait"
ALL_OUT_FIRST = "that let in those who wait only when all others have left"
LAST_FIRST = "that let in first whoever came last"
NEVER_EMPTY = "whose leave() does not raise RuntimeError if no car is inside"
ANOTHER_ERROR = "whose leave() raises ValueError, and not RuntimeError, if no car is inside"
REFUSED_MAKES_ROOM = "in which a leave() that raises RuntimeError still makes room for one car more"
GONE_LETS_IN = "in which a car that gives up makes room for another one"
GONE_TAKES_PLACE = "in which a car that has given up takes the next place"

FAULTS = {
    ONE_MORE: "let one car more come than there are places, wait until all is quiet, and look who is inside",
    LAST_FIRST: "let two cars wait, let one leave, and look which of the two is inside",
    GONE_TAKES_PLACE: "let a car wait and give up, let one leave, and look whether the next one is let in",
    NOBODY_AFTER: "let a car wait, let another one leave, and look whether the one that waited is inside",
    TWO_OUT: "let two cars wait, let one leave, and look whether only one of the two is inside",
    NEVER_EMPTY: "call leave() when no car is inside, and be red if it returns",
    REFUSED_MAKES_ROOM: "call leave() when no car is inside, and look how many cars are let in after that",
    ALL_OUT_FIRST: "let a car wait, let one of two leave, and look whether the one that waited is inside",
    GONE_LETS_IN: "let two cars wait and one of them give up, and look whether the other one is still kept out",
    ANOTHER_ERROR: "call leave() when no car is inside, and accept RuntimeError alone",
    ONE_LESS: "let as many cars come as there are places, wait until all is quiet, and look who is inside",
}
"""What may be wrong with car parks, as a message says it, and what shows it. The order of the tests begins
anywhere in it."""

MOST_TURNS = 3


class CarPark(Service):
    """Lets cars in and out, in no time but in some turns of the event loop; it may have a fault."""

    latency = 0.0

    def __init__(self, places: int, fault: str | None, turns: int) -> None:
        self.places = places
        self.inside = 0
        self._fault = fault
        self._turns = turns
        self._most = places + {ONE_MORE: 1, ONE_LESS: -1}.get(fault or "", 0)
        self._waiting: list[object] = []
        self._kept_out: list[object] = []
        self._gone: list[object] = []

    def enter(self) -> Iterator[float | Callable[[], object]]:
        car = object()
        self._waiting.append(car)
        is_inside = False
        try:
            yield lambda: self._lets_in(car)
            self._waiting.remove(car)
            self.inside += 1
            is_inside = True
            yield from self._some_turns()
        except GeneratorExit:
            self._give_up(car, is_inside)
            raise

    def leave(self) -> Iterator[float]:
        if self.inside <= 0 and self._fault != NEVER_EMPTY:
            if self._fault == REFUSED_MAKES_ROOM:
                self._most += 1
            kind = ValueError if self._fault == ANOTHER_ERROR else RuntimeError
            raise kind("no car is inside")
        self.inside -= 2 if self._fault == TWO_OUT else 1
        if self._gone:
            self._gone.pop()
            self.inside += 1
        yield from self._some_turns()

    def _some_turns(self) -> list[float]:
        """As many as it takes until the next call of all returns: each takes another number of them."""
        self._turns = (self._turns + 1) % (MOST_TURNS + 1)
        return [0.0] * self._turns

    def _lets_in(self, car: object) -> bool:
        is_next = self._waiting[-1 if self._fault == LAST_FIRST else 0] is car
        has_room = self.inside < self._most
        if car in self._kept_out:
            if self._fault == NOBODY_AFTER:
                has_room = False
            if self._fault == ALL_OUT_FIRST:
                has_room = self.inside == 0
        elif not has_room:
            self._kept_out.append(car)
        return is_next and has_room

    def _give_up(self, car: object, is_inside: bool) -> None:
        if is_inside:
            self.inside -= 1
            return
        self._waiting.remove(car)
        if self._fault == GONE_LETS_IN:
            self.inside -= 1
        if self._fault == GONE_TAKES_PLACE:
            self._gone.append(car)


class Builder(Service):
    """Builds car parks that all have the same fault, or none."""

    latency = 0.0

    def __init__(self, fault: str | None, turns: int) -> None:
        self._fault = fault
        self._turns = turns

    def build(self, places: int) -> CarPark:
        if places < 1:
            raise ValueError("a car park has at least one place")
        return CarPark(places, self._fault, self._turns)


def _about(error: ErrorTree, backend: str) -> str | None:
    """What the kit knows of an error; a test that is red has failed for a reason of its own."""
    return None if error.kind == "AssertionError" else advise(error, backend)


@dataclass(frozen=True)
class Tested:
    """Tests of several builders, one after the other."""

    run: Run
    tests: list[tuple[str | None, Act]]
    """What was wrong with the car parks, and the test of them."""

    def expect_green_on_right_ones(self) -> None:
        for fault, act in self.tests:
            if fault is not None:
                continue
            if act.error is not None:
                self.run.fail(
                    f"on car parks that are right, test_car_park() raised {act.raised}",
                    at=act.errors[0],
                    advice=_about(act.errors[0], self.run.trace.backend)
                    or "before you look, wait until all other tasks are blocked, however many turns that takes; and if it "
                    "matters which car comes first, wait like that before you start the next one",
                    tells_error=True,
                )
            self.run.expect(
                act.elapsed == 0,
                f"on car parks that are right, test_car_park() took {act.elapsed:g} s",
                advice="let no time pass: wait for an event, or until all other tasks are blocked",
            )

    def expect_red_on(self, *faults: str) -> None:
        for fault, act in self.tests:
            if fault in faults:
                self.run.expect(
                    act.error is not None,
                    f"on car parks {fault}, test_car_park() returned, as if they were right",
                    advice=FAULTS[fault],
                )


@scene
def tests(case: Case) -> Iterator[Tested]:
    """All kinds of car parks, or some of them, in an order that nobody knows."""
    for world in case.explore():
        first, turns = case.integer(0, len(FAULTS) - 1), case.integer(0, MOST_TURNS)
        kinds: list[str | None] = [*FAULTS]
        kinds = kinds[first:] + kinds[:first]
        for _ in range(2):
            kinds.insert(case.integer(0, len(kinds)), None)
        kinds = kinds[: case.integer(1, len(kinds))]
        acts: list[Act] = []
        for number, fault in enumerate(kinds):
            builder = Builder(fault, (number + turns) % (MOST_TURNS + 1))
            act = world.call("test_car_park", builder)
            acts.append(act.after(acts[-1]) if acts else act)
        try:
            run = world.attempt_all(*acts)
        except CheckFailed as failed:
            # What the kit says of a test that never ends, with what it was testing.
            for kind, act in zip(kinds, acts, strict=True):
                if act.record.ended is not None:
                    continue
                failed.message = f"on car parks {kind or 'that are right'}: {failed.message}"
                if kind is not None:
                    failed.advice = (
                        "where a car may be kept out for ever, wait until all is quiet, look, and be red if it "
                        "is not inside"
                    )
                break
            raise
        yield Tested(run, [*zip(kinds, acts, strict=True)])


@check(
    "The test is green on right car parks, and takes no time",
    points=2,
    advice="wait for what has to happen, and guess at no time",
)
def green_on_right_ones(case: Case) -> None:
    for tested in tests(case):
        tested.expect_green_on_right_ones()
        tested.run.expect_nothing_left()


@check(
    "It is red if too many cars are inside, or too few",
    points=2,
    advice="look at who is inside whenever that may have changed",
)
def red_on_wrong_numbers(case: Case) -> None:
    for tested in tests(case):
        tested.expect_green_on_right_ones()
        tested.expect_red_on(ONE_MORE, TWO_OUT, ONE_LESS, NOBODY_AFTER, ALL_OUT_FIRST)


@check(
    "It is red if cars are let in out of turn, and if there is nobody to leave",
    advice="let at least two cars wait, and let one more leave than there are",
)
def red_on_wrong_turns(case: Case) -> None:
    for tested in tests(case):
        tested.expect_green_on_right_ones()
        tested.expect_red_on(LAST_FIRST, NEVER_EMPTY, ANOTHER_ERROR, REFUSED_MAKES_ROOM)


@check(
    "It is red if a car that gives up is not gone",
    advice="let a car wait, and give up while another one waits behind it",
)
def red_on_those_who_give_up(case: Case) -> None:
    for tested in tests(case):
        tested.expect_green_on_right_ones()
        tested.expect_red_on(GONE_LETS_IN, GONE_TAKES_PLACE)


@question
def last_first(case: Case) -> str | None:
    world = case.world()
    run = world.observe("test_car_park", Builder(LAST_FIRST, 1))
    if run.is_deadlocked:
        return "hangs"
    if run.error is None:
        return "passes"
    return "fails" if same_time(run.elapsed, 0.5 + 1) else "time"
