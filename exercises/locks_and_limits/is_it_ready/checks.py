"""Checks for is_it_ready: who waits for a change is woken by it, and does not look for it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from checker import (
    Act,
    Call,
    Calls,
    Case,
    Run,
    Service,
    World,
    check,
    is_later,
    often,
    question,
    same,
    same_time,
    scene,
    shown,
    takes,
)

ERRORS = (
    ConnectionError("no line to the archive"),
    TimeoutError("no answer in time"),
    LookupError("no figures"),
    RuntimeError("out of paper"),
)
STAYS = "once a report is ready, leave the sign for that where it is, whatever happens to it later"
FAILED = "only a call of office.make() that has returned makes a report ready: neither an error nor a cancellation does"


class Office(Service):
    """Makes reports, of which the first tries may fail, and gives them to those who want to read."""

    def __init__(
        self,
        seconds: dict[str, float],
        failing: dict[str, list[Exception]],
        reading: dict[str, float],
        texts: dict[str, str],
    ) -> None:
        self.seconds = seconds
        self.failing = failing
        self.reading = reading
        self.texts = texts
        self.tries = Counter[str]()

    @takes(lambda self, report: self.seconds.get(report, 1.0))
    def make(self, report: str) -> None:
        self.tries[report] += 1
        errors = self.failing.get(report, [])[self.tries[report] - 1 :]
        if errors:
            raise errors[0]

    @takes(lambda self, report, reader: self.reading.get(reader, 1.0))
    def fetch(self, report: str, reader: str) -> str:
        return self.texts.get(reader, "")


@dataclass(frozen=True)
class Visit:
    """Somebody who wants to read a report."""

    report: str
    reader: str
    act: Act


@dataclass(frozen=True)
class Report:
    """All that had to do with one report of one office."""

    name: str
    office: Office
    makers: Sequence[Act]
    visits: Sequence[Visit]
    run: Run

    @property
    def tries(self) -> Calls:
        return self.run.calls.to(self.office).where(
            lambda call: call.method == "make" and call.given["report"] == self.name
        )

    def fetches(self, visit: Visit) -> Calls:
        return self.run.calls.to(self.office).where(
            lambda call: call.method == "fetch" and call.given["reader"] == visit.reader
        )

    def ready(self) -> list[Call]:
        """The calls of which the first made it ready, as far as can be told: where `make` was cancelled just as one
        returned, it may be that one or a later one."""
        candidates = []
        for call in sorted(self.tries.done, key=lambda call: call.ended_order or 0):
            candidates.append(call)
            if not any(
                same_time(act.record.cancelled_at, call.ended or 0.0)
                for act in self.makers
                if act.record.cancelled_at is not None
            ):
                break
        return candidates

    def begun(self) -> Iterator[tuple[Visit, Call]]:
        """Everybody's fetch, of those who began one."""
        for visit in self.visits:
            for fetch in self.fetches(visit):
                yield visit, fetch

    def expect_outcomes(self) -> None:
        """Everybody got what the office had for them, and ended when that was there."""
        run = self.run
        for visit in self.visits:
            act, fetches = visit.act, self.fetches(visit)
            run.expect_ended_with(act, fetches)
            gave_way = act.gave_way(fetches)
            if act.error is not None and not gave_way:
                raise act.explained()
            run.expect(
                len(fetches) == 1 or (gave_way and not fetches),
                f"read({visit.report!r}, {visit.reader!r}) was called at {act.started:g} s, and office.fetch() was "
                f"{often(len(fetches), 'called')} for that reader",
                at=fetches.last,
                advice="have each reader's report fetched once, and by nobody else",
            )
            if gave_way:
                continue
            due = self.office.texts[visit.reader]
            run.expect(
                fetches[0].given["report"] == visit.report,
                f"{visit.reader} wanted {visit.report}, and {fetches[0].given['report']} was fetched",
                at=fetches[0],
                advice="fetch the report that was asked for",
            )
            run.expect(
                same(act.value, due) and fetches[0].done,
                f"read({visit.report!r}, {visit.reader!r}) returned {shown(act.value)}; office.fetch() has {shown(due)} "
                "for that reader",
                at=fetches[0],
                advice="return what office.fetch() returned for this reader, whatever it is",
            )
            run.expect(
                same_time(act.ended, fetches[0].ended or 0.0),
                f"{visit.report} was fetched for {visit.reader} at {fetches[0].ended:g} s, and read() went on until "
                f"{act.ended:g} s",
                advice="return as soon as the report is there",
            )
        self._expect_makers()

    def _expect_makers(self) -> None:
        run, tries = self.run, self.tries
        for act in self.makers:
            run.expect_ended_with(act, [])
        least = sum(not act.gave_way(tries) for act in self.makers)
        run.expect(
            least <= len(tries) <= len(self.makers),
            f"make({self.name!r}) was called {often(len(self.makers))}, and called office.make() "
            f"{often(len(tries))}",
            at=tries.last,
            advice="let each call of make() have the report made once, and let nothing else do so",
        )
        for call in tries:
            if call.outcome == "failed":
                run.expect(
                    any(act.heard(call) or act.gave_way(tries) for act in self.makers),
                    f"office.make({self.name!r}) failed at {call.ended:g} s ({call.failure}), and no call of make() raised "
                    "that",
                    at=call,
                    advice="let the error of office.make() out of make()",
                )
        for act in self.makers:
            if act.gave_way(tries):
                continue
            if act.error is not None and not any(
                act.heard(call) for call in tries if call.outcome == "failed"
            ):
                raise act.explained()
            own = [call for call in tries if same_time(call.started, act.started)]
            run.expect(
                own,
                f"make({self.name!r}) was called at {act.started:g} s, and did not call office.make() then",
                at=tries.begun_after(act.started).first,
                advice="let make() wait for nobody, and call office.make() at once",
                together=[[call] for call in run.calls],
            )
            ends = [call.ended or 0.0 for call in own if call.outcome != "cancelled"]
            if not ends:
                run.fail(
                    f"make({self.name!r}) ended at {act.ended:g} s as if all was well, and its call of office.make() "
                    "had been cancelled",
                    at=own[0],
                    advice="let a cancellation out: what catches it must raise it again",
                )
            run.expect(
                any(same_time(act.ended, end) for end in ends),
                f"make({self.name!r}) was called at {act.started:g} s and went on until {act.ended:g} s; its call of "
                f"office.make() had ended at {max(ends):g} s",
                advice="let make() end as soon as office.make() has, and wait for no reader",
                together=[[call] for call in run.calls],
            )


