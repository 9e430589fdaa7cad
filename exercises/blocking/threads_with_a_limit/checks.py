"""Checks for threads_with_a_limit: a hundred blocking calls, a few at a time."""

import math

from checker import Case, Run, Service, blocking, check, takes
from checker.judge.case import shown

PHOTOS = 100

LATENCY = 0.5
"""What a photo takes, unless a check says otherwise."""


class Archive(Service):
    """Photos by their names; how long each of them takes is known beforehand."""

    def __init__(self, case: Case, seconds: list[float]) -> None:
        numbers = case.random.sample(range(1000, 10_000), k=len(seconds))
        names = [f"photo-{number}.jpg" for number in numbers]
        self.seconds = dict(zip(names, seconds, strict=True))
        self.photos = {name: f"{case.random.getrandbits(48):012x}" for name in names}
        self.sent: list[str] = []

    @blocking
    @takes(lambda archive, name: archive.seconds.get(name, 0.1))
    def download(self, name: str) -> str:
        if name not in self.photos:
            raise FileNotFoundError(f"there is no photo {name[:40]!r}")
        self.sent.append(name)
        return self.photos[name]


def download_all(case: Case, archive: Archive, limit: int) -> Run:
    """Run the submission, which must download every photo once."""
    run = case.world().run("download_all", archive, list(archive.photos), limit)
    count, sent = len(archive.photos), len(set(archive.sent))
    run.expect(
        sent == count,
        f"with a limit of {limit}, {sent or 'none'} of {count} photos were downloaded",
    )
    run.expect(
        len(archive.sent) == count, f"{count} photos were downloaded {len(archive.sent)} times"
    )
    return run


@check(
    "Never are more downloads under way than the limit allows",
    points=2,
    advice="all downloads must ask one and the same thing whether there is a free place",
)
def never_over_the_limit(case: Case) -> None:
    for limit, count in ((5, 40), (20, 45)):
        archive = Archive(case, [LATENCY] * count)
        run = download_all(case, archive, limit)
        most = run.most_in_flight("download")
        run.expect(
            most <= limit,
            f"with a limit of {limit}, {most} downloads were under way at the same time",
            at=run.calls[limit],
        )


@check(
    "As many downloads are under way as the limit allows, and the event loop stays free",
    points=2,
    advice="let the limit alone decide how many threads download, and the event loop's not be one",
)
def as_many_as_allowed(case: Case) -> None:
    for limit, count in ((30, PHOTOS), (10, 25)):
        archive = Archive(case, [LATENCY] * count)
        run = download_all(case, archive, limit)
        rounds = math.ceil(count / limit)
        most = run.most_in_flight("download")
        at_once = "never two of them" if most == 1 else f"at most {most} of them"
        held = sum(stretch.length for stretch in run.blocked)
        worst = max(run.blocked, key=lambda stretch: stretch.length, default=None)
        run.expect(
            most >= limit and run.elapsed <= rounds * LATENCY,
            f"with a limit of {limit}, {count} downloads of {LATENCY:g} s took {run.elapsed:g} s, "
            f"and {at_once} were under way at the same time; "
            f"{limit} at a time make {rounds} rounds, {rounds * LATENCY:g} s",
            at=worst or run.calls[0],
        )
        run.expect(
            worst is None,
            f"for {held:g} of the {run.elapsed:g} s that the downloads took, the event loop's own "
            "thread waited for them, and no other task of the program could run",
            at=worst,
        )


@check(
    "As soon as one photo has arrived, the next download begins",
    advice="no free place may wait for a slow photo: whoever is free takes the next name",
)
def next_begins_at_once(case: Case) -> None:
    limit, count = 4, 24
    seconds = [LATENCY] * count
    # One of the first `limit`, so that a batch or a share of the names has a rest to wait.
    seconds[case.random.randrange(limit)] = 10 * LATENCY
    archive = Archive(case, seconds)
    run = download_all(case, archive, limit)
    downloads = [call for call in run.calls if call.done]
    starts = sorted(downloads, key=lambda call: call.started)
    ends = sorted(call.ended or 0.0 for call in downloads)
    for place in range(limit):
        run.expect(
            starts[place].started == 0,
            f"with a limit of {limit}, download {place + 1} could begin at 0 s, "
            f"but did not until {starts[place].started:g} s",
            at=starts[place],
        )
    for call, free in zip(starts[limit:], ends, strict=False):
        run.expect(
            call.started <= free,
            f"with a limit of {limit}, a place became free at {free:g} s and photos were left, "
            f"but the next download did not begin until {call.started:g} s",
            at=call,
        )


@check(
    "The photos are returned in the order of their names",
    advice="the photos arrive in another order than their names have; keep track of which is which",
)
def order_of_names(case: Case) -> None:
    count = case.random.randint(8, 12)
    # The first takes longest, and each of the others less: none arrives in its turn.
    archive = Archive(case, [LATENCY * (count - index) for index in range(count)])
    run = download_all(case, archive, 4)
    photos = run.value
    run.expect(
        isinstance(photos, list) and len(photos) == count,
        f"a list of {count} photos is due, and {shown(photos)} was returned",
    )
    for (name, due), photo in zip(archive.photos.items(), photos, strict=True):
        other = next((n for n, p in archive.photos.items() if p == photo), None)
        run.expect(
            photo == due,
            f"in the place of {name}, "
            f"{f'the photo of {other}' if other else shown(photo)} was returned",
        )
