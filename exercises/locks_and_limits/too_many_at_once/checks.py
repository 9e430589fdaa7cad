"""Checks for too_many_at_once: a limit that is kept, and used."""

from collections.abc import Sequence
from itertools import pairwise

from checker import Case, Run, Service, check, takes


class Catalogue(Service):
    """Knows the title of each book, and how long a request for it takes."""

    def __init__(self, case: Case, seconds: Sequence[float]) -> None:
        numbers = case.random.sample(range(10**10), k=2 * len(seconds))
        self.isbns = [f"978{number:010}" for number in numbers[: len(seconds)]]
        self.titles = {
            isbn: f"Volume {number}"
            for isbn, number in zip(self.isbns, numbers[len(seconds) :], strict=True)
        }
        self.seconds = dict(zip(self.isbns, seconds, strict=True))

    @takes(lambda self, isbn: self.seconds.get(isbn, 1.0))
    def title(self, isbn: str) -> str:
        return self.titles[isbn]


def expect_titles(run: Run, catalogue: Catalogue) -> None:
    """Every book's title is there, and was asked for once."""
    found = run.value if isinstance(run.value, dict) else {}
    right = [isbn for isbn, title in catalogue.titles.items() if found.get(isbn) == title]
    books = len(catalogue.isbns)
    run.expect(
        len(right) == books == len(found),
        f"of {books} books, {len(right)} have the right title in what it returned"
        + (f", which has {len(found)} entries" if len(found) > books else ""),
    )
    run.expect(
        len(run.calls) == books,
        f"{books} books took {len(run.calls)} requests; one for each is enough",
    )


def under_way(run: Run) -> list[tuple[float, float, int]]:
    """How many requests were under way, for each stretch of time: from when, until when, count."""
    starts = [call.started for call in run.calls]
    ends = [run.elapsed if call.ended is None else call.ended for call in run.calls]
    moments = sorted({0.0, *starts, *ends})
    return [
        (a, b, sum(start <= a < end for start, end in zip(starts, ends, strict=True)))
        for a, b in pairwise(moments)
    ]


@check(
    "Never more requests are under way than the limit allows",
    points=2,
    advice="a task that finds all the places taken must wait until another task leaves one",
)
def never_too_many(case: Case) -> None:
    limit = case.random.randint(5, 9)
    world = case.world()
    catalogue = world.add(Catalogue(case, [case.random.choice([1.3, 1.6, 1.9])] * 200))
    run = world.run("look_up_all", catalogue, catalogue.isbns, limit)
    most = run.most_in_flight()
    run.expect(
        most <= limit,
        f"{most} requests were under way at the same time; the catalogue allows {limit}",
        at=run.calls[limit] if most > limit else None,
    )
    expect_titles(run, catalogue)


@check(
    "It takes as long as the limit demands, and no longer",
    points=2,
    advice="find out how many requests are under way at a time, and make it `limit` of them",
)
def no_longer_than_needed(case: Case) -> None:
    limit = case.random.randint(5, 8)
    seconds = case.random.choice([1.3, 1.6, 1.9])
    rounds = case.random.randint(5, 8)
    books = limit * rounds - case.random.randrange(limit)
    world = case.world()
    catalogue = world.add(Catalogue(case, [seconds] * books))
    run = world.run("look_up_all", catalogue, catalogue.isbns, limit)
    expect_titles(run, catalogue)
    run.expect_elapsed(
        rounds * seconds,
        f"{books} requests of {seconds:g} s each, {limit} at a time, are {rounds} rounds "
        f"(most requests under way at the same time: {run.most_in_flight()})",
    )


@check(
    "A place that comes free is filled at once",
    points=2,
    advice="a request that is answered makes room for one that waits, whatever the others do",
)
def filled_at_once(case: Case) -> None:
    limit = case.random.randint(11, 14)
    # No two take the same time, and the first takes longer than all the others could together.
    seconds = [1000.0] + [n / 10 for n in case.random.sample(range(11, 99), k=4 * limit)]
    world = case.world()
    catalogue = world.add(Catalogue(case, seconds))
    run = world.run("look_up_all", catalogue, catalogue.isbns, limit)
    expect_titles(run, catalogue)
    last = max(call.started for call in run.calls)
    idle = [
        (start, end, count) for start, end, count in under_way(run) if end <= last and count < limit
    ]
    if idle:
        start, end, count = max(idle, key=lambda it: (limit - it[2]) * (it[1] - it[0]))
        unsent = [call for call in run.calls if call.started >= end]
        run.expect(
            False,
            f"from {start:g} s to {end:g} s only {count} of {limit} places "
            f"{'was' if count == 1 else 'were'} taken, while {len(unsent)} "
            f"request{' was' if len(unsent) == 1 else 's were'} still to be sent",
            at=unsent[0],
        )
