"""Checks for leaked_permit: acquire, work, release."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from checker import (
    Act,
    Call,
    Calls,
    Case,
    CheckFailed,
    Failure,
    Instance,
    Run,
    Service,
    World,
    advise,
    check,
    counted,
    often,
    question,
    scene,
    takes,
    were,
)

RETURNED = "returned"
REFUSED = "failed with ValueError"
IN_THE_RENDERER = "been cancelled in the renderer"
BEFORE_ITS_TURN = "been cancelled before getting a place"
FOLLOW = {
    RETURNED: "follow studio.render() for a picture that is rendered: its permit must be given back once, "
    "and at once",
    REFUSED: "follow studio.render() line by line for a picture for which the renderer raises ValueError: how many "
    "permits does it give back?",
    IN_THE_RENDERER: "follow studio.render() for a picture that is cancelled in the renderer: a cancellation is an "
    "exception, but not an `Exception`, and any further `await` is cancelled, too",
    BEFORE_ITS_TURN: "follow studio.render() for a caller that is cancelled while it waits for a permit, or just "
    "as it gets one: it must give back what it got, and nothing else",
}
FOLLOW_EACH = (
    "follow studio.render() for each of these: does it give back its permit, once, and at once?"
)
SEVERAL = "in several ways"
TAKE_ONE = (
    "let each picture take one of the studio's `limit` permits before the renderer is asked, and give it back once, "
    "when the renderer is done with it"
)
LET_IT_OUT = "let the exception reach the caller: whatever catches it must raise it again"
TO_EACH = "two people may send the same picture: what happens to one must not reach the other"


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
            calls = self.calls_in(studio)
            acts = [visit.act for visit in studio.visits]
            moments = {call.started for call in calls} | {call.ended or 0.0 for call in calls}
            moments |= {act.started for act in acts} | {act.ended for act in acts}
            stretches = [
                (begin, end, [c for c in calls if c.started <= begin and (c.ended or 0.0) >= end])
                for begin, end in pairwise(sorted(moments))
                if end - begin >= 1e-6  # What happens in one instant happens in any order.
            ]
            # Apart, so that no limit at all does not end up in a run that shows one too many.
            for begin, _, inside in stretches:
                if len(inside) > studio.limit + 1:
                    raise self.crowded(studio, begin, inside)
            for begin, end, inside in stretches:
                waiting = sum(a.started <= begin and a.ended >= end for a in acts) - len(inside)
                if len(inside) > studio.limit:
                    raise self.crowded(studio, begin, inside)
                if waiting > 0 and len(inside) < studio.limit:
                    raise self.idle(studio, begin, end, len(inside), waiting)

    def calls_in(self, studio: Studio) -> Calls:
        return self.run.calls.to(studio.renderer)

    def crowded(self, studio: Studio, moment: float, inside: Sequence[Call]) -> CheckFailed:
        """Why there are too many `inside` the renderer, as far as that can be told."""
        opening = self.before_what(studio, moment)
        who_left, way = self.tell_who_left(studio, moment)
        advice = FOLLOW[way] if way in (REFUSED, BEFORE_ITS_TURN) else TAKE_ONE
        if self.is_quiet(moment):
            who_left = "the last of them had waited until then, and no place had come free"
            advice = "let nobody in without a permit, however long the wait"
        seen = f"{opening}at {moment:g} s {pictures(len(inside))} were in the renderer at the same time"
        seen += f"; the limit is {studio.limit}"
        if who_left:
            seen += f"; {who_left}"
        return CheckFailed(seen, inside[-1].line, advice)

    def idle(
        self, studio: Studio, begin: float, end: float, inside: int, waiting: int
    ) -> CheckFailed:
        """Why there are too few in the renderer, as far as that can be told."""
        opening, among = self.before_what(studio, begin), ""
        who_left, way = self.tell_who_left(studio, begin)
        advice = FOLLOW.get(way, FOLLOW_EACH)
        others = [call for call in self.run.calls if call.service is not studio.renderer]
        elsewhere = sum(call.started <= begin < (call.ended or 0.0) for call in others)
        if self.is_quiet(end):
            who_left = f"the next got in at {end:g} s, when nothing else happened"
            advice = "wake a call that waits the moment a place comes free"
        elif not way:
            advice = "let in `limit` pictures at a time, and not one fewer"
            names = [v.picture.name for v in studio.visits if v.act.started <= begin < v.act.ended]
            if len(set(names)) < len(names):
                advice += ", even equal ones"
            if elsewhere:
                among = f"while another studio had {pictures(elsewhere)} in its own renderer, "
                if opening:
                    among = f"and {among}"
                advice += ", whatever another studio has in its own renderer"
        elif (most := self.calls_in(studio).most_in_flight) < studio.limit:
            advice += "; or was there one permit fewer from the start? There was never more than "
            advice += f"{pictures(most)} in the renderer at a time"
        done = sum(
            c.service is studio.renderer and c.ended is not None and c.ended <= begin
            for c in self.run.calls
        )
        out = [visit for visit in studio.visits if visit.act.ended <= begin + 1e-6]
        if done - sum(self.way_out(studio, visit) != BEFORE_ITS_TURN for visit in out) >= waiting:
            return CheckFailed(
                f"by {begin:g} s the renderer was done with a picture, and studio.render() went on until "
                f"{end:g} s",
                None,
                "end studio.render() as soon as the renderer is done with its picture",
            )
        free = studio.limit - inside
        places = f"{free} of {studio.limit} places {were(free)}"
        if free == studio.limit:
            places = "the only place was" if free == 1 else f"all {free} places were"
        seen = f"{opening}{among}{pictures(waiting)} waited from {begin:g} s to {end:g} s, though "
        seen += f"{places} free in the studio"
        if who_left:
            seen += f"; {who_left}"
        return CheckFailed(seen, None, advice)

    def before_what(self, studio: Studio, moment: float) -> str:
        """What had not happened in a studio yet, to open a message, where no picture had failed or been
        cancelled there: a check asks what comes of that, and something else is wrong."""
        left = [visit for visit in studio.visits if visit.act.ended <= moment + 1e-6]
        if all(self.way_out(studio, visit) == RETURNED for visit in left):
            return "before any picture had failed or been cancelled in this studio, "
        return ""

    def is_quiet(self, moment: float) -> bool:
        """Whether nobody came or left at that moment, and no picture was done."""
        acts = [visit.act for studio in self.studios for visit in studio.visits]
        moments = [act.started for act in acts] + [act.ended for act in acts]
        moments += [call.ended or 0.0 for call in self.run.calls]
        return all(abs(other - moment) > 1e-6 for other in moments)

    def tell_who_left(self, studio: Studio, moment: float) -> tuple[str, str]:
        """Who left the studio last by that moment, if anybody; and how, unless in several ways."""
        left = [visit for visit in studio.visits if visit.act.ended <= moment + 1e-6]
        just_now = [visit for visit in left if visit.act.ended > moment - 1e-6]
        ways = Counter(self.way_out(studio, visit) for visit in just_now or left)
        if not ways:
            return "", ""
        told = ", ".join(
            f"{counted(number, 'call')} {'had just' if just_now else 'had'} {way}"
            for way, number in sorted(ways.items())
        )
        return f"by then {told}", next(iter(ways)) if len(ways) == 1 else SEVERAL

    def way_out(self, studio: Studio, visit: Visit) -> str:
        act = visit.act
        if not act.was_cancelled:
            return f"failed with {act.errors[0].kind}" if act.error is not None else RETURNED
        ends = {
            call.outcome
            for call in self.run.calls
            if call.service is studio.renderer
            and call.given.get("picture") == visit.picture.name
            and abs((call.ended or 0.0) - act.ended) < 1e-6
        }
        if "cancelled" in ends:
            return IN_THE_RENDERER
        return "been cancelled after leaving the renderer" if ends else BEFORE_ITS_TURN

    def expect_outcomes(self) -> None:
        """Whoever was not cancelled got the postcard or the error; whoever was could leave at once.
        Nobody had a picture rendered twice."""
        for studio in self.studios:
            sent = Counter(visit.picture.name for visit in studio.visits)
            calls = self.calls_in(studio)
            rendered = Counter(call.given.get("picture") for call in calls)
            for name, times in sent.items():
                self.run.expect(
                    rendered[name] <= times,
                    f"studio.render() was called {often(times)} with {name}, and called renderer.render() for it "
                    f"{often(rendered[name])}",
                    at=next((c for c in reversed(calls) if c.given.get("picture") == name), None),
                    advice="have a picture rendered once for each call that sends it, and not again",
                )
            for visit in studio.visits:
                act, picture, name = visit.act, visit.picture, visit.picture.name
                if act.record.cancelled_at is not None:
                    called = act.record.cancelled_at - act.started
                    stayed = act.ended - act.record.cancelled_at
                    self.run.expect(
                        stayed < 1e-6,
                        f"studio.render() was cancelled {called:g} s after it was called, and went on for {stayed:g} s",
                        advice="let a cancellation out at once: do not shield the wait or the rendering",
                    )
                    if act.was_cancelled:
                        continue
                error = act.errors[0] if act.errors else None
                line = error.line if error is not None else None
                if picture.postcard is not None:
                    due = f"renderer.render() makes {picture.postcard!r} of this picture"
                    is_right = error is None and act.value == picture.postcard
                    advice = "return what the renderer made of this picture, whatever it is"
                else:
                    due = "renderer.render() raises ValueError for this picture"
                    told = [(error.kind, error.message) for error in act.errors]
                    is_right = told == [("ValueError", f"{name} is not a picture")]
                    advice = LET_IT_OUT
                if is_right:
                    continue
                if act.record.cancelled_at is not None:
                    due = f"somebody had cancelled that {called:g} s after it was called"
                    advice = LET_IT_OUT
                elif not rendered[name]:
                    due += ", and was never called for it"
                    advice = "have each picture rendered by the renderer, whatever comes of it"
                elif error is not None:
                    if sent[name] > 1:
                        due += f", with which studio.render() was called {often(sent[name])}"
                    advice = TO_EACH if sent[name] > 1 else LET_IT_OUT
                    advice = advise(error, self.run.trace.backend) or advice
                raise CheckFailed(f"studio.render({name!r}) {came_of(act)}; {due}", line, advice)


def came_of(act: Act) -> str:
    if act.was_cancelled:
        return "let itself be cancelled, though nobody had cancelled it"
    if act.error is not None:
        told = " and ".join(str(Failure(error.kind, error.message)) for error in act.errors)
        return f"raised {told}"
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


@check("Pictures that cannot be rendered give their permits back", points=2)
def failures_give_back(case: Case) -> None:
    for day in failures(case):
        day.expect_full_use()
        day.expect_outcomes()


@check("Pictures that are cancelled give their permits back", points=2)
def cancellations_give_back(case: Case) -> None:
    for day in departures(case):
        day.expect_full_use()
        day.expect_outcomes()


@check("A caller that leaves the queue gives back no permit, since it never had one")
def no_permit_from_the_queue(case: Case) -> None:
    for day in queues(case):
        day.expect_full_use()
        day.expect_outcomes()


@check("An error reaches the caller, who can also cancel at any time")
def the_caller_hears(case: Case) -> None:
    for day in callers(case):
        day.expect_outcomes()


@question
def second_caller(case: Case) -> str | None:
    world = case.world()
    pictures = [Picture("notes.txt", 1.0, None), Picture("beach.png", 1.0, "a postcard")]
    renderer = world.add(Renderer(pictures))
    studio = world.new("Studio", renderer, 1)
    first = studio.render("notes.txt")
    second = studio.render("beach.png").after(first)
    run = world.observe_all(first, second)
    if run.is_deadlocked:
        return "nothing"
    if second.error is not None:
        return "error"
    return "postcard" if second.value == "a postcard" else None
