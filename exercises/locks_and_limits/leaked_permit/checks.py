"""Checks for leaked_permit: acquire, work, release."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from checker import Act, Case, Instance, Run, Service, World, check, scene, takes


@dataclass(frozen=True)
class Picture:
    name: str
    seconds: float
    """How long the renderer takes for it."""
    postcard: str | None
    """None if it cannot be rendered."""


class Renderer(Service):
    def __init__(self, gallery: Sequence[Picture]) -> None:
        self.gallery = {picture.name: picture for picture in gallery}

    @takes(lambda self, picture: self.gallery[picture].seconds)
    def render(self, picture: str) -> str:
        postcard = self.gallery[picture].postcard
        if postcard is None:
            raise ValueError(f"{picture} is not a picture")
        return postcard


@dataclass(frozen=True)
class Visit:
    """Somebody who wants a picture rendered."""

    picture: Picture
    act: Act


@dataclass(frozen=True)
class Studio:
    limit: int
    renderer: Renderer
    visits: Sequence[Visit]


@dataclass(frozen=True)
class Day:
    """All that happened in one or more studios."""

    studios: Sequence[Studio]
    run: Run

    def expect_full_use(self) -> None:
        """At any time there were as many in the renderer as there may be, if so many were there."""
        for studio in self.studios:
            calls = [call for call in self.run.calls if call.service is studio.renderer]
            acts = [visit.act for visit in studio.visits]
            moments = {call.started for call in calls} | {call.ended or 0.0 for call in calls}
            moments |= {act.started for act in acts} | {act.ended for act in acts}
            for begin, end in pairwise(sorted(moments)):
                if end - begin < 1e-6:
                    continue  # What happens in one instant happens in any order.
                inside = [c for c in calls if c.started <= begin and (c.ended or 0.0) >= end]
                waiting = sum(a.started <= begin and a.ended >= end for a in acts) - len(inside)
                self.run.expect(
                    len(inside) <= studio.limit,
                    f"at {begin:g} s {len(inside)} pictures were in the renderer at the same time; "
                    f"the limit is {studio.limit}",
                    at=inside[-1] if inside else None,
                    advice="somebody gets in without a permit, or gives back one that was never taken: "
                    "follow the code for each way in, and for each way out",
                )
                self.run.expect(
                    waiting <= 0 or len(inside) == studio.limit,
                    f"from {begin:g} s to {end:g} s {pictures(waiting)} waited, with {len(inside)} in "
                    f"the renderer and a limit of {studio.limit}",
                    advice="find out who had the free places last: does each way out of the renderer, an "
                    "error and a cancellation included, give its place back at once, to whoever waits?",
                )

    def expect_outcomes(self) -> None:
        """Whoever was not cancelled got the postcard or the error; whoever was could leave at once.
        Nobody had a picture rendered twice."""
        for studio in self.studios:
            sent = Counter(visit.picture.name for visit in studio.visits)
            calls = [call for call in self.run.calls if call.service is studio.renderer]
            rendered = Counter(call.given.get("picture") for call in calls)
            for name, times in sent.items():
                self.run.expect(
                    rendered[name] <= times,
                    f"{name} was sent {often(times)}, and the renderer was asked for it "
                    f"{often(rendered[name])}",
                    at=next((c for c in reversed(calls) if c.given.get("picture") == name), None),
                    advice="have a picture rendered once for each call that sends it, and not again",
                )
        for visit in (visit for studio in self.studios for visit in studio.visits):
            act, picture = visit.act, visit.picture
            if act.record.cancelled_at is not None:
                stayed = act.ended - act.record.cancelled_at
                self.run.expect(
                    stayed < 1e-6,
                    f"render() was cancelled {act.record.cancelled_at - act.started:g} s after it "
                    f"was called, and went on for {stayed:g} s as if nothing were",
                    advice="let a cancellation out at once: do not shield the wait or the rendering",
                )
            if act.was_cancelled and act.record.cancelled_at is not None:
                continue
            if picture.postcard is not None:
                self.run.expect(
                    act.error is None and act.value == picture.postcard,
                    f"the renderer makes {picture.postcard!r} of {picture.name}, and render() "
                    f"{came_of(act)}",
                    advice="return what the renderer made of this picture, whatever it is",
                )
            else:
                self.run.expect(
                    [(error.kind, error.message) for error in act.errors]
                    == [("ValueError", f"{picture.name} is not a picture")],
                    f"the renderer raised ValueError for {picture.name}, and render() "
                    f"{came_of(act)}",
                )


def came_of(act: Act) -> str:
    if act.was_cancelled:
        return "let itself be cancelled, though nobody had cancelled it"
    if act.error is not None:
        return f"raised {' and '.join(error.kind for error in act.errors)}"
    return f"returned {act.value!r}"


def draw_gallery(case: Case, *, least: float, most: float, broken: bool) -> list[Picture]:
    """A few pictures, of which some cannot be rendered if any may be `broken`."""
    gallery = []
    for number in range(case.size(1, 8)):
        is_broken = case.pick([False, True]) and broken
        name = f"{'broken' if is_broken else 'photo'}-{number + 1}.png"
        card = case.pick([f"card {case.random.getrandbits(32):08x}", ""])
        postcard = None if is_broken else card
        gallery.append(Picture(name, case.duration(least, most), postcard))
    return gallery


def run(world: World, *studios: Studio) -> Day:
    acts = [visit.act for studio in studios for visit in studio.visits]
    return Day(studios, world.attempt_all(*acts))


@scene
def failures(case: Case) -> Iterator[Day]:
    """People come to two studios, with pictures of which some cannot be rendered."""
    for world in case.explore(late=True):
        limit = case.size(1, 52)
        yield run(world, draw_studio(case, world, limit, 1), draw_studio(case, world, limit, 8))


def draw_studio(case: Case, world: World, limit: int, most_waiting: int) -> Studio:
    plans = [
        (case.integer(0, 7), case.duration(0.0, 3.0), case.integer(0, 3) == 3)
        for _ in range(limit + case.size(0, most_waiting))
    ]
    gallery = draw_gallery(case, least=0.5, most=case.pick([9.0, 9_000.0]), broken=True)
    renderer = world.add(Renderer(gallery))
    studio = world.new("Studio", renderer, limit)
    visits: list[Visit] = []
    for index, at, follows in plans:
        picture = gallery[index % len(gallery)]
        act = studio.render(picture.name).at(at)
        if follows and visits:
            act.after(visits[-1].act)  # At the very moment at which a place comes free.
        visits.append(Visit(picture, act))
    return Studio(limit, renderer, visits)


@scene
def departures(case: Case) -> Iterator[Day]:
    """Some leave while their picture is in the renderer; afterwards all places are needed."""
    for world in case.explore():
        limit = case.size(1, 6)
        leaving = [case.duration(0.5, 5.0) for _ in range(case.size(1, limit))]
        gallery = draw_gallery(case, least=10.0, most=90.0, broken=False)
        renderer = world.add(Renderer(gallery))
        studio = world.new("Studio", renderer, limit)
        acts = [studio.render(gallery[0].name).cancel_after(seconds) for seconds in leaving]
        visits = [Visit(gallery[0], act) for act in acts]
        visits += crowd(case, studio, gallery, limit, at=40.0)
        yield run(world, Studio(limit, renderer, visits))


@scene
def queues(case: Case) -> Iterator[Day]:
    """The studio is full; some leave wherever they are: in the queue, in the renderer, between."""
    for world in case.explore(cancel=True):
        limit = case.pick([1, 2])
        leaving_early = [False, True, *(case.pick([False, True]) for _ in range(case.size(0, 2)))]
        plans = [
            (
                case.integer(0, 7),
                case.duration(0.0, 2.0),
                case.duration(0.5, 2.5) if leaves else None,
            )
            for leaves in leaving_early
        ]
        leaving = case.duration(5.0, 9.0)
        gallery = draw_gallery(case, least=10.0, most=30.0, broken=True)
        renderer = world.add(Renderer(gallery))
        studio = world.new("Studio", renderer, limit)
        full = [studio.render(gallery[0].name) for _ in range(limit)]
        full[0].cancel_after(leaving)
        visits = [Visit(gallery[0], act) for act in full]
        for index, at, patience in plans:
            picture = gallery[index % len(gallery)]
            act = studio.render(picture.name).at(at)
            visits.append(Visit(picture, act if patience is None else act.cancel_after(patience)))
        visits += crowd(case, studio, gallery, limit, at=200.0)
        yield run(world, Studio(limit, renderer, visits))


@scene
def callers(case: Case) -> Iterator[Day]:
    """There is room for all; some leave, and some pictures cannot be rendered."""
    for world in case.explore():
        plans = [
            (case.integer(0, 7), case.pick([0, 1]), case.duration(0.5, 5.0))
            for _ in range(case.size(1, 5))
        ]
        limit = len(plans) + case.size(0, 3)
        gallery = draw_gallery(case, least=0.5, most=9.0, broken=True)
        renderer = world.add(Renderer(gallery))
        studio = world.new("Studio", renderer, limit)
        visits = []
        for index, leaves, patience in plans:
            picture = gallery[index % len(gallery)]
            act = studio.render(picture.name)
            visits.append(Visit(picture, act.cancel_after(patience) if leaves else act))
        yield run(world, Studio(limit, renderer, visits))


def crowd(
    case: Case, studio: Instance, gallery: Sequence[Picture], limit: int, *, at: float
) -> list[Visit]:
    """One more than there are places, when all the others are gone."""
    return [
        Visit(picture, studio.render(picture.name).at(at))
        for picture in (case.pick(gallery) for _ in range(limit + 1))
    ]


def pictures(count: int) -> str:
    return f"{count} picture{'' if count == 1 else 's'}"


def often(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


@check(
    "Pictures that cannot be rendered give their permits back",
    points=2,
    advice="follow the code line by line for a picture for which the renderer raises ValueError",
)
def failures_give_back(case: Case) -> None:
    for day in failures(case):
        day.expect_full_use()
        day.expect_outcomes()


@check(
    "Pictures that are cancelled give their permits back",
    points=2,
    advice="a cancellation is an exception at the await, and not one that `except Exception` sees",
)
def cancellations_give_back(case: Case) -> None:
    for day in departures(case):
        day.expect_full_use()
        day.expect_outcomes()


@check(
    "A caller that leaves the queue gives back no permit, since it never had one",
    advice="whoever got a permit gives it back, and whoever got none gives none back; follow the code "
    "for a task that is cancelled while it waits for its permit, or just as it gets one",
)
def no_permit_from_the_queue(case: Case) -> None:
    for day in queues(case):
        day.expect_full_use()
        day.expect_outcomes()


@check(
    "The caller hears of an error, and can cancel",
    advice="give the permit back, and let the exception go on to whoever called",
)
def the_caller_hears(case: Case) -> None:
    for day in callers(case):
        day.expect_outcomes()
