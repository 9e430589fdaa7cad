"""Checks for leaked_permit: acquire, work, release."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from checker import Act, Call, Case, Run, Service, World, check, scene, takes

EVENING = 5000.0
"""Virtual seconds after which whatever came during the day is long done."""


class Renderer(Service):
    """Takes a time of its own for each picture, and refuses those that are none."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.postcards: dict[str, str | None] = {}

    @takes(lambda self, picture: self.seconds.get(picture, 1.0))
    def render(self, picture: str) -> str:
        postcard = self.postcards.get(picture)
        if postcard is None:
            raise ValueError(f"{picture} is not a picture")
        return postcard


@dataclass(frozen=True)
class Visit:
    """Somebody who sends a picture to a studio."""

    picture: str
    postcard: str | None
    """What should come back; None for what is no picture."""
    act: Act

    @property
    def cancelled_at(self) -> float | None:
        return self.act.record.cancelled_at


@dataclass(frozen=True)
class Day:
    """One studio, from its first visitor to the evening, when all its places are asked for at once."""

    renderer: Renderer
    limit: int
    visits: Sequence[Visit]
    run: Run

    def calls(self) -> list[Call]:
        return [call for call in self.run.calls if call.service is self.renderer]

    def expect_postcards(self) -> None:
        """Everybody who sent a picture and stayed got what the renderer made of it."""
        for visit in self.visits:
            if visit.postcard is not None and visit.cancelled_at is None:
                self.run.expect(
                    visit.act.value == visit.postcard,
                    f"for {visit.picture} the renderer made {visit.postcard!r}, and render() "
                    f"returned {visit.act.value!r}",
                )

    def expect_limit(self) -> None:
        """Never more pictures are in the renderer than the limit allows."""
        for start, end, inside, _ in self.stretches():
            if inside > self.limit:
                late = max(
                    (call for call in self.calls() if call.started <= start), key=lambda c: c.order
                )
                self.run.expect(
                    False,
                    f"from {start:g} s to {end:g} s {inside} pictures were in the renderer at the "
                    f"same time; the limit is {self.limit}",
                    at=late,
                )

    def expect_no_idle_place(self) -> None:
        """No place in the renderer is free while somebody waits for one."""
        for start, end, inside, waiting in self.stretches():
            self.run.expect(
                inside >= self.limit or not waiting,
                f"from {start:g} s to {end:g} s {inside} of {self.limit} "
                f"place{'s were' if self.limit > 1 else ' was'} taken, while "
                f"{waiting} picture{'s' if waiting > 1 else ''} waited",
            )

    def stretches(self) -> Iterator[tuple[float, float, int, int]]:
        """From when, until when, how many pictures were in the renderer, and how many waited."""
        inside = [(call.started, call.ended or call.started) for call in self.calls()]
        begun = {call.given["picture"]: call.started for call in self.calls()}
        waiting = [
            (visit.act.started, begun.get(visit.picture, visit.act.ended)) for visit in self.visits
        ]
        moments = sorted({moment for stretch in (*inside, *waiting) for moment in stretch})
        for start, end in pairwise(moments):
            if end - start > 1e-9:
                yield start, end, _covering(start, inside), _covering(start, waiting)


def _covering(moment: float, stretches: Sequence[tuple[float, float]]) -> int:
    return sum(start <= moment < end for start, end in stretches)


class Draw:
    """Draws visits to one studio."""

    def __init__(self, case: Case, world: World) -> None:
        self._case = case
        self.renderer = world.add(Renderer())
        self.limit = case.size(1, 8)
        self._studio = world.new("Studio", self.renderer, self.limit)

    def visit(self, at: float, *, broken: bool = False) -> Visit:
        number = len(self.renderer.postcards) + 1
        picture = f"{'file' if broken else 'photo'}-{number}.png"
        postcard = None if broken else f"card {self._case.random.getrandbits(32):08x}"
        self.renderer.postcards[picture] = postcard
        self.renderer.seconds[picture] = self._case.duration(0.1, 90.0)
        return Visit(picture, postcard, self._studio.render(picture).at(at))

    def moment(self) -> float:
        """All at once, or one after the other."""
        return self._case.pick([0.0, self._case.duration(0.0, 60.0)])

    def evening(self) -> list[Visit]:
        """One picture for each place, and one more."""
        return [self.visit(EVENING) for _ in range(self.limit + 1)]


