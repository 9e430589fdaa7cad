"""Checks for dark_screen: a worker thread that hands its results to the event loop."""

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
    is_later,
    question,
    same_time,
    scene,
    shown,
    takes,
)

MOST_NEGATIVES = 24
MOST_CALLS = 4
"""In a world."""

QUICK, SLOW, VERY_SLOW = (0.5, 5.0), (10.0, 60.0), (4000.0, 20_000.0)
"""Virtual seconds, at least and at the most. 24 of those that are very slow take more than a day."""

NOT_THE_LOOP = (
    "must be called from async context",
    "Not currently running on any asynchronous event loop",
)
"""What trio and AnyIO say in a thread that is not the event loop's."""

ASK_THE_LOOP = (
    "let the thread that scans hand each result to the event loop as soon as it is there, through "
    "anyio.from_thread, and let show() wait for nothing else"
)


class Scanner(Service):
    """Its driver blocks; each negative takes a time of its own."""

    def __init__(self, specks: dict[int, int], seconds: dict[int, float]) -> None:
        self.specks = specks
        self.seconds = seconds

    @blocking
    @takes("seconds")
    def scan(self, negative: int) -> int:
        if negative not in self.specks:
            raise LookupError(f"there is no negative {negative}")
        return self.specks[negative]


class Screen(Service):
    def __init__(self, seconds: dict[int, float]) -> None:
        self.seconds = seconds

    @takes(lambda self, negative, specks: self.seconds.get(negative, 0.0))
    def show(self, negative: int, specks: int) -> None:
        pass


@dataclass(frozen=True)
class Film:
    """One call of develop, in which each negative was scanned once and each result shown once."""

    scans: Calls
    shows: Calls
    act: Act
    run: Run
    place: str
    """Which call it was, for the beginning of a message."""


@scene
def films(case: Case) -> Iterator[Film]:
    for world in case.explore():
        slow = case.pick((SLOW, VERY_SLOW))
        planned: list[tuple[Act, Scanner, Screen]] = []
        for number in range(case.size(1, MOST_CALLS)):
            # A second film begins while the first is scanned. Short ones follow, one after the other.
            least, most = ((0, MOST_NEGATIVES), (1, 12), (0, 2))[min(number, 2)]
            negatives = case.distinct(range(30), case.size(least, most))
            # The first film is scanned long before its first result has been shown.
            to_scan, to_show = (QUICK, slow) if number == 0 else (QUICK, QUICK)
            if number == 1:
                to_scan = case.pick((QUICK, slow))
            scanner = Scanner(
                {negative: case.amount(0, 4) for negative in negatives},
                {negative: case.duration(*to_scan) for negative in negatives},
            )
            screen = Screen({negative: case.duration(*to_show) for negative in negatives})
            act = world.call("develop", world.add(scanner), world.add(screen), negatives)
            if number == 1:
                act.at(case.duration(0.1, 5.0))
            elif number > 1:
                act.after(planned[0 if number == 2 else -1][0])
            planned.append((act, scanner, screen))
        run = world.attempt_all(*(act for act, *_ in planned))
        yield from [_judged(run, *each) for each in planned]


def _judged(run: Run, act: Act, scanner: Scanner, screen: Screen) -> Film:
    place = f"in the call that began at {act.started:g} s, " if len(run.trace.acts) > 1 else ""
    if act.error is not None and act.errors[0].message.startswith(NOT_THE_LOOP):
        run.fail(
            f"{place}develop() raised {act.raised}: something that belongs to the event loop was used in "
            "another thread",
            at=act.errors[0],
            advice=ASK_THE_LOOP,
            tells_error=True,
        )
    _ = act.value  # It must have returned.
    scans, shows = run.calls.to(scanner), run.calls.to(screen)
    scanned = [call.given["negative"] for call in scans.done]
    negatives = list(scanner.specks)
    run.expect(
        scanned == negatives,
        f"{place}the negatives {shown(scanned)} were scanned; the film has {shown(negatives)}"
        if negatives
        else f"{place}the negatives {shown(scanned)} were scanned, and the film was empty",
        at=scans.last,
        advice="scan each negative of this film once, in the order of the list",
    )
    told = [[call.given["negative"], call.given["specks"]] for call in shows.done]
    due = [[negative, specks] for negative, specks in scanner.specks.items()]
    lost = [pair for pair in due if pair not in told]
    seen = f"{place}{counted(len(told), 'result')} had been shown when develop() ended, at {act.ended:g} s; "
    seen += f"the film has {counted(len(due), 'negative')}"
    if lost:
        seen += f", and the screen never showed negative {lost[0][0]}, with {counted(lost[0][1], 'speck')}"
    run.expect(
        not lost and len(told) == len(due),
        seen,
        at=shows.last,
        advice="show each result once, whatever the numbers in it are, and return when the last one has been shown",
    )
    run.expect(
        told == due,
        f"{place}the screen showed {shown(told)}, in this order; the scanner found {shown(due)}",
        at=shows.last,
        advice="show the results in the order in which they were found, one after the other",
    )
    run.expect(
        act.value == sum(scanner.specks.values()),
        f"{place}develop() returned {shown(act.value)}; the film has "
        f"{counted(sum(scanner.specks.values()), 'speck')} in all",
        advice="return the sum of the specks of this film, 0 if there are none",
    )
    return Film(scans, shows, act, run, place)


