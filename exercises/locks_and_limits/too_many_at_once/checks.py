"""Checks for too_many_at_once: a limit that is kept, and used."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import NamedTuple

from checker import (
    Act,
    Call,
    Case,
    Run,
    Service,
    World,
    check,
    counted,
    question,
    same_time,
    scene,
    shown,
    takes,
    were,
)

SHARE_NOTHING = (
    "each call has its own `limit` places: send a request whenever one of them is free, whatever the "
    "other call has under way"
)


class Catalogue(Service):
    """Knows the title of each book, and how long a request for it takes."""

    latency = 1.0

    def __init__(self) -> None:
        self.titles: dict[str, str] = {}
        self.seconds: dict[str, float] = {}

    @takes("seconds")
    def title(self, isbn: str) -> str:
        return self.titles[isbn]


@dataclass(frozen=True)
class Night:
    """One call of look_up_all, for books of its own."""

    catalogue: Catalogue
    isbns: Sequence[str]
    limit: int
    act: Act
    run: Run
    place: str
    """Which call it was, for a message."""

    @property
    def books(self) -> int:
        return len(self.isbns)

    @property
    def titles(self) -> dict[str, str]:
        return {isbn: self.catalogue.titles[isbn] for isbn in self.isbns}

    @property
    def all_take(self) -> float | None:
        """How long each request takes, if all take the same time."""
        seconds = {self.catalogue.seconds[isbn] for isbn in self.isbns}
        return seconds.pop() if len(seconds) == 1 else 0.0 if not seconds else None

    @property
    def requests(self) -> list[Call]:
        return [
            call
            for call in self.run.calls
            if call.service is self.catalogue and call.given.get("isbn") in self.isbns
        ]

    @property
    def was_cut_short(self) -> bool:
        return self.act.record.cancelled_at is not None

    def under_way(self) -> list[tuple[float, float, list[Call]]]:
        """Which requests were under way in each stretch of time: from when, until when, which."""
        spans = [
            (call, call.started, self.run.elapsed if call.ended is None else call.ended)
            for call in self.requests
        ]
        moments = {self.act.started, *(moment for _, *span in spans for moment in span)}
        return [
            (a, b, [call for call, start, end in spans if start <= a < end])
            for a, b in pairwise(sorted(moments))
        ]

    def beside(self, start: float, end: float) -> str:
        """How many requests of other calls were under way in that time, for the end of a message."""
        own = {id(call) for call in self.requests}
        count = sum(
            call.started < end and (call.ended is None or call.ended > start)
            for call in self.run.calls
            if id(call) not in own
        )
        if not count:
            return ""
        return f"; meanwhile {counted(count, 'request')} of another call {were(count)} under way"

    def expect_titles(self) -> None:
        """Every book was asked for once, and its title is there, unless it was cancelled."""
        asked = Counter(call.given["isbn"] for call in self.requests)
        again = [call for call in self.requests if asked[call.given["isbn"]] > 1]
        self.run.expect(
            not again,
            f"{self.place}{counted(self.books, 'book')} took {counted(len(self.requests), 'request')}; "
            "each book is to be asked for once",
            at=again[-1] if again else None,
            advice="ask for no book again, whatever its title is",
        )
        if self.act.was_cancelled:
            return
        value = self.act.value
        found = value if isinstance(value, dict) else {}
        wrong = [isbn for isbn, title in self.titles.items() if found.get(isbn) != title]
        seen = f"it returned {shown(value)}, and not a dictionary of {counted(self.books, 'book')}"
        advice, call = "return a dictionary with the title of each book of this call", None
        if not self.books:
            seen = f"it returned {shown(value)}, and not an empty dictionary"
            advice = "return an empty dictionary when there are no books to ask for"
        if self.was_cut_short:
            seen = f"it was cancelled at {self.act.record.cancelled_at:g} s, and returned as if it were "
            seen += f"done, with {self.books - len(wrong)} of its {self.books} titles"
            advice = "let a cancellation through: an `except` that catches it must raise it again"
        elif isinstance(value, dict) and wrong:
            seen, advice, call = self._wrong(wrong[0], found)
        self.run.expect(
            isinstance(value, dict) and not wrong and len(found) == self.books,
            self.place + seen,
            at=call,
            advice=advice,
        )

    def _wrong(self, isbn: str, found: dict[str, str]) -> tuple[str, str, Call | None]:
        """What was seen of a book that was returned without its title, and what to try."""
        request = next((call for call in self.requests if call.given["isbn"] == isbn), None)
        seen = f"book {isbn} is missing from what was returned"
        if isbn in found:
            seen = f"book {isbn} was returned with the title {shown(found[isbn])}"
        advice = "return every title, even an empty one"
        if request is None:
            return f"{seen}, and was never asked for", "ask for the title of each book", None
        if request.done:
            return f"{seen}; its title is {self.titles[isbn]!r}", advice, request
        waited = (request.ended or self.run.elapsed) - request.started
        seen += (
            f"; its request takes {self.catalogue.seconds[isbn]:g} s, and was given {waited:g} s"
        )
        return seen, "wait for each answer as long as it takes", request


@scene
def nights(case: Case) -> Iterator[Night]:
    for world in case.explore(cancel=True):
        planned: list[Plan] = []
        for alike, most in ((False, 12), (True, 104)):
            limit = case.size(1, most)
            is_alike = case.pick([True, False])
            is_shared = False
            if planned and is_alike:
                # The same number, and maybe the same catalogue, and yet a limit of its own.
                limit = planned[0].limit
                is_shared = case.pick([True, False])
            catalogue = planned[0].catalogue if is_shared else world.add(Catalogue())
            # Two parts, so that there mostly are more books than places.
            books = case.size(0, most) + case.size(0, 12)
            planned.append(
                _plan(world, catalogue, _add(case, catalogue, books, alike=alike), limit)
            )
        if case.pick([False, True]):
            planned[1].act.after(planned[0].act)
        for _ in range(10 if case.integer(0, 9) == 9 else 0):
            catalogue = world.add(Catalogue())
            isbns = _add(case, catalogue, case.size(0, 1), alike=True)
            planned.append(_plan(world, catalogue, isbns, 1))
            planned[-1].act.after(planned[-2].act)
        run = world.run_all(*(one.act for one in planned))
        for number, one in enumerate(planned, 1):
            place = f"in call {number} of {len(planned)}, "
            if not any(other.isbns for other in planned if other is not one) and number == 1:
                place = ""
            place += f"with a limit of {one.limit}"
            if one.limit != planned[0].limit:
                place += f" (that of call 1 is {planned[0].limit})"
            yield Night(one.catalogue, one.isbns, one.limit, one.act, run, f"{place}, ")


def _add(case: Case, catalogue: Catalogue, books: int, *, alike: bool) -> list[str]:
    """Put so many books into a catalogue, whose requests all take the same time if they are `alike`, and
    return their numbers."""
    longest = case.pick([10.0, 90.0, 1_500.0, 200_000.0])
    same = case.duration(0.1, longest)
    isbns = [f"978{len(catalogue.titles) + n:010}" for n in range(books)]
    for isbn in isbns:
        catalogue.titles[isbn] = case.pick(["", "Poems", f"Volume {case.random.randrange(10**10)}"])
        catalogue.seconds[isbn] = same if alike else case.duration(0.1, longest)
    return isbns


class Plan(NamedTuple):
    """A call of look_up_all that is to come."""

    catalogue: Catalogue
    isbns: list[str]
    limit: int
    act: Act


def _plan(world: World, catalogue: Catalogue, isbns: list[str], limit: int) -> Plan:
    act = world.call("look_up_all", catalogue, isbns, limit)
    return Plan(catalogue, isbns, limit, act)


@check(
    "Each book is asked for once, every title is returned, and a cancellation ends it at once",
    advice="when the call is cancelled, shield nothing and wait for nothing",
)
def every_title(case: Case) -> None:
    for night in nights(case):
        night.expect_titles()
        cancelled_at = night.act.record.cancelled_at
        stayed = 0.0 if cancelled_at is None else night.act.ended - cancelled_at
        night.run.expect(
            stayed < 1e-6,
            f"it was cancelled at {cancelled_at or 0.0:g} s, and ended {stayed:g} s later; it must end "
            "at once",
        )


@check(
    "Never more requests are under way than the limit allows",
    points=2,
    advice="take one of the `limit` places of this call before title() is called, and give it back only when "
    "title() has returned",
)
def never_too_many(case: Case) -> None:
    for night in nights(case):
        night.expect_titles()
        if not (stretches := night.under_way()):
            continue
        start, _, calls = max(stretches, key=lambda stretch: len(stretch[2]))
        seen = f"{night.place}{counted(len(calls), 'request')} were under way at {start:g} s"
        # Apart, so that no limit at all does not end up in a run that shows one too many.
        if len(calls) > night.limit + 1:
            night.run.fail(seen, at=calls[night.limit])
        if len(calls) > night.limit:
            night.run.fail(seen, at=calls[night.limit])


@check(
    "It takes as long as the limit demands, and no longer",
    points=2,
    advice="send a request as soon as there is room for it, and return when the last answer is there",
)
def no_longer_than_needed(case: Case) -> None:
    for night in nights(case):
        night.expect_titles()
        seconds = night.all_take
        if seconds is None or night.was_cut_short:
            continue
        due, places = ceil(night.books / night.limit) * seconds, min(night.limit, night.books)
        most = max((len(calls) for *_, calls in night.under_way()), default=0)
        advice, beside = None, night.beside(night.act.started, night.act.ended)
        if night.act.elapsed < due:
            advice = "stay within the limit first: more requests at once made it end too soon"
        elif most < places:
            advice = f"find what lets only {most} of {places} requests through at a time"
        elif beside:
            advice = SHARE_NOTHING
        took = f"{night.place}it took {night.act.elapsed:g} s"
        seen = f"{took}, with no book to ask for"
        if night.books == 1:
            seen = f"{took} for 1 request, which takes {seconds:g} s"
        elif night.books:
            seen = f"{took} for {night.books} requests of {seconds:g} s each"
            seen += f", up to {most} at a time" if most != places else ""
            seen += f"; it would take {due:g} s with {places} at a time"
        night.run.expect(
            same_time(night.act.elapsed, due),
            seen + (beside if night.act.elapsed > due else ""),
            advice=advice,
            # Where so many are under way as may be, all others wait for good reason.
            together=([call] for call in night.run.calls if most < places),
        )


@check(
    "A place that comes free is filled at once",
    points=2,
    advice="send the next request as soon as any request is answered, whichever it is",
)
def filled_at_once(case: Case) -> None:
    for night in nights(case):
        night.expect_titles()
        for start, end, calls in night.under_way():
            later = [call for call in night.requests if call.started > start]
            unsent = night.books - len(night.requests) + len(later)
            if len(calls) >= night.limit or not unsent:
                continue
            beside = night.beside(start, end)
            advice = SHARE_NOTHING if beside else None
            if start == night.act.started and not beside:
                advice = "begin with as many requests as the limit allows"
            night.run.fail(
                f"{night.place}{counted(len(calls), 'request')} {were(len(calls))} under way from "
                f"{start:g} s to {end:g} s, while {counted(unsent, 'other')} {were(unsent)} still to be "
                f"sent{beside}",
                at=next(iter(later), None),
                advice=advice,
                together=([call] for call in night.run.calls),
            )


@question
def twelve_books(case: Case) -> str | None:
    world = case.world()
    catalogue = world.add(Catalogue())
    isbns = [f"book {number}" for number in range(1, 13)]
    catalogue.titles = {isbn: f"The title of {isbn}" for isbn in isbns}
    run = world.run("look_up_all", catalogue, isbns, 3)
    return {3: "limit", 12: "all", 1: "one"}.get(run.most_in_flight("title"))
