"""Checks for too_many_at_once: a limit that is kept, and used."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from math import ceil
from typing import NamedTuple

from checker import Act, Call, Case, Run, Service, World, check, scene, takes


class Catalogue(Service):
    """Knows the title of each book, and how long a request for it takes."""

    def __init__(self) -> None:
        self.titles: dict[str, str] = {}
        self.seconds: dict[str, float] = {}

    @takes(lambda self, isbn: self.seconds.get(isbn, 1.0))
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

    def expect_titles(self) -> None:
        """Every book was asked for once, and its title is there, unless it was cancelled."""
        asked = [call.given.get("isbn") for call in self.requests]
        again = [call for n, call in enumerate(self.requests) if asked[n] in asked[:n]]
        self.run.expect(
            not again,
            f"{_count(self.books, 'book')} took {_count(len(asked), 'request')}; one for each is "
            "enough",
            at=next(iter(again), None),
        )
        if self.act.was_cancelled:
            return
        found = self.act.value if isinstance(self.act.value, dict) else {}
        right = [isbn for isbn, title in self.titles.items() if found.get(isbn) == title]
        self.run.expect(
            len(right) == self.books == len(found) and isinstance(self.act.value, dict),
            (
                f"it was cancelled at {self.act.record.cancelled_at:g} s, and returned as if it were "
                "done; "
                if self.was_cut_short
                else ""
            )
            + f"of {_count(self.books, 'book')}, {len(right)} "
            f"{'has' if len(right) == 1 else 'have'} the right title in what it returned"
            + ("" if len(found) == len(right) else f", which has {_entries(len(found))}")
            + ("" if isinstance(self.act.value, dict) else ", which is no dictionary"),
        )


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _entries(number: int) -> str:
    return "1 entry" if number == 1 else f"{number} entries"


@scene
def nights(case: Case) -> Iterator[list[Night]]:
    for world in case.explore(cancel=True):
        planned: list[Plan] = []
        for alike, most in ((False, 12), (True, 104)):
            limit = case.size(1, most)
            is_alike = case.pick([True, False])
            is_shared = False
            if planned and is_alike:
                # The same number, and maybe the same catalogue, and yet a limit of its own.
                limit = planned[0].limit
                is_shared = case.pick([False, True])
            catalogue = planned[0].catalogue if is_shared else world.add(Catalogue())
            # Two parts, so that there mostly are more books than places.
            books = case.size(0, most) + case.size(0, 12)
            planned.append(
                _plan(world, catalogue, _add(case, catalogue, books, alike=alike), limit)
            )
        if case.pick([True, False]):
            planned[1].act.after(planned[0].act)
        for _ in range(10 if case.integer(0, 9) == 9 else 0):
            catalogue = world.add(Catalogue())
            isbns = _add(case, catalogue, case.size(0, 1), alike=True)
            planned.append(_plan(world, catalogue, isbns, 1))
            planned[-1].act.after(planned[-2].act)
        run = world.run_all(*(one.act for one in planned))
        yield [Night(one.catalogue, one.isbns, one.limit, one.act, run) for one in planned]


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
    "Each book is asked for once, and every title is returned",
    advice="return when each book has its title, whatever the title is, and let a cancellation pass",
)
def every_title(case: Case) -> None:
    for night in chain.from_iterable(nights(case)):
        night.expect_titles()
        cancelled_at = night.act.record.cancelled_at
        stayed = 0.0 if cancelled_at is None else night.act.ended - cancelled_at
        night.run.expect(
            stayed < 1e-6,
            f"it was cancelled at {cancelled_at or 0.0:g} s, and ended only {stayed:g} s later",
        )


@check(
    "Never more requests are under way than the limit allows",
    points=2,
    advice="a task that finds all the places taken must wait until another task leaves one",
)
def never_too_many(case: Case) -> None:
    for night in chain.from_iterable(nights(case)):
        night.expect_titles()
        for start, _, calls in night.under_way():
            night.run.expect(
                len(calls) <= night.limit,
                f"at {start:g} s {_count(len(calls), 'request')} were under way at the same time; "
                f"the limit is {night.limit}",
                at=calls[night.limit] if len(calls) > night.limit else None,
            )


@check(
    "It takes as long as the limit demands, and no longer",
    points=2,
    advice="find out how many requests are under way at a time, and make it `limit` of them",
)
def no_longer_than_needed(case: Case) -> None:
    for night in chain.from_iterable(nights(case)):
        night.expect_titles()
        seconds = night.all_take
        if seconds is None or night.was_cut_short:
            continue
        rounds = ceil(night.books / night.limit)
        most = max((len(calls) for *_, calls in night.under_way()), default=0)
        night.run.expect(
            round(night.act.elapsed, 6) == round(rounds * seconds, 6),
            f"it took {night.act.elapsed:g} s, not {rounds * seconds:g} s: "
            f"{_count(night.books, 'request')} of {seconds:g} s each, {night.limit} at a time, "
            f"{'is' if night.books == 1 else 'are'} {_count(rounds, 'round')} (most requests under "
            f"way at the same time: {most})",
        )


@check(
    "A place that comes free is filled at once",
    points=2,
    advice="a request that is answered makes room for one that waits, whatever the others do",
)
def filled_at_once(case: Case) -> None:
    for night in chain.from_iterable(nights(case)):
        night.expect_titles()
        for start, end, calls in night.under_way():
            later = [call for call in night.requests if call.started > start]
            unsent = night.books - len(night.requests) + len(later)
            night.run.expect(
                len(calls) >= night.limit or not unsent,
                f"from {start:g} s to {end:g} s only {len(calls)} of "
                f"{_count(night.limit, 'place')} {'was' if 1 in (len(calls), night.limit) else 'were'} taken, while "
                f"{_count(unsent, 'request')} {'was' if unsent == 1 else 'were'} still to be sent",
                at=next(iter(later), None),
            )
