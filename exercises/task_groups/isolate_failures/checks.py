"""Checks for isolate_failures: a failure that concerns one item, and those that concern all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import NoReturn

from checker import (
    Act,
    Call,
    Calls,
    Case,
    EndOfStream,
    Run,
    Service,
    World,
    advise,
    blocking,
    check,
    counted,
    is_later,
    question,
    same_time,
    scene,
    shown,
    takes,
    were,
)

ERRORS = (
    ConnectionError,
    TimeoutError,
    ValueError,
    EndOfStream,
    OSError,
    LookupError,
    RuntimeError,
)

DEAL_WITH_IT_THERE = "deal with a failed inspection in the task that made it: an exception that leaves a task ends the whole group"
ONCE_IT_IS_KNOWN = (
    "show each domain, once, as soon as its own inspection has ended; wait for no other"
)
NOT_THE_DOMAIN = (
    "let only an error of days_left() count as one of the domain: keep the page out of the `try`, or raise what it "
    "raises again"
)
NOT_KNOWN = "a cancellation is no answer: `except Exception` lets it through, `except BaseException` and a bare `except:` do not"
LET_IT_OUT = "let a cancellation out at once: whatever catches it must raise it again"
ALL_AT_ONCE = "start the inspections of all domains before you wait for any of them"


class Inspector(Service):
    """Takes a time of its own for each domain. Some inspections fail."""

    def __init__(
        self, seconds: dict[str, float], days: dict[str, int], failing: dict[str, Exception]
    ) -> None:
        self.seconds = seconds
        self.days = days
        self.failing = failing

    @takes("seconds")
    def days_left(self, domain: str) -> int:
        if domain in self.failing:
            raise self.failing[domain]
        return self.days[domain]


class Page(Service):
    """Takes all entries but one, perhaps."""

    latency = 0.0

    def __init__(self, refusal: Exception | None = None, takes_before: int = 0) -> None:
        self.refusal = refusal
        self._left = takes_before

    @blocking
    def show_days(self, domain: str, days: int) -> None:
        self._take()

    @blocking
    def show_error(self, domain: str, text: str) -> None:
        self._take()

    def _take(self) -> None:
        if self._left < 0:
            return  # How many more come in that instant is chance.
        self._left -= 1
        if self.refusal is not None and self._left < 0:
            raise self.refusal


@dataclass(frozen=True)
class Night:
    """One call of inspect_all, with an inspector and a page of its own."""

    inspector: Inspector
    page: Page
    act: Act
    run: Run

    @property
    def domains(self) -> Sequence[str]:
        return list(self.inspector.seconds)

    @property
    def inspections(self) -> Calls:
        return self.run.calls.to(self.inspector)

    @property
    def entries(self) -> Calls:
        return self.run.calls.to(self.page)

    @property
    def refused(self) -> Calls:
        """The entries at which the page itself failed."""
        return self.entries.where(lambda call: call.outcome == "failed")

    @property
    def was_cut_short(self) -> bool:
        return self.act.record.cancelled_at is not None

    @property
    def failed(self) -> Calls:
        return self.inspections.where(lambda call: call.outcome == "failed")

    @property
    def is_good(self) -> bool:
        """Whether nothing went wrong, and nothing could."""
        return not (self.inspector.failing or self.refused or self.was_cut_short)

    def expect_entries(self) -> None:
        """What the page shows is true, and was shown when it was known."""
        for number, entry in enumerate(self.entries):
            domain = entry.given["domain"]
            earlier = [e for e in self.entries[:number] if e.given["domain"] == domain]
            if earlier and earlier[0] in self.refused:
                self.run.fail(
                    f"the page failed at {earlier[0].started:g} s, in {_called(earlier[0])}: {earlier[0].failure}. Then "
                    f"{_called(entry)} was called",
                    at=entry,
                    advice=NOT_THE_DOMAIN,
                )
            if earlier:
                self.run.fail(
                    f"{domain} was shown twice: {_called(earlier[0])} at {earlier[0].started:g} s, and "
                    f"{_called(entry)} at {entry.started:g} s",
                    at=entry,
                    advice=ONCE_IT_IS_KNOWN,
                )
            self._expect_true(entry)

    def _expect_true(self, entry: Call) -> None:
        """What an entry says is what the inspection of this domain had come to."""
        domain = entry.given["domain"]
        inspected = self.inspections.given(domain=domain)
        known = inspected.where(
            lambda call: (
                call.outcome in ("answered", "failed") and (call.ended_order or 0) < entry.order
            )
        ).first
        seen = f"{_called(entry)} was called at {entry.started:g} s"
        if known is None:
            ended = inspected.where(lambda call: call.outcome == "cancelled").first
            if ended is not None:
                why = f"its inspection was cancelled at {ended.ended:g} s, before it had found anything"
                because, advice = self._why_cancelled(ended)
                why += because
            elif self.was_cut_short and not inspected:
                why = "inspect_all() had been cancelled, and it was never inspected"
                advice = NOT_KNOWN
            else:
                why = "its inspection had not ended" if inspected else "it had not been inspected"
                advice = ONCE_IT_IS_KNOWN
            self.run.fail(f"{seen}; {why}", at=entry, advice=advice)
        due = _due(known)
        told = (
            entry.method,
            entry.given["days"] if entry.method == "show_days" else entry.given["text"],
        )
        self.run.expect(
            told == due,
            f"{seen}; days_left({domain!r}) had {_outcome(known)}, so {_shown(domain, due)} was due",
            at=entry,
            advice="show what came of this very inspection: the number of days, or `str(error)`",
        )

    def _why_cancelled(self, inspection: Call) -> tuple[str, str]:
        """Why an inspection was cancelled, as far as that can be told, and what to try."""
        moment, order = inspection.ended or 0.0, inspection.ended_order or 0
        if any(same_time(e.started, moment) and e.order < order for e in self.refused):
            return ", when the page had failed", NOT_KNOWN
        failed = self.failed.where(
            lambda c: same_time(c.ended or 0.0, moment) and (c.ended_order or 0) < order
        )
        if failed:
            return f", when that of {failed[0].given['domain']} failed", DEAL_WITH_IT_THERE
        if self.was_cut_short and same_time(self.act.record.cancelled_at or 0.0, moment):
            return ", because inspect_all() was cancelled", NOT_KNOWN
        return "", "wait for every inspection as long as it takes"

    def expect_complete(self, until: float) -> None:
        """Whatever was known before this moment was shown when it was."""
        for inspection in self.inspections:
            ended, domain = inspection.ended, inspection.given["domain"]
            if inspection.outcome not in ("answered", "failed") or ended is None:
                continue
            entry = self.entries.given(domain=domain).first
            if not is_later(until, ended):
                continue
            seen = f"days_left({domain!r}) {_outcome(inspection)} at {ended:g} s"
            if entry is None:
                self._refuse(f"{seen}, and {domain} was never shown", inspection)
            if is_later(entry.started, ended):
                self._refuse(f"{seen}, and {domain} was not shown until {entry.started:g} s", entry)

    def _refuse(self, seen: str, call: Call) -> NoReturn:
        """Fail the check: the page lacked something that should have been there."""
        advice = ONCE_IT_IS_KNOWN
        if call.outcome == "failed" and call.method == "days_left":
            advice = "a failure is news, too: show it, with show_error()"
        self.run.fail(seen, at=call, advice=advice)

    def expect_whole(self) -> None:
        """Nobody cancelled it and the page did not fail, so all was inspected once, and shown, and it returned."""
        act = self.act
        for number, call in enumerate(self.inspections):
            domain = call.given["domain"]
            self.run.expect(
                domain in self.domains,
                f"days_left() was called at {call.started:g} s with something that is no domain of this night",
                at=call,
                advice="inspect each domain of this night, and nothing else",
            )
            self.run.expect(
                not self.inspections[:number].count(call)
                and domain not in [c.given["domain"] for c in self.inspections[:number]],
                f"days_left({domain!r}) was called again at {call.started:g} s",
                at=call,
                advice="inspect each domain once, whatever comes of it",
            )
        missing = [domain for domain in self.domains if not self.entries.given(domain=domain)]
        if act.error is not None:
            self._refuse_error(missing)
        self.expect_complete(float("inf"))
        for domain in missing:
            cut = self.inspections.given(domain=domain).first
            became = (
                "it was never inspected"
                if cut is None
                else f"its inspection, begun at {cut.started:g} s, was "
                + (
                    f"{cut.outcome} at {cut.ended:g} s"
                    if cut.ended is not None
                    else "still under way"
                )
            )
            self.run.fail(
                f"inspect_all() returned at {act.ended:g} s, and {domain} was not on the page: {became}",
                at=cut,
                advice="wait for every inspection as long as it takes, and give none up because another one failed"
                if cut is not None
                else "inspect every domain, and show what came of it",
            )
        last = max((call.ended or 0.0 for call in self.inspections), default=act.started)
        self.run.expect(
            not is_later(act.ended, last),
            f"the last of {counted(len(self.domains), 'inspection')} ended at {last:g} s, and inspect_all() did not "
            f"return until {act.ended:g} s"
            if self.domains
            else f"there were no domains, and inspect_all() took {act.elapsed:g} s",
            advice="return when all is shown: wait for nothing else",
        )

    def _refuse_error(self, missing: Sequence[str]) -> NoReturn:
        """Fail the check: it had no reason to raise."""
        act = self.act
        assert act.error is not None
        raised = ", ".join(f"{e.kind}: {e.message}" if e.message else e.kind for e in act.errors)
        seen = f"at {act.ended:g} s inspect_all() raised {raised}; "
        own = self.failed.where(act.heard).first
        other = self.run.calls.where(act.heard).first
        advice = advise(act.error, self.run.trace.backend)
        if own is not None:
            seen += (
                f"only the inspection of {own.given['domain']} had failed"
                if len(self.failed) == 1
                else f"{len(self.failed)} inspections had failed, that of {own.given['domain']} with this"
            )
            advice = DEAL_WITH_IT_THERE
        elif other is not None:
            seen += "that is an error of another night, with another page"
            advice = "keep nothing of one night where another one finds it"
        elif not self.domains:
            seen += "this night has no domains"
        else:
            seen += "the page had not failed, and nobody had cancelled it"
            advice = advice or "find out why this line raises: it is an error of the program itself"
        if missing and len(self.domains) > 1:
            seen += f". {len(missing)} of {counted(len(self.domains), 'domain')} {were(len(missing))} not on the page"
        self.run.fail(seen, at=own or act.errors[0], advice=advice)


def _due(inspection: Call) -> tuple[str, object]:
    """What must be shown of an inspection that has ended: by which method, and how."""
    if inspection.failure is not None:
        return "show_error", inspection.failure.message
    return "show_days", inspection.reply


def _shown(domain: str, due: tuple[str, object]) -> str:
    return f"{due[0]}({domain!r}, {shown(due[1], 60)})"


def _called(entry: Call) -> str:
    what = entry.given["days"] if entry.method == "show_days" else entry.given["text"]
    return _shown(entry.given["domain"], (entry.method, what))


def _outcome(inspection: Call) -> str:
    if inspection.failure is not None:
        return f"failed with {inspection.failure}"
    return f"returned {inspection.reply}"


def _plan(
    case: Case, world: World, most: int, failing: int, *, page_fails: bool
) -> tuple[Act, Inspector, Page]:
    """A night with up to `most` domains, of which up to `failing` cannot be inspected."""
    longest = case.pick([9.0, 900.0, 200_000.0])
    names = [f"shop{number}.example" for number in range(case.size(2 if page_fails else 0, most))]
    seconds = {name: case.duration(0.2, longest) for name in names}
    first = case.integer(0, len(ERRORS) - 1)
    bad = case.distinct(names, min(failing, len(names)))
    errors: dict[str, Exception] = {
        name: ERRORS[(first + number) % len(ERRORS)](case.pick([f"no answer from {name}", ""]))
        for number, name in enumerate(bad)
    }
    days = {name: case.integer(0, 90) for name in names}
    refusal = None
    if page_fails:
        refusal = case.pick(ERRORS)(f"disk {case.random.randint(100, 999)} is full")
    inspector = world.add(Inspector(seconds, days, errors))
    page = world.add(Page(refusal, case.integer(0, 1)))
    return world.call("inspect_all", inspector, page, names), inspector, page


@scene
def nights(case: Case) -> Iterator[list[Night]]:
    for world in case.explore(cancel=True):
        planned = [
            _plan(case, world, 5, 1, page_fails=False),
            _plan(case, world, 12, 0, page_fails=False),
            _plan(case, world, 3, 3, page_fails=False),
            _plan(case, world, 4, 1, page_fails=True),
        ]
        for _ in range(case.size(0, case.pick([0, 10, 10]))):
            planned.append(_plan(case, world, 1, 0, page_fails=False))
        acts = [act for act, *_ in planned]
        for before, act in pairwise(acts):
            if case.pick([True, False]):
                act.after(before)
        run = world.attempt_all(*acts)
        yield [Night(inspector, page, act, run) for act, inspector, page in planned]


@check(
    "Where all servers answer, all inspections overlap, and each domain is shown at once",
    advice=ALL_AT_ONCE,
)
def good_night(case: Case) -> None:
    for night in chain.from_iterable(nights(case)):
        if not night.is_good:
            continue
        night.expect_entries()
        night.expect_whole()
        for call in night.inspections:
            night.run.expect(
                same_time(call.started, night.act.started),
                f"inspect_all() was called at {night.act.started:g} s with {counted(len(night.domains), 'domain')}, "
                f"and began to inspect {call.given['domain']} at {call.started:g} s",
                at=call,
                advice=ALL_AT_ONCE,
                together=[[each] for each in night.inspections],
            )


@check(
    "An inspection that fails is shown at once, and the others go on",
    points=3,
    advice="follow an inspection that fails, and one that does not, from days_left() to the page",
)
def others_go_on(case: Case) -> None:
    for night in chain.from_iterable(nights(case)):
        if night.refused or night.was_cut_short or not night.domains:
            continue
        night.expect_entries()
        night.expect_whole()


@check(
    "A cancelled night ends at once, and shows only what was known",
    points=2,
    advice=LET_IT_OUT,
)
def cancelled_night(case: Case) -> None:
    for night in chain.from_iterable(nights(case)):
        act, cancelled = night.act, night.act.record.cancelled_at
        left = [*night.run.tasks_left, *night.run.threads_left]
        night.run.expect(
            not left,
            f"{counted(len(left), 'task or thread', 'tasks or threads')} still ran when the last night had ended",
            at=next(iter(left), None),
            advice="whatever inspect_all() starts, it must wait for, or cancel",
        )
        if cancelled is None:
            # Also here, so that nobody earns this point by doing nothing.
            if night.is_good:
                night.expect_entries()
                night.expect_whole()
            continue
        night.run.expect_ended_with(act, night.inspections)
        night.expect_entries()
        if night.refused or any(map(act.heard, night.failed)):
            continue  # Another check asks for that.
        night.expect_complete(cancelled)
        if act.error is not None and not act.gave_way(night.inspections):
            night._refuse_error([])
        there = len(night.entries)
        night.run.expect(
            act.gave_way(night.inspections) or there == len(night.domains),
            f"inspect_all() was cancelled at {cancelled:g} s, when {there} of {counted(len(night.domains), 'domain')} "
            f"{were(there)} on the page, and returned as if it had shown them all",
            advice=LET_IT_OUT,
        )


@check(
    "An error of the page reaches the caller and ends the night, and no domain is blamed for it",
    points=2,
    advice=NOT_THE_DOMAIN,
)
def page_fails(case: Case) -> None:
    for night in chain.from_iterable(nights(case)):
        act, run = night.act, night.run
        refused = night.refused.first
        if refused is None:
            if night.is_good:
                night.expect_entries()
                night.expect_whole()
            continue
        if night.was_cut_short:
            continue
        night.expect_entries()
        seen = f"the page failed at {refused.started:g} s, in {_called(refused)}: {refused.failure}"
        raised = ", ".join(f"{e.kind}: {e.message}" if e.message else e.kind for e in act.errors)
        run.expect(
            any(map(act.heard, night.refused)),
            f"{seen}. inspect_all() "
            + (
                f"raised another exception: {raised}"
                if raised
                else "returned, and its caller never heard of it"
            ),
            at=refused,
            advice="let the very exception that the page raised reach the caller, alone or in a group: drop it nowhere, "
            "and put no other in its place",
        )
        run.expect_ended_with(act, night.inspections)
        run.expect(
            not is_later(act.ended, refused.started),
            f"{seen}. inspect_all() did not end until {act.ended:g} s",
            at=refused,
            advice="let the exception leave its task at once: the task group then cancels the other inspections",
        )
        night.expect_complete(refused.started)


@question
def three_domains(case: Case) -> str | None:
    world = case.world()
    seconds = {"books": 1.0, "shoes": 2.0, "tea": 3.0}
    inspector = world.add(
        Inspector(seconds, {"books": 87, "tea": 5}, {"shoes": ConnectionError("switched off")})
    )
    run = world.attempt("inspect_all", inspector, world.add(Page()), list(seconds))
    there = [call.given["domain"] for call in run.calls_to("show_days")]
    if there == ["books", "tea"]:
        return "alone" if run.error is None else "at_the_end"
    return {("books",): "stops", (): "nothing"}.get(tuple(there))