@scene
def mornings(case: Case) -> Iterator[Report]:
    """Two offices, of which the second has only one report, by the name of one of the first."""
    for world in case.explore():
        sizes = [(case.size(1, 2), case.size(0, 4)), (1, case.size(0, 2))]
        planned = [_plan(case, world, *size) for size in sizes]
        acts = [
            act
            for reports in planned
            for _, makers, visits, _ in reports
            for act in [*makers, *(visit.act for visit in visits)]
        ]
        run = world.attempt_all(*acts)
        for reports in planned:
            for name, makers, visits, office in reports:
                yield Report(name, office, makers, visits, run)


def _plan(
    case: Case, world: World, reports: int, readers: int
) -> list[tuple[str, list[Act], list[Visit], Office]]:
    """What is to happen in one office: for each report, who makes it and who reads it. Each is made once more
    than it fails. Somebody may begin to make it, or to wait for it, and be cancelled; or it is made again when it has
    long been ready, and somebody comes meanwhile."""
    names = [f"report {number}" for number in range(1, reports + 1)]
    longest = case.pick([2.0, 15.0])
    seconds = {name: case.duration(0.9, longest) for name in names}
    failing = {name: [case.pick(ERRORS)][: case.integer(0, 1)] for name in names}
    readers_of: dict[str, list[str]] = {name: [] for name in names}
    for number in range(1, readers + 1):
        readers_of[case.pick(names)].append(f"reader {number}")
    reading: dict[str, float] = {}
    texts: dict[str, str] = {}
    office = world.add(Office(seconds, failing, reading, texts))
    kept = world.new("Reports", office)

    def visit(report: str, reader: str, seconds: float) -> Visit:
        reading[reader] = case.duration(0.2, 9.0)
        texts[reader] = case.pick([f"figures for {reader}", ""])
        return Visit(report, reader, kept.read(report, reader).at(seconds))

    planned = []
    for number, (name, people) in enumerate(readers_of.items(), 1):
        makers = [
            kept.make(name).at(case.duration(0.001, 1.5 * seconds[name]))
            for _ in range(len(failing[name]) + 1)
        ]
        visits = [
            visit(name, reader, case.duration(0.001, 2.0 * seconds[name])) for reader in people
        ]
        if case.pick([False, True]):
            gives_up = kept.make(name).at(case.duration(0.001, 0.5))
            makers.append(gives_up.cancel_after(case.duration(0.05, 0.3)))
        if bool(people) and case.pick([True, False]):
            visits.append(visit(name, f"hurried reader {number}", case.duration(0.001, 0.5)))
            visits[-1].act.cancel_after(case.duration(0.05, 0.3))
        if bool(people) and case.pick([False, True]):
            makers.append(kept.make(name).at(3.0 * seconds[name]))
            if case.pick([True, False]):  # Which leaves it as ready as it was.
                makers[-1].cancel_after(case.duration(0.01, 0.04))
            late = 3.0 * seconds[name] + case.duration(0.05, 0.8)
            visits.append(visit(name, f"late reader {number}", late))
        planned.append((name, makers, visits, office))
    return planned


