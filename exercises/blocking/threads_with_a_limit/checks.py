"""Checks for threads_with_a_limit: many blocking calls, a few at a time."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from checker import (
    Act,
    Calls,
    Case,
    Run,
    Service,
    blocking,
    check,
    counted,
    question,
    scene,
    shown,
    takes,
)

MOST_CALLS = 11
"""In a world."""

MOST_AT_ONCE = 40
"""How many downloads all contracts together allow: so many threads AnyIO starts by default."""

LONGEST = 40.0
"""Virtual seconds that a download takes at the most."""

LONGEST_CALL = 890.0
"""Virtual seconds that all of a call takes at the most."""

NAMES = [f"photo-{number}.jpg" for number in range(10, 110)]
"""What photos may be called, in any archive."""

SHARED = (
    "look for what the calls share: something in the module, or the threads that AnyIO starts by "
    "default (at most 40)"
)
"""What to try where one call is in the way of another."""

EPSILON = 1e-6
"""Virtual seconds by which sums of times may differ."""


class Archive(Service):
    """Photos by their names; how long each of them takes is known beforehand."""

    def __init__(self, photos: dict[str, str], seconds: dict[str, float]) -> None:
        self.photos = photos
        self.seconds = seconds

    @blocking
    @takes("seconds")
    def download(self, name: str) -> str:
        if name not in self.photos:
            raise FileNotFoundError(f"there is no photo {name[:40]!r}")
        return self.photos[name]


@dataclass(frozen=True)
class Move:
    """One call of download_all, in which every photo was downloaded once."""

    archive: Archive
    limit: int
    downloads: Calls
    """In the order in which they began."""
    act: Act
    run: Run
    contract: str
    """Which one it was, for a message."""

    def beside(self, moment: float) -> str:
        """What other calls had under way then, if anything."""
        others = self.run.calls.where(lambda call: call.service is not self.archive)
        n = sum(call.started <= moment and (call.ended or moment) >= moment for call in others)
        return f"; another call had {counted(n, 'download')} under way then" if n else ""


@scene
def moves(case: Case) -> Iterator[Move]:
    for world in case.explore():
        calls: list[tuple[Act, Archive, int]] = []
        for number in range(case.size(1, MOST_CALLS)):
            # Another contract runs beside the first one; small ones follow, one after the other.
            # One lets few at a time, and all are slow: it takes nearly as long as a call may.
            is_slow = number == 2
            limit = case.size(1, 2 if is_slow else 30 if number != 1 else MOST_AT_ONCE - 30)
            if is_slow:
                count = case.integer(30, 50)
            elif number > 1:
                count = case.integer(0, 2)
            else:
                count = case.size(0, 4 if number else 10) * case.size(1, 2 if number else 10)
            # Archives have photos of the same name, which are not the same photos.
            names = case.distinct(NAMES, count)
            # Some photos are empty, and some alike.
            photos = {name: f"{n:x}" if (n := case.integer(0, 4095)) else "" for name in names}
            longest = min(LONGEST, LONGEST_CALL / (count / limit + 1))
            quickest = 0.9 * longest if is_slow else 0.5
            archive = Archive(photos, {name: case.duration(quickest, longest) for name in names})
            act = world.call("download_all", archive, names, limit)
            if number == 1:
                act.at(case.duration(0.1, 1.0))
            elif number > 1:
                act.after(calls[0 if number == 2 else -1][0])
            calls.append((act, archive, limit))
        run = world.run_all(*(act for act, _, _ in calls))
        yield from [_judged(run, *call) for call in calls]


def _judged(run: Run, act: Act, archive: Archive, limit: int) -> Move:
    contract = f"with a limit of {limit}"
    if len(run.trace.acts) > 1:
        others = sorted({record.arguments[2] for record in run.trace.acts} - {limit})
        limits = f" (in other calls: {', '.join(map(str, others))})" if others else ""
        contract = f"in the call that began at {act.started:g} s, {contract}{limits}"
    downloads = run.calls.to(archive).done
    times = Counter(call.given["name"] for call in downloads)
    for name in archive.photos:
        run.expect(
            times[name] == 1,
            f"{contract}, {name} was "
            + (f"downloaded {times[name]} times, not once" if times[name] else "never downloaded")
            + (f"; its photo is {archive.photos[name]!r}" if times[name] else ""),
            at=downloads.last,
            advice="wait until every download has ended before you return"
            if run.tasks_left
            else "call download() once for each name of this call, even if its photo is empty",
        )
    downloads.sort(key=lambda call: (call.started, call.order))
    return Move(archive, limit, downloads, act, run, contract)


@check(
    "There are never more downloads under way than the limit allows",
    points=2,
    advice="all downloads of a call must share one limiter with `limit` places, and each wait for a free place",
)
def never_over_the_limit(case: Case) -> None:
    for move in moves(case):
        most = move.downloads.most_in_flight
        seen = f"{move.contract}, {most} downloads were under way at the same time"
        advice = SHARED if len(move.run.trace.acts) > 1 else None
        # Apart, so that no limit at all does not end up in a run that shows one too many.
        if most > move.limit + 1:
            move.run.fail(seen, at=move.downloads.last, advice=advice)
        if most > move.limit:
            move.run.fail(seen, at=move.downloads.last, advice=advice)


@check(
    "As many downloads are under way as the limit allows, and the event loop stays free",
    points=2,
    advice="while a task holds the event loop, no other one runs: let worker threads wait for the archive, and "
    "`await` whatever else takes time",
)
def as_many_as_allowed(case: Case) -> None:
    for move in moves(case):
        most = move.downloads.most_in_flight
        due, beside = min(move.limit, len(move.downloads)), move.beside(move.act.started)
        alone = "let the limit alone decide how many downloads are under way at the same time"
        move.run.expect(
            most >= due,
            f"{move.contract} and {counted(len(move.downloads), 'photo')}, {due} downloads could "
            f"begin at {move.act.started:g} s, but at most {most} ran at a time{beside}",
            at=move.downloads.first,
            advice=None if move.run.blocked else SHARED if beside else alone,
            together=([call] for call in move.run.calls),
        )
        move.run.expect_unblocked()


@check(
    "As soon as one photo has arrived, the next download begins",
    advice="nothing may hold the event loop's thread at the moment when a download is to begin",
)
def next_begins_at_once(case: Case) -> None:
    for move in moves(case):
        ends = sorted(call.ended or 0.0 for call in move.downloads)
        for number, call in enumerate(move.downloads):
            free, why = move.act.started, ""
            if number >= move.limit:
                free, why = ends[number - move.limit], ", when a place became free,"
            is_late = call.started >= free + EPSILON
            beside = move.beside(free) if is_late and not why else ""
            advice = SHARED if beside else "begin as many downloads at once as the limit allows"
            if why:
                advice = (
                    "no place may wait for a slow photo: a place that is free takes the next name"
                )
            move.run.expect(
                not is_late,
                f"{move.contract}, download {number + 1} of {len(move.downloads)} could begin at "
                f"{free:g} s{why} but did not until {call.started:g} s{beside}",
                at=call,
                advice=None if move.run.blocked else advice,
            )
        last = ends[-1] if ends else move.act.started
        move.run.expect(
            move.act.ended < last + EPSILON,
            f"{move.contract}, "
            + (f"the last photo arrived at {last:g} s" if ends else "there were no photos")
            + f", but download_all did not return until {move.act.ended:g} s",
            at=move.downloads.last,
            advice="return as soon as all photos are there",
        )
        move.run.expect_nothing_left()


@check(
    "The photos are returned in the order of their names",
    advice="photos arrive in any order: put each of them in the place that its name has",
)
def order_of_names(case: Case) -> None:
    for move in moves(case):
        photos, due = move.act.value, list(move.archive.photos.values())
        move.run.expect(
            isinstance(photos, list) and len(photos) == len(due),
            f"{move.contract}, {shown(photos)} was returned; the photos of the names are {shown(due)}",
            advice="return a list with one photo for each name, even if it is empty",
        )
        is_same = sorted(map(repr, photos)) == sorted(map(repr, due))
        for name, right, photo in zip(move.archive.photos, due, photos, strict=True):
            others = [n for n, p in move.archive.photos.items() if p == photo]
            found = f"the photo of {others[0]}" if len(others) == 1 else shown(photo)
            move.run.expect(
                photo == right,
                f"{move.contract}, {found} was returned where the photo of {name} belongs"
                + ("" if is_same else f", which is {right!r}"),
                advice=None
                if is_same
                else "return what download() returned for each name, unchanged",
            )


@question
def fifty_photos(case: Case) -> str | None:
    names = NAMES[:50]
    world = case.world()
    archive = world.add(Archive(dict.fromkeys(names, "a photo"), dict.fromkeys(names, 1.0)))
    run = world.run("download_all", archive, names, 5)
    return {50.0: "one", 10.0: "limit", 2.0: "threads", 1.0: "all"}.get(run.elapsed)