@check(
    "Each result is shown as soon as it is there and the screen is free",
    points=3,
    advice=ASK_THE_LOOP,
)
def shown_at_once(case: Case) -> None:
    for film in films(case):
        free = film.act.started
        for scan, show in zip(film.scans, film.shows, strict=True):
            there = scan.ended or 0.0
            what = f"{film.place}the result of negative {scan.given['negative']} was there at {there:g} s"
            film.run.expect(
                not is_later(free, show.started),
                f"{what}, and was shown at {show.started:g} s, when the screen still showed the one before, "
                f"until {free:g} s",
                at=show,
                advice="let the screen show one result at a time: each waits for the end of the one before",
            )
            due = max(there, free)
            film.run.expect(
                same_time(show.started, due),
                what
                + (f", and the screen was free at {free:g} s" if is_later(free, there) else "")
                + f"; it was not shown until {show.started:g} s",
                at=show,
                advice=ASK_THE_LOOP if same_time(due, there) else None,
                late=show,
            )
            free = show.ended or 0.0
        film.run.expect(
            same_time(film.act.ended, free),
            f"{film.place}"
            + (
                f"the last result had been shown at {free:g} s"
                if film.shows
                else "there was nothing to scan"
            )
            + f"; develop() returned at {film.act.ended:g} s",
            advice="return as soon as everything has been shown",
        )
        film.run.expect_nothing_left()


@check(
    "The scanner never waits, whatever the screen does",
    points=2,
    advice="let nothing but the scanner take time in the thread that scans",
)
def scanner_goes_on(case: Case) -> None:
    for film in films(case):
        free = film.act.started
        before = "the film came"
        for scan in film.scans:
            name = f"negative {scan.given['negative']}"
            shows = film.shows.under_way(free)
            film.run.expect(
                same_time(scan.started, free),
                f"{film.place}{before} at {free:g} s; the scan of {name} "
                + ("did not begin until" if scan.started > free else "began at")
                + f" {scan.started:g} s"
                + (
                    f", when show() of negative {shows[0].given['negative']} had ended"
                    if shows and same_time(shows[0].ended or 0.0, scan.started)
                    else ""
                ),
                at=scan,
                advice=(
                    None
                    if scan is not film.scans[0]
                    else "let the thread begin to scan as soon as develop() is called, whatever other calls do"
                )
                if scan.started > free
                else "scan one negative at a time: each scan waits for the end of the one before",
                late=scan,
            )
            free, before = scan.ended or 0.0, f"the scan of {name} ended"


@check(
    "All negatives of a film are scanned in one worker thread, and the event loop stays free",
    points=1,
    advice="call scan() for all negatives of a film in one function, and run that in a worker thread",
)
def one_thread(case: Case) -> None:
    for film in films(case):
        film.run.expect_unblocked()
        threads = [scan.thread for scan in film.scans]
        other = next((scan for scan in film.scans if scan.thread != threads[0]), None)
        film.run.expect(
            other is None,
            f"{film.place}the {counted(len(threads), 'negative')} were scanned in "
            f"{counted(len(set(threads)), 'thread')}; the driver wants to be called from one",
            at=other,
        )


@question
def three_negatives(case: Case) -> str | None:
    world = case.world()
    scanner = world.add(Scanner({1: 4, 2: 0, 3: 7}, dict.fromkeys((1, 2, 3), 10.0)))
    screen = world.add(Screen(dict.fromkeys((1, 2, 3), 1.0)))
    run = world.observe("develop", scanner, screen, [1, 2, 3])
    first = run.calls_to("show").first
    if first is None:
        return "never"
    return {10.0: "at_once", 11.0: "in_order", 30.0: "at_the_end"}.get(first.started)
