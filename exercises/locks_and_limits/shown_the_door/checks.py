"""Checks for shown_the_door: so many requests in so much time, and no idle wait."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from checker import (
    Act,
    BrokenResourceError,
    Call,
    Calls,
    Case,
    Run,
    Service,
    WouldBlock,
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
    takes,
    were,
)

CITIES = ("Athens", "Berlin", "Cairo", "Dublin", "Exeter", "Florence", "Geneva", "Hanoi")
MOST = 12
ERRORS = (
    ValueError("no such place"),
    TimeoutError("too slow"),
    ConnectionError("gone"),
    KeyError("map"),
    WouldBlock(),
    RuntimeError("out of paper"),
    BrokenResourceError(),
)
ANY_STRETCH = (
    "the rule holds for any stretch, whenever it begins: the next request may be sent when the one that was sent "
    "`limit` requests before it is `seconds` old"
)
NOT_UNDER_WAY = (
    "a request counts for `seconds` from the moment it is sent, even if its map has been there for long: a semaphore "
    "whose permit comes back with the map counts something else"
)
WHATEVER_BECOMES_OF_IT = (
    "a request counts from the moment it is sent, even if it failed or its caller has gone, and the rule holds for any "
    "stretch, whenever it begins: take nothing back, and do not begin to count anew"
)
GIVE_BACK = (
    "follow a caller who is cancelled while waiting: does that leave the turn to the next one? And does a request count "
    "from the moment it is sent, and no longer than it must?"
)
NOT_FOR_A_MAP = "let the next request wait until the rule allows it, and not for another one's map"


class Server(Service):
    """Draws a map of a place in a time of its own, and another one when it is asked again."""

    latency = 1.0

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.maps: dict[str, str | Exception] = {}
        self._drawn: Counter[str] = Counter()

    @takes(lambda self, place: self.seconds.get(place, 1.0))
    def draw(self, place: str) -> str:
        drawn = self.maps.get(place, LookupError(f"nobody wanted a map of {place!r}"))
        if isinstance(drawn, Exception):
            raise drawn
        self._drawn[place] += 1
        return drawn if self._drawn[place] == 1 else f"{drawn}{self._drawn[place]}"


@dataclass(frozen=True)
class Visit:
    """Somebody who wants a map."""

    place: str
    act: Act


@dataclass(frozen=True)
class Guide:
    """A `Maps` of a limit of its own, and those who use it."""

    server: Server
    limit: int
    seconds: float
    visits: Sequence[Visit]
    name: str
    """Which it is, for the beginning of a message."""


@dataclass(frozen=True)
class Day:
    """What the checks look at: a guide, and the run in which it was used, maybe beside another one."""

    guide: Guide
    run: Run

    @property
    def calls(self) -> Calls:
        """The requests of this guide."""
        places = {visit.place for visit in self.guide.visits}
        return self.run.calls.to(self.guide.server).where(
            lambda call: call.given["place"] in places
        )

    def requests(self) -> list[tuple[Visit, Call | None]]:
        """Each visit, and the request that was sent for it, if one was. Where several want a map of the same place,
        what came out of a visit says which."""
        left = list(self.calls)
        found: list[tuple[Visit, Call | None]] = []
        for visit in sorted(
            self.guide.visits, key=lambda visit: (visit.act.was_cancelled, visit.act.ended)
        ):
            mine = [
                call
                for call in left
                if call.given["place"] == visit.place and _is_of(visit.act, call)
            ]
            # One that was cancelled with its caller goes before one that had ended by then.
            is_cancelled = visit.act.was_cancelled
            best = min(
                mine, key=lambda call: (call.outcome != "cancelled") == is_cancelled, default=None
            )
            if best is not None:
                left.remove(best)
            found.append((visit, best))
        return found

    def expect_maps(self) -> None:
        """One request was sent for each visit, and none besides; each visit ended with what came of it."""
        guide, run = self.guide, self.run
        wanted = Counter(visit.place for visit in guide.visits)
        for place, count in wanted.items():
            sent = self.calls.given(place=place)
            run.expect(
                len(sent) <= count,
                f"{guide.name}get({place!r}) was called {often(count)}, and {counted(len(sent), 'request')} {were(len(sent))} "
                "sent for it",
                at=sent.last,
                advice="send one request for each call of get(), and no other one",
            )
        for visit, call in self.requests():
            self._expect_map(visit, call)

    def _expect_map(self, visit: Visit, call: Call | None) -> None:
        act, run = visit.act, self.run
        name = f"{self.guide.name}get({visit.place!r}), called at {act.started:g} s,"
        sent = self.calls.given(place=visit.place)
        if act.record.cancelled_at is not None:
            run.expect_gave_way(
                act, [call] if call is not None else [], done=call is not None and call.done
            )
            if act.gave_way([call] if call is not None else []):
                return
        if act.error is not None and (call is None or call.failure is None):
            failed = sent.where(lambda each: each.failure is not None).first
            seen = f"{name} raised {act.raised}"
            if failed is not None:
                seen += f"; its request failed with {failed.failure}"
            run.fail(
                seen,
                at=act.errors[0],
                advice="let the very error out that draw() has raised, and no other one in its place"
                if failed is not None
                else advise(act.errors[0], run.trace.backend)
                or "raise nothing but what draw() raises",
                tells_error=True,
            )
        if act.error is None and (call is None or not same(act.value, call.reply)):
            seen, advice = (
                f"{name} returned {shown(act.value)}",
                "return what draw() returned, whatever it is",
            )
            if not sent:
                seen += ", and sent no request"
                advice = "send a request of its own for each call of get()"
            elif len(self.calls.given(place=visit.place)) < [
                v.place for v in self.guide.visits
            ].count(visit.place):
                seen += f"; {counted(len(sent), 'request')} {were(len(sent))} sent for it, though others wanted that place, too"
                advice = "send a request of its own for each call of get(), and give each caller what came of that one"
            elif sent[0].failure is not None:
                seen += f"; draw() had raised {sent[0].failure}"
                advice = "let the error out: the caller must hear of it"
            else:
                seen += f"; draw() returned {shown(sent[0].reply)}"
            run.fail(seen, at=sent.first, advice=advice)

    # --- never too many ---

    def expect_few(self) -> None:
        guide, calls = self.guide, sorted(self.calls, key=lambda call: call.started)
        crowded = []
        for first, last in zip(calls, calls[guide.limit :], strict=False):
            if is_later(first.started + guide.seconds, last.started):
                before = calls[calls.index(first) : calls.index(last)]
                in_vain = [
                    call
                    for call in before
                    if not call.done and (call.ended_order or last.order) < last.order
                ]
                crowded.append((bool(in_vain), first, last, in_vain))
        if not crowded:
            return
        # What nobody gave up tells more.
        _, first, last, in_vain = min(crowded, key=lambda each: (each[0], each[2].order))
        before = calls[calls.index(first) : calls.index(last)]
        until = first.started + guide.seconds
        inside = [
            call for call in calls if call.order >= first.order and is_later(until, call.started)
        ]
        begin, end = inside[0].started, inside[-1].started
        when = f"from {begin:g} s to {end:g} s" if is_later(end, begin) else f"at {begin:g} s"
        ways = [
            f"{number} {word}"
            for outcome, word in (("failed", "failed"), ("cancelled", "given up"))
            if (number := sum(call.outcome == outcome for call in in_vain))
        ]
        of = f", {' and '.join(ways)} among them" if ways else ""
        advice = ANY_STRETCH
        if in_vain:
            advice = WHATEVER_BECOMES_OF_IT
        elif any(same_time(call.ended or 0.0, last.started) for call in before):
            advice = NOT_UNDER_WAY
        self.run.fail(
            f"{guide.name}{len(inside)} requests were sent {when}{of}; the limit is {guide.limit} in any "
            f"{guide.seconds:g} s",
            at=last,
            advice=advice,
        )

    # --- none too late ---

    def expect_no_wait(self) -> None:
        guide, requests = self.guide, self.requests()
        sent = [call for _, call in requests if call is not None]
        # Who is cancelled at the very moment of the own turn may have taken it.
        gone = [visit.act for visit, call in requests if call is None]
        taken = [act.ended for act in gone if self._sent_before(sent, act.ended) < guide.limit]
        starts = sorted([call.started for call in sent] + taken)
        moments = {visit.act.started for visit in guide.visits} | {act.ended for act in gone}
        moments |= {moment + age for moment in starts for age in (0.0, guide.seconds)}
        for begin, end in pairwise(sorted(moments)):
            if end - begin < 1e-5:
                continue  # What happens in one instant happens in any order.
            middle = (begin + end) / 2
            counting = sum(moment < middle < moment + guide.seconds for moment in starts)
            waiting = [
                (visit, call)
                for visit, call in requests
                if visit.act.started < middle < (visit.act.ended if call is None else call.started)
            ]
            if waiting and counting < guide.limit:
                self._tell_wait(begin, end, waiting, gone)

    def _sent_before(self, sent: Sequence[Call], moment: float) -> int:
        """How many requests still counted right before that moment."""
        return sum(
            is_later(moment, call.started) and is_later(call.started + self.guide.seconds, moment)
            for call in sent
        )

    def _tell_wait(
        self,
        begin: float,
        end: float,
        waiting: Sequence[tuple[Visit, Call | None]],
        gone: Sequence[Act],
    ) -> None:
        guide = self.guide
        counting = self._sent_before(self.calls, (begin + end) / 2)
        calls = [call for _, call in waiting if call is not None]
        late = min(calls, key=lambda call: call.started, default=None)
        place = waiting[0][0].place if late is None else late.given["place"]
        until = end if late is None else late.started
        seen = f"{guide.name}the request for {place} was not sent "
        seen += f"before {end:g} s" if late is None else f"until {until:g} s"
        seen += f", though it could have been at {begin:g} s: "
        earlier = [call.started for call in self.calls if not is_later(call.started, begin)]
        if counting:
            seen += f"only {counting} of the requests sent by then still counted"
        elif earlier:
            seen += f"the last request had been sent at {earlier[-1]:g} s, and no longer counted"
        else:
            seen += "no request had been sent before"
        seen += f"; the limit is {guide.limit}"
        just_now = [
            call for call in self.calls if call.ended is not None and same_time(call.ended, until)
        ]
        advice = None
        if just_now and late not in just_now:
            seen += f". At {until:g} s the request for {just_now[0].given['place']} ended"
            advice = NOT_FOR_A_MAP
        elif any(not is_later(act.ended, begin) for act in gone):
            number = sum(not is_later(act.ended, begin) for act in gone)
            seen += f". By then {counted(number, 'caller')} had given up before sending anything"
            advice = GIVE_BACK
        self.run.fail(
            seen,
            at=late,
            advice=advice,
            late=late,
        )


def _is_of(act: Act, call: Call) -> bool:
    """Whether a request may be the one that was sent for a visit."""
    if (
        call.ended is None
        or is_later(act.started, call.started)
        or is_later(call.started, act.ended)
    ):
        return False
    if act.error is not None:
        return act.heard(call)
    if act.was_cancelled or act.gave_way([call]):
        return not is_later(call.ended, act.ended)
    return call.done and same(act.value, call.reply)


@scene
def days(case: Case) -> Iterator[Day]:
    """A guide that is used in small crowds, some of whom lose patience, and a smaller one beside it, maybe on the same
    server and with the same limit."""
    for world in case.explore(cancel=True):
        unit = case.pick((1.0, 1.0, 0.07, 20_000.0))
        seconds = case.duration(1.0, 10.0)
        soon, later = case.duration(0.1, seconds), case.duration(0.1, 2 * seconds)
        crowds = case.pick(((soon, soon, later), (0.0, soon, later, seconds)))
        drawing = (
            case.duration(0.001, 0.5),
            case.duration(0.1, seconds),
            case.duration(0.1, 3 * seconds),
        )
        patience = (
            None,
            None,
            case.duration(0.1, seconds),
            case.duration(0.1, 2 * seconds),
            seconds,
        )
        errors = case.integer(0, len(ERRORS) - 1)
        server = world.add(Server())
        other = case.pick((server, world.add(Server())))
        limit = case.size(1, case.pick((2, 4, MOST - 4))) + case.pick((0, 0, 4))
        small = case.size(1, 3)
        is_alike = case.pick((True, False))
        plans = [
            (server, limit, seconds, case.size(1, 7) + case.size(0, 5)),
            (
                other,
                limit if is_alike else small,
                seconds * (1 if is_alike else 2),
                case.size(0, 4),
            ),
        ]
        is_crowded = case.pick((False, True))
        guides = []
        for number, (which, most, length, count) in enumerate(plans, 1):
            if is_crowded and number == 1:
                count = max(count, most + 1)
            maps = world.new("Maps", which, most, length * unit)
            visits: list[Visit] = []
            for index in range(count):
                place = f"{CITIES[index % len(CITIES)]} {number}{index // len(CITIES)}"
                drawn = case.pick(("map", ERRORS[(errors + index) % len(ERRORS)], "again", ""))
                if drawn == "again" and visits:
                    place = visits[-1].place
                else:
                    which.seconds[place] = case.pick(drawing) * unit
                    is_map = isinstance(drawn, str) and drawn
                    which.maps[place] = (
                        f"map {case.random.getrandbits(32):08x}" if is_map else drawn
                    )
                act = maps.get(place).at(case.pick(crowds) * unit if visits else 0.0)
                if (left := case.pick(patience)) is not None:
                    act.cancel_after(left * unit)
                visits.append(Visit(place, act))
            name = f"with Maps(server, {most}, {length * unit:g}), " if plans[1][-1] else ""
            guides.append(Guide(which, most, length * unit, visits, name))
        run = world.attempt_all(*(visit.act for guide in guides for visit in guide.visits))
        for guide in guides:
            yield Day(guide, run)


@check(
    "Never more requests are sent in any stretch of time than the limit allows",
    points=3,
    advice=ANY_STRETCH,
)
def never_too_many(case: Case) -> None:
    for day in days(case):
        day.expect_maps()
        day.expect_few()


@check(
    "Each request is sent at the moment at which the rule allows it, and its caller gets what comes of it at once",
    points=3,
    advice="sleep until the very moment at which the next request may be sent, and no longer",
)
def never_too_late(case: Case) -> None:
    for day in days(case):
        day.expect_maps()
        day.expect_no_wait()
        for visit, call in day.requests():
            if call is None or call.ended is None:
                continue
            day.run.expect(
                same_time(visit.act.ended, call.ended),
                f"{day.guide.name}draw({visit.place!r}) {'returned' if call.done else 'failed'} at {call.ended:g} s, and "
                f"get() went on until {visit.act.ended:g} s",
                at=call,
                advice="end get() as soon as draw() has",
            )
        day.run.expect_nothing_left()


@question
def six_tasks(case: Case) -> str | None:
    world = case.world()
    server = world.add(Server())
    for city in CITIES[:6]:
        server.maps[city], server.seconds[city] = f"a map of {city}", 1.0
    maps = world.new("Maps", server, 2, 10.0)
    run = world.observe_all(*(maps.get(city) for city in CITIES[:6]))
    sent = sum(call.started <= 9.9 for call in run.calls)
    return {2: "two", 4: "four", 6: "six"}.get(sent)