@scene
def with_failures(case: Case) -> Iterator[list[Day]]:
    """Two studios, to which people send pictures and other files."""
    for world in case.explore():
        draws = [Draw(case, world) for _ in range(2)]
        visits = [
            [
                *(draw.visit(draw.moment(), broken=case.pick([True, False])) for _ in range(count)),
                *draw.evening(),
            ]
            for draw, count in zip(draws, (case.size(0, 12), case.size(0, 3)), strict=True)
        ]
        run = world.attempt_all(*(visit.act for each in visits for visit in each))
        yield [
            Day(draw.renderer, draw.limit, each, run)
            for draw, each in zip(draws, visits, strict=True)
        ]


@scene
def with_cancellations(case: Case) -> Iterator[Day]:
    """One studio, whose visitors leave at any time: after a while, or between any two steps."""
    for world in case.explore(cancel=True):
        draw = Draw(case, world)
        visits = []
        for _ in range(case.size(0, 12)):
            visit = draw.visit(draw.moment(), broken=case.pick([False, True]))
            if case.pick([True, False]):
                visit.act.cancel_after(case.duration(0.0, 90.0))
            visits.append(visit)
        visits += draw.evening()
        run = world.attempt_all(*(visit.act for visit in visits))
        yield Day(draw.renderer, draw.limit, visits, run)


@scene
def alone(case: Case) -> Iterator[Day]:
    """One visitor, for whom there is a place; sometimes with a file that is no picture, and sometimes
    one who leaves."""
    for world in case.explore(cancel=True):
        draw = Draw(case, world)
        visit = draw.visit(0.0, broken=case.pick([True, False]))
        if case.pick([True, False]):
            visit.act.cancel_after(case.duration(0.0, 90.0))
        run = world.attempt_all(visit.act)
        yield Day(draw.renderer, draw.limit, [visit], run)


@check(
    "Pictures that cannot be rendered give their permits back",
    points=2,
    advice="follow the code line by line for a picture for which the renderer raises ValueError",
)
def failures_give_back(case: Case) -> None:
    for days in with_failures(case):
        for day in days:
            day.expect_postcards()
            day.expect_limit()
            day.expect_no_idle_place()


@check(
    "Pictures that are cancelled give their permits back",
    points=2,
    advice="a cancellation is an exception at the await, and not one that `except Exception` sees",
)
def cancellations_give_back(case: Case) -> None:
    for day in with_cancellations(case):
        day.expect_postcards()
        day.expect_no_idle_place()


@check(
    "A picture that leaves the queue takes nobody else's permit along",
    advice="a task that is cancelled while it waits for a permit has none to give back",
)
def no_permit_from_the_queue(case: Case) -> None:
    for day in with_cancellations(case):
        day.expect_postcards()
        day.expect_limit()


@check(
    "The caller hears of an error, and can cancel",
    advice="give the permit back, and let the exception go on to whoever called",
)
def the_caller_hears(case: Case) -> None:
    for day in alone(case):
        (visit,) = day.visits
        cancelled, act = visit.cancelled_at, visit.act
        day.run.expect(
            len(day.calls()) == 1 or cancelled is not None,
            f"{visit.picture} was sent to the renderer {len(day.calls())} times, not once",
        )
        if cancelled is not None:
            day.run.expect(
                act.ended - cancelled < 1e-9,
                f"render() was cancelled at {cancelled:g} s, and went on until {act.ended:g} s",
                at=day.calls()[0] if day.calls() else None,
            )
            # It may have been done at that very moment.
            done = any(call.outcome in ("answered", "failed") for call in day.calls())
            day.run.expect(
                act.was_cancelled or done,
                f"render() was cancelled at {cancelled:g} s, and then "
                + ("raised an error of its own" if act.error else "returned as if nothing were"),
                at=day.calls()[0] if day.calls() else None,
            )
        elif visit.postcard is None:
            heard = [error.kind for error in act.errors]
            day.run.expect(
                "ValueError" in heard,
                f"the renderer raised ValueError for {visit.picture}, and render() "
                + (f"raised {heard[0]}" if heard else f"returned {act.value!r} to its caller"),
                at=day.calls()[0],
            )
        else:
            day.expect_postcards()
