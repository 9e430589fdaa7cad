"""Checks for worker_pool: scanners that share what comes, and hear when nothing more does."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NoReturn

from checker import (
    Act,
    Call,
    Calls,
    Case,
    Feed,
    Run,
    Service,
    World,
    advise,
    check,
    counted,
    is_later,
    often,
    question,
    same,
    scene,
    shown,
    takes,
    were,
)

ERRORS = (
    ConnectionError("the line is down"),
    TimeoutError("no answer"),
    LookupError("no such place"),
    ValueError("not like this"),
)
SO_MANY = "start exactly `scanners` scanners in each call, and let nothing else call label()"
ONE_PLACE = (
    "hand each parcel to a free scanner as soon as it comes: never make it wait for "
    "the next parcel, a clock or another call"
)


class Belt(Feed):
    """Hands out one parcel after the other."""


class Scan(Service):
    """Reads labels, any number at once, and takes a time of its own for each."""

    latency = 1.0

    def __init__(self, bins: dict[int, int], seconds: dict[int, float]) -> None:
        self.bins = bins
        self.seconds = seconds

    @takes("seconds")
    def label(self, parcel: int) -> int:
        if parcel not in self.bins:
            raise LookupError(f"there is no parcel {parcel}")
        return self.bins[parcel]


@dataclass(frozen=True)
class Depot:
    """One call of sort_parcels, with a belt of its own."""

    belt: Belt
    scan: Scan
    scanners: int
    act: Act
    run: Run
    place: str
    """Which call it was, for the beginning of a message."""

    @property
    def turns(self) -> Calls:
        """The calls of the belt."""
        return self.run.calls.to(self.belt)

    @property
    def scans(self) -> Calls:
        return self.run.calls.to(self.scan)

    @property
    def closing(self) -> float | None:
        """When the belt had ended, if anybody has heard of that."""
        ends = [call.ended for call in self.turns.done if call.reply is None]
        return ends[0] if ends else None

    @property
    def failed(self) -> Call | None:
        """The call that failed first, whatever failed then because of that."""
        return self.run.calls.where(
            lambda call: call.outcome == "failed" and call.service in (self.belt, self.scan)
        ).first

    def expect_one_at_the_belt(self) -> None:
        for call in self.turns.where(lambda call: call.failed_with(Belt.BUSY)):
            self.run.fail(
                f"{self.place}somebody asked the belt for a parcel at {call.started:g} s, while somebody else "
                "waited there",
                at=call,
                advice="let one task wait at the belt at a time",
            )

    def expect_bins(self) -> None:
        """Each parcel was scanned once, and its bin returned."""
        self.expect_one_at_the_belt()
        value, due = self.act.value, self.scan.bins
        scanned = Counter(call.given["parcel"] for call in self.scans)
        for parcel in due:
            self.run.expect(
                scanned[parcel] == 1,
                f"{self.place}parcel {parcel}, one of {len(due)}, was {often(scanned[parcel], 'scanned')}"
                + (
                    f"; sort_parcels() returned at {self.act.ended:g} s"
                    if not scanned[parcel]
                    else ""
                ),
                at=self.scans.given(parcel=parcel).last,
                advice="have each parcel that comes along scanned once, whatever its number is"
                if self.turns
                else "take the parcels from the belt, one after the other, until it ends",
            )
        lost = self.scans.where(lambda call: call.outcome == "cancelled")
        self.run.expect(
            not lost,
            f"{self.place}{counted(len(lost), 'scan')} {were(len(lost))} given up before the label was read",
            at=lost.first,
            advice="wait for every scan, as long as it takes",
        )
        if not same(value, due):
            self._refuse(value, due)

    def _refuse(self, value: object, due: dict[int, int]) -> NoReturn:
        """Fail the check: `value`, which was returned, is not `due`."""
        seen = f"{self.place}it returned {shown(value)}; "
        seen += (
            f"the bins of {counted(len(due), 'parcel')} are {shown(due)}"
            if due
            else "this call had no parcels"
        )
        advice = "return a dictionary with the bin of each parcel of this call"
        if isinstance(value, dict):
            elsewhere = {
                call.given["parcel"]
                for call in self.run.calls_to("label").done
                if call.service is not self.scan and not is_later(call.ended or 0.0, self.act.ended)
            }
            other = next((key for key in value if key not in due and key in elsewhere), None)
            kept = {parcel: due[parcel] for parcel in due if parcel in value}
            lost = {parcel: due[parcel] for parcel in due if parcel not in value}
            if other is not None:
                seen += f". Parcel {other} came in the other call"
                advice = "begin each call with a new dictionary"
            elif kept and set(lost) == {0}:
                advice = "0 is the number of a parcel like any other: keep its bin, too"
            elif kept and set(lost.values()) == {0} and 0 not in kept.values():
                advice = "0 is a bin like any other: keep each parcel that goes there, too"
            elif not lost and len(value) == len(due):
                advice = "keep what label() returned for a parcel under the number of that parcel"
        self.run.fail(seen, advice=advice)

    def stretches(self) -> Iterator[tuple[float, float, Calls, int, bool]]:
        """From when until when which scans were under way, how many parcels had come and were not being
        scanned, and whether anybody waited at the belt."""
        moments = {self.act.started, self.act.ended}
        for call in [*self.turns, *self.scans]:
            moments |= {call.started, self.run.elapsed if call.ended is None else call.ended}
        came_at = [c.ended or 0.0 for c in self.turns.done if c.reply is not None]
        for begin, end in pairwise(sorted(moments)):
            if is_later(end, begin):  # What happens in one instant happens in any order.
                middle = (begin + end) / 2
                came = sum(at < middle for at in came_at)
                begun = sum(call.started < middle for call in self.scans)
                scans, turns = self.scans.under_way(middle), self.turns.under_way(middle)
                yield begin, end, scans, came - begun, bool(turns)

    def expect_no_crowd(self) -> None:
        """Never were more labels being read than there are scanners."""
        stretches = list(self.stretches())
        if not stretches:
            return
        begin, _, scans, *_ = max(stretches, key=lambda stretch: len(stretch[2]))
        seen = f"{self.tell(scans)} at the same time, at {begin:g} s"
        # Apart, so that no limit at all does not end up in a run that shows one too many.
        if len(scans) > self.scanners + 1:
            self.run.fail(seen, at=scans.last, advice=SO_MANY)
        if len(scans) > self.scanners:
            self.run.fail(seen, at=scans.last, advice=SO_MANY)

    def tell(self, scans: Calls) -> str:
        """`with 3 scanners, 2 labels were being read`."""
        return (
            f"{self.place}with {counted(self.scanners, 'scanner')}, {counted(len(scans), 'label')} "
            f"{were(len(scans))} being read"
        )


@scene
def days(case: Case) -> Iterator[Depot]:
    for world in case.explore(orders=True):
        yield from _play(case, world)


@scene
def bad_days(case: Case) -> Iterator[Depot]:
    for world in case.explore(fail=ERRORS):
        yield from _play(case, world)


def _play(case: Case, world: World) -> Iterator[Depot]:
    """Two depots at work, the second of which may open when the first has closed."""
    planned = [_draw(case, world, parcels, scanners) for parcels, scanners in ((60, 24), (5, 3))]
    if case.pick([False, True]):
        planned[1][-1].after(planned[0][-1])
    run = world.attempt_all(*(act for *_, act in planned))
    for number, (belt, scan, scanners, act) in enumerate(planned, 1):
        place = "" if not planned[1][0].items and number == 1 else f"in call {number} of 2, "
        yield Depot(belt, scan, scanners, act, run, place)


def _draw(
    case: Case, world: World, most_parcels: int, most_scanners: int
) -> tuple[Belt, Scan, int, Act]:
    scanners = case.size(1, most_scanners)
    parcels = case.distinct(range(-1, 200), case.size(0, most_parcels))
    slowest, longest = case.pick([0.2, 5.0]), case.pick([3.0, 900.0, 200_000.0])
    belt = world.add(
        Belt(parcels, [case.duration(0.011, slowest) for _ in range(len(parcels) + 1)])
    )
    seconds = {parcel: case.duration(0.5, longest) for parcel in parcels}
    scan = world.add(Scan({parcel: case.amount(0, 9) for parcel in parcels}, seconds))
    return belt, scan, scanners, world.call("sort_parcels", belt, scan, scanners)


@check(
    "When the belt has ended and every parcel is scanned, the bins are returned",
    points=3,
    advice="let every scanner hear that no more parcels will come, however many scanners there are",
)
def it_closes(case: Case) -> None:
    for depot in days(case):
        depot.expect_bins()
        over = max([depot.closing or 0.0, *(call.ended or 0.0 for call in depot.scans)])
        depot.run.expect(
            depot.closing is not None and not is_later(depot.act.ended, over),
            f"{depot.place}the belt had ended{', and the last label been read,' if depot.scans else ''} at {over:g} s; "
            f"sort_parcels() returned at {depot.act.ended:g} s"
            if depot.closing is not None
            else f"{depot.place}sort_parcels() returned at {depot.act.ended:g} s, and had not waited for the end of the "
            "belt",
            advice="when the belt has ended and every label is read, return at once: wait for nothing else"
            if depot.closing is not None
            else "return no sooner than the belt ends: until then, more parcels may come",
        )
        depot.run.expect_nothing_left()


@check(
    "As many labels are read at the same time as there are scanners, and never more",
    points=2,
    advice="a scanner that comes free takes the next parcel, whichever scanner that is",
)
def all_share(case: Case) -> None:
    for depot in days(case):
        depot.expect_bins()
        depot.expect_no_crowd()
        for begin, end, scans, waiting, is_at_belt in depot.stretches():
            when = f"from {begin:g} s to {end:g} s"
            if len(scans) == depot.scanners:
                continue
            if waiting > 0:
                depot.run.fail(
                    f"{depot.tell(scans)} {when}, and {counted(waiting, 'parcel')} that had come {were(waiting)} kept waiting"
                    + ("; meanwhile the belt was asked for the next one" if is_at_belt else ""),
                    at=depot.scans.begun_after(begin).first,
                    advice=ONE_PLACE,
                    together=[depot.turns, *([scan] for scan in depot.scans)],
                )
            if not is_at_belt and (depot.closing is None or is_later(depot.closing, begin)):
                depot.run.fail(
                    f"{depot.tell(scans)} {when}, and nobody waited at the belt for the next parcel",
                    at=depot.turns.begun_after(begin).first,
                    advice="while a scanner is free, somebody must ask the belt for the next parcel",
                    together=[depot.turns, *([scan] for scan in depot.scans)],
                )


@check(
    "An error of the belt or of a scan comes out at once",
    points=2,
    advice="let the error out, and let whatever else is under way be cancelled",
)
def errors_come_out(case: Case) -> None:
    for depot in bad_days(case):
        depot.expect_one_at_the_belt()
        failed, act, run = depot.failed, depot.act, depot.run
        if failed is None:
            if act.error is not None:
                run.fail(
                    f"{depot.place}it raised {act.errors[0].kind} at {act.ended:g} s, and no call had failed",
                    at=act.errors[0],
                    advice=advise(act.errors[0], run.trace.backend)
                    or "follow what happens when nothing goes wrong",
                )
            depot.expect_bins()
            continue
        what = (
            "the belt"
            if failed.service is depot.belt
            else f"the scan of parcel {failed.given['parcel']}"
        )
        seen = f"{depot.place}{what} failed at {failed.ended:g} s with {failed.failure}"
        run.expect_heard(
            act,
            failed,
            [*depot.turns, *depot.scans],
            seen,
            advice="let that error out of sort_parcels(): when something has failed, it must not return",
        )


@question
def two_scanners(case: Case) -> str | None:
    world = case.world()
    belt = world.add(Belt([1, 2], [0.25, 0.25, 0.25]))
    scan = world.add(Scan({1: 7, 2: 8}, {1: 1.0, 2: 1.0}))
    run = world.observe("sort_parcels", belt, scan, 2)
    if run.is_deadlocked:
        return "one_waits"
    return "both_stop" if len(run.value) == 2 else "one_is_lost"
