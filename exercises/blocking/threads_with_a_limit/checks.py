"""Checks for threads_with_a_limit: many blocking calls, a few at a time."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from checker import Act, Call, Case, Run, Service, blocking, check, scene, takes
from checker.judge.run import shown
from checker.judge.trace import most_in_flight

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

EPSILON = 1e-6
"""Virtual seconds by which sums of times may differ."""


class Archive(Service):
    """Photos by their names; how long each of them takes is known beforehand."""

    def __init__(self, photos: dict[str, str], seconds: dict[str, float]) -> None:
        self.photos = photos
        self.seconds = seconds

    @blocking
    @takes(lambda archive, name: archive.seconds.get(name, 0.1))
    def download(self, name: str) -> str:
        if name not in self.photos:
            raise FileNotFoundError(f"there is no photo {name[:40]!r}")
        return self.photos[name]


@dataclass(frozen=True)
class Move:
    """One call of download_all, in which every photo was downloaded once."""

    archive: Archive
    limit: int
    downloads: list[Call]
    """In the order in which they began."""
    act: Act
    run: Run
    contract: str
    """Which one it was, for a message."""


@scene
def moves(case: Case) -> Iterator[list[Move]]:
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
        yield [_judged(run, *call, several=len(calls) > 1) for call in calls]


def _judged(run: Run, act: Act, archive: Archive, limit: int, *, several: bool) -> Move:
    contract = f"with a limit of {limit}"
    if several:
        contract = f"in the call at {act.started:g} s, {contract}"
    downloads = [call for call in run.calls if call.service is archive and call.done]
    times = Counter(call.given["name"] for call in downloads)
    for name in archive.photos:
        run.expect(
            times[name] == 1,
            f"{contract}, {name} was "
            + (f"downloaded {times[name]} times, not once" if times[name] else "never downloaded"),
            at=downloads[-1] if downloads else None,
            advice="download each photo once, whatever is in it",
        )
    downloads.sort(key=lambda call: (call.started, call.order))
    return Move(archive, limit, downloads, act, run, contract)


@check(
    "Never are more downloads under way than the limit allows",
    points=2,
    advice="all downloads of a call must ask one and the same thing whether there is a free place",
)
def never_over_the_limit(case: Case) -> None:
    for move in chain.from_iterable(moves(case)):
        most = most_in_flight(move.downloads)
        move.run.expect(
            most <= move.limit,
            f"{move.contract}, {most} downloads were under way at the same time",
            at=move.downloads[-1] if move.downloads else None,
        )


@check(
    "As many downloads are under way as the limit allows, and the event loop stays free",
    points=2,
    advice="let the limit alone decide how many threads download at the same time",
)
def as_many_as_allowed(case: Case) -> None:
    for move in chain.from_iterable(moves(case)):
        most = most_in_flight(move.downloads)
        due = min(move.limit, len(move.downloads))
        move.run.expect(
            most >= due,
            f"{move.contract}, {due} downloads could be under way at the same time, and "
            + ("there was one at a time" if most == 1 else f"no more than {most} were"),
            at=move.downloads[0] if move.downloads else None,
        )
        held = max(move.run.blocked, key=lambda stretch: stretch.length, default=None)
        if held is not None:
            move.run.expect(
                False,
                f"from {held.started:g} s to {held.ended:g} s, the event loop's own thread waited "
                "for downloads, and no other task of the program could run",
                at=held,
                advice="let only worker threads wait for the archive, or for each other",
            )


@check(
    "As soon as one photo has arrived, the next download begins",
    advice="no free place may wait for a slow photo: whoever is free takes the next name",
)
def next_begins_at_once(case: Case) -> None:
    for move in chain.from_iterable(moves(case)):
        ends = sorted(call.ended or 0.0 for call in move.downloads)
        for number, call in enumerate(move.downloads):
            if number < move.limit:
                free, what = move.act.started, f"there was a place for download {number + 1}"
            else:
                free, what = ends[number - move.limit], "photos were left and a place became free"
            move.run.expect(
                call.started < free + EPSILON,
                f"{move.contract}, {what} at {free:g} s, "
                f"but the next download did not begin until {call.started:g} s",
                at=call,
            )
        last = ends[-1] if ends else move.act.started
        move.run.expect(
            move.act.ended < last + EPSILON,
            f"{move.contract}, "
            + (f"the last photo arrived at {last:g} s" if ends else "there were no photos")
            + f", but download_all did not return until {move.act.ended:g} s",
            at=move.downloads[-1] if ends else None,
            advice="return as soon as all photos are there",
        )
        move.run.expect_nothing_left()


@check(
    "The photos are returned in the order of their names",
    advice="the photos arrive in another order than their names have; keep track of which is which",
)
def order_of_names(case: Case) -> None:
    for move in chain.from_iterable(moves(case)):
        photos, count = move.act.value, len(move.archive.photos)
        move.run.expect(
            isinstance(photos, list) and len(photos) == count,
            f"a list of {count} photo{'s' if count != 1 else ''} is due, "
            f"and {shown(photos)} was returned",
            advice="return a list that has the photo of each name in it",
        )
        for (name, due), photo in zip(move.archive.photos.items(), photos, strict=True):
            others = [n for n, p in move.archive.photos.items() if p == photo]
            found = f"the photo of {others[0]}" if len(others) == 1 else shown(photo)
            move.run.expect(
                photo == due,
                f"{found} was returned where the photo of {name} belongs, which is {due!r}",
            )