@check(
    "A page that waits goes on the moment its report is ready",
    points=3,
    advice="let `make` wake all who wait for this report: a page that looks is late, however often it looks",
)
def no_later(case: Case) -> None:
    for report in mornings(case):
        report.expect_outcomes()
        ready = report.ready()
        for visit, fetch in report.begun():
            if not any(_is_due(visit, call, fetch) for call in ready) and is_later(
                fetch.started, ready[0].ended or 0.0
            ):
                _tell_late(report, visit, fetch, ready[0].ended or 0.0)


def _is_due(visit: Visit, ready: Call, fetch: Call) -> bool:
    """Whether it is when this call made the report ready that the fetch was due to begin."""
    return same_time(fetch.started, max(visit.act.started, ready.ended or 0.0))


def _tell_late(report: Report, visit: Visit, fetch: Call, ready: float) -> None:
    """Fail the check: this fetch began later than it was due."""
    advice = None
    seen = f"{report.name} was ready at {ready:g} s; {visit.reader}, who waited for it from {visit.act.started:g} s on"
    if is_later(visit.act.started, ready):
        seen = f"{report.name} had been ready since {ready:g} s; {visit.reader}, who came at {visit.act.started:g} s"
        advice = "look first whether the report is ready: only who comes earlier has to wait"
    seen += f", did not fetch it until {fetch.started:g} s"
    others = [other for other in report.run.calls if same_time(other.ended or 0.0, fetch.started)]
    if others and others[0].method == "fetch":
        seen += f", when {others[0].given['reader']} had fetched something"
        advice = "hold nothing during a fetch that others need to get on"
    elif others:
        seen += f", when a call of office.make() for {others[0].given['report']} ended"
        advice = "let each report have a sign of its own"
        if others[0] in report.tries:
            came_later = is_later(visit.act.started, ready)
            advice = STAYS if came_later else "wake all who wait for the report, and not only some"
    run = report.run
    run.fail(seen, at=fetch, advice=advice, late=fetch, together=[[call] for call in run.calls])


@check(
    "Nobody fetches a report that is not ready, whatever happened to it before",
    points=2,
    advice="have `read` wait for what `make` does when office.make() has returned for this very report",
)
def no_sooner(case: Case) -> None:
    for report in mornings(case):
        report.expect_outcomes()
        ready = report.ready()[0]
        for visit, fetch in report.begun():
            if ready.ended_order is not None and ready.ended_order < fetch.order:
                continue
            seen = f"{visit.reader} fetched {report.name} at {fetch.started:g} s, and it was not ready until {ready.ended:g} s"
            advice = None
            just_then = [
                call for call in report.run.calls if same_time(call.ended or 0.0, fetch.started)
            ]
            own = [call for call in just_then if call in report.tries and not call.done]
            others = [call for call in just_then if call.method == "make" and call.done]
            if own:
                way = "failed" if own[0].outcome == "failed" else "been cancelled"
                seen += f"; a call of office.make() for it had just {way}"
                advice = FAILED
            elif others and others[0].given["report"] != report.name:
                seen += f"; {others[0].given['report']} was ready just then"
                advice = "wake those who wait for this report, or let who is woken see for which one that was"
            report.run.fail(seen, at=fetch, advice=advice)


@check(
    "Every call gets the outcome that it is due, and nothing keeps it",
    advice="follow this call line by line, to its end",
)
def outcomes(case: Case) -> None:
    for report in mornings(case):
        report.expect_outcomes()
        report.run.expect_nothing_left()


@question
def one_page(case: Case) -> str | None:
    world = case.world()
    office = world.add(Office({"sales": 1.25}, {}, {"Ada": 1.0}, {"Ada": "42"}))
    reports = world.new("Reports", office)
    run = world.observe_all(reports.read("sales", "Ada"), reports.make("sales"))
    fetches = run.calls_to("fetch")
    if not fetches:
        return "never"
    return {1.25: "at_once", 1.3: "next_look"}.get(round(fetches[0].started, 3))
