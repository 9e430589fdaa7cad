"""Checks for locked_page: a clean-up that is cancelled, or that never ends."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from checker import (
    Act,
    Call,
    Calls,
    Case,
    Run,
    Service,
    World,
    advise,
    check,
    is_later,
    question,
    same,
    same_time,
    scene,
    shown,
    takes,
)

GRACE = 5.0
HOURS = 20_000
MOST = 12
UP, DOWN, DEAD = (0.1, 4.9), (5.1, 60.0), (60.0, HOURS)
"""How long a wiki may take to unlock a page: all wikis of a world do well or badly together, so that a limit
which ran out as it should is not told as the cause of something else."""
ERRORS = (
    ConnectionError("connection lost"),
    TimeoutError("nobody answers"),
    ValueError("no such page"),
    PermissionError("not yours"),
    RuntimeError("out of order"),
)
WHOEVER_LOCKED = (
    "whoever got the lock must give it back, once, on every way out, and nobody else may"
)
HOLD_OFF = (
    "call unlock() on every way out, once the page is locked; and mind that an `await` in a scope that is cancelled, "
    "or whose deadline has passed, is cancelled at once"
)
WAIT_FOR_IT = "wait for unlock() itself, keep cancellations from it, and leave no task behind"
LIMIT = "limit the clean-up by a deadline that counts from where it begins, and keep no shield between the two"
LET_IT_OUT = "the clean-up must not replace what is on its way to the caller: let that go on"
IN_TURN = "lock the page, have it edited as soon as it is locked, and then unlock it, each once"
NOTHING_ELSE = (
    "let a cancellation out of lock() and edit() at once: only unlock() must be kept from it"
)


class Wiki(Service):
    """The wiki of one editor, with its own times and errors."""

    def __init__(
        self,
        seconds: dict[str, float],
        errors: dict[str, Exception],
        text: str,
    ) -> None:
        self.seconds = seconds
        self.errors = errors
        self.text = text

    @takes(lambda self, title: self.seconds["lock"])
    def lock(self, title: str) -> None:
        self._fail("lock")

    @takes(lambda self, title: self.seconds["edit"])
    def edit(self, title: str) -> str:
        self._fail("edit")
        return self.text

    @takes(lambda self, title: self.seconds["unlock"])
    def unlock(self, title: str) -> None:
        pass

    def _fail(self, method: str) -> None:
        if method in self.errors:
            raise self.errors[method]


@dataclass(frozen=True)
class Visit:
    """One call of revise, and what it did."""

    wiki: Wiki
    title: str
    act: Act
    run: Run

    def calls_to(self, method: str) -> Calls:
        return self.run.calls_to(method).to(self.wiki)

    @property
    def lock(self) -> Call | None:
        return self.calls_to("lock").first

    @property
    def edit(self) -> Call | None:
        return self.calls_to("edit").first

    @property
    def unlock(self) -> Call | None:
        return self.calls_to("unlock").first

    @property
    def is_locked(self) -> bool:
        return self.lock is not None and self.lock.done

    @property
    def cancelled_at(self) -> float | None:
        return self.act.record.cancelled_at

    @property
    def failed(self) -> Call | None:
        """The call that failed, if one did, and not because of what it was given."""
        calls = (self.lock, self.edit)
        return next((call for call in calls if call and call.failed_with(*ERRORS)), None)

    @property
    def was_cut(self) -> bool:
        """Whether it was cancelled before the edit was over."""
        is_over = self.failed is not None or (self.edit is not None and self.edit.done)
        return self.cancelled_at is not None and not is_over

    @property
    def edited_until(self) -> float:
        """When it was done with the page: when the edit had ended, or was cancelled."""
        if self.edit is not None and self.edit.ended is not None:
            return self.edit.ended
        if self.cancelled_at is not None:
            return self.cancelled_at
        return self.act.ended

    @property
    def fate(self) -> str:
        """What became of the edit, for a message."""
        if self.edit is None and self.was_cut:
            return f"it had got the lock when it was cancelled, at {self.cancelled_at:g} s"
        if self.edit is None:
            return "it never called edit()"
        at = f"at {self.edited_until:g} s"
        if self.edit.outcome == "cancelled":
            return f"edit() was cancelled {at}"
        return f"edit() {'failed' if self.edit.failure else 'was done'} {at}"

    def expect_its_edit(self) -> None:
        """Fail the check unless it locked and edited the page, as far as it got."""
        calls = [*self.calls_to("lock"), *self.calls_to("edit")]
        for call, due in zip(calls, ("lock", "edit"), strict=False):
            self.run.expect(
                call.method == due and call.given["title"] == self.title,
                f"revise() called {call.method}({call.given['title']!r}); it had to call {due}({self.title!r})",
                at=call,
                advice=IN_TURN,
            )
        self.run.expect(
            len(calls) <= 2,
            f"revise() called lock() and edit() {len(calls)} times in all",
            at=calls[-1] if calls else None,
            advice=IN_TURN,
        )
        moment = self.act.started
        for call in calls:
            self.run.expect(
                same_time(call.started, moment),
                f"{call.method}() was called at {call.started:g} s, and not at {moment:g} s, when "
                f"{'revise() was called' if call is calls[0] else 'the page had been locked'}",
                at=call,
                advice=IN_TURN,
                late=call if is_later(call.started, moment) else None,
            )
            if call.outcome == "cancelled":
                self.run.expect(
                    self.cancelled_at is not None,
                    f"{call.method}(), called at {call.started:g} s, was given up at {call.ended:g} s, and nobody "
                    "had cancelled revise()",
                    at=call,
                    advice="wait for lock() and edit() as long as they take",
                )
            moment = call.ended if call.ended is not None else self.act.ended
        if self.cancelled_at is None and self.failed is None:
            missing = [method for method in ("lock", "edit") if not self.calls_to(method).done]
            if missing:
                self.expect_no_error()
            self.run.expect(
                not missing,
                f"revise() returned at {self.act.ended:g} s, without an answer to {next(iter(missing), '')}()",
                advice=IN_TURN,
            )

    def expect_no_error(self) -> None:
        act = self.act
        if act.error is None:
            return
        if advise(act.error, self.run.trace.backend):
            raise act.explained()
        self.run.fail(
            f"revise() raised {act.errors[0].kind} at {act.ended:g} s, and neither lock() nor edit() had failed with "
            "it",
            at=act.errors[0],
            advice="an unlock() that had to be given up is no error",
        )


@scene
def visits(case: Case) -> Iterator[Visit]:
    for world in case.explore(cancel=True):
        unlocking = case.pick((UP, DOWN, DEAD))
        planned = [_plan(case, world, unlocking) for _ in range(case.size(1, 3))]
        if case.pick((False, False, False, False, True)):  # A dozen, all at the same time.
            wiki, title = planned[-1]
            twins = [Wiki(wiki.seconds, wiki.errors, wiki.text) for _ in range(MOST - len(planned))]
            planned += [(world.add(twin), title) for twin in twins]
        acts = [world.call("revise", wiki, title) for wiki, title in planned]
        for before, act in pairwise(acts[:3]):
            if case.pick((False, True)):
                act.after(before)
        run = world.attempt_all(*acts)
        for (wiki, title), act in zip(planned, acts, strict=True):
            yield Visit(wiki, title, act, run)


def _plan(case: Case, world: World, unlocking: tuple[float, float]) -> tuple[Wiki, str]:
    seconds = {
        "lock": case.duration(0.1, case.pick((2.0, HOURS))),
        "edit": case.duration(0.1, case.pick((2.0, HOURS))),
        "unlock": case.duration(*unlocking),
    }
    errors: dict[str, Exception] = {}
    failing = case.pick((None, "edit", "lock", "edit"))
    if failing is not None:
        errors[failing] = case.pick(ERRORS)
    title = case.pick(("Lunch menu", "Holidays"))
    text = case.pick(("new text", "", "short text"))
    return world.add(Wiki(seconds, errors, text)), title


@check(
    "A page that was locked is unlocked when the edit is over, even if that was cancelled; no other is",
    points=3,
    advice=WHOEVER_LOCKED,
)
def page_is_freed(case: Case) -> None:
    for visit in visits(case):
        visit.expect_its_edit()
        calls, run = visit.calls_to("unlock"), visit.run
        if not visit.is_locked:
            lock = visit.lock
            run.expect(
                not calls,
                f"lock({visit.title!r}) {'failed' if lock and lock.failure else 'was cancelled'}, and unlock() was "
                "called all the same",
                at=calls.first,
                advice=WHOEVER_LOCKED,
            )
            continue
        if not calls and visit.failed is None:
            visit.expect_no_error()
        run.expect(
            calls,
            f"{visit.fate}; unlock({visit.title!r}) never reached the wiki",
            at=visit.edit if visit.edit and visit.edit.done else None,
            advice=HOLD_OFF,
        )
        unlock = visit.unlock
        assert unlock is not None
        run.expect(
            len(calls) == 1 and unlock.given["title"] == visit.title,
            f"{visit.title!r} had been locked once, and unlock() was called for "
            + " and ".join(repr(call.given["title"]) for call in calls),
            at=calls.last,
            advice=WHOEVER_LOCKED,
        )
        run.expect(
            same_time(unlock.started, visit.edited_until),
            f"{visit.fate}, and unlock() was called at {unlock.started:g} s",
            at=unlock,
            advice="unlock the page when the edit is over: not before that, and wait for nothing else",
        )
        waited = (unlock.ended if unlock.ended is not None else visit.act.ended) - unlock.started
        needed = visit.wiki.seconds["unlock"]
        run.expect(
            not is_later(min(needed, GRACE), waited),
            f"unlock() was called at {unlock.started:g} s and takes {needed:g} s; "
            + (
                f"after {waited:g} s it was given up, and {GRACE:g} s should pass before that"
                if unlock.outcome == "cancelled"
                else f"revise() ended at {visit.act.ended:g} s, without its answer"
            ),
            at=unlock,
            advice=LIMIT if _began_too_soon(visit, unlock) else WAIT_FOR_IT,
        )


def _began_too_soon(visit: Visit, unlock: Call) -> bool:
    """Whether unlock() was given up after a while, and not because somebody cancelled revise() then."""
    ended, cancelled = unlock.ended or 0.0, visit.cancelled_at
    return (
        unlock.outcome == "cancelled"
        and is_later(ended, unlock.started)
        and not (cancelled is not None and same_time(ended, cancelled))
    )


@check(
    "It ends when unlock() is answered, or after five seconds; lock() and edit() are cancelled at once",
    points=2,
    advice=WAIT_FOR_IT,
)
def ends_in_time(case: Case) -> None:
    for visit in visits(case):
        visit.expect_its_edit()
        act, run, unlock = visit.act, visit.run, visit.unlock
        for call in (visit.lock, visit.edit):
            moment = visit.cancelled_at
            if call is None or moment is None or call.ended is None:
                continue
            run.expect(
                not is_later(call.ended, moment),
                f"revise() was cancelled at {moment:g} s, and its call {call.method}() went on until "
                f"{call.ended:g} s",
                at=call,
                advice=NOTHING_ELSE,
            )
        if unlock is not None and visit.is_locked:
            needed = visit.wiki.seconds["unlock"]
            due = unlock.started + min(needed, GRACE)
            called = (
                f"unlock() was called at {unlock.started:g} s and takes {needed:g} s; revise() "
            )
            limit = f"must wait for it no longer than {GRACE:g} s, and " if needed > GRACE else ""
            run.expect(
                not is_later(act.ended, due),
                f"{called}{limit}did not end until {act.ended:g} s",
                at=unlock,
                advice=LIMIT
                if limit
                else "end when unlock() is answered, and wait for nothing else",
            )
            run.expect(
                not is_later(due, act.ended),
                f"{called}ended at {act.ended:g} s, without its answer",
                at=unlock,
                advice=LIMIT if _began_too_soon(visit, unlock) else WAIT_FOR_IT,
            )
        elif unlock is None and (visit.was_cut or visit.failed):
            due = visit.edited_until
            why = f"was cancelled at {due:g} s"
            if visit.failed is not None:
                due = visit.failed.ended or 0.0
                why = f"heard at {due:g} s that {visit.failed.method}() had failed"
            run.expect(
                same_time(act.ended, due),
                f"revise() {why}, and ended at {act.ended:g} s, though there was nothing to unlock",
                advice=NOTHING_ELSE if visit.was_cut else "let an error of lock() out at once",
            )
        run.expect_nothing_left()


@check(
    "The caller gets the text, the error or the cancellation, however the unlocking went",
    points=2,
    advice=LET_IT_OUT,
)
def the_caller_hears(case: Case) -> None:
    for visit in visits(case):
        visit.expect_its_edit()
        act, run, failed, edit = visit.act, visit.run, visit.failed, visit.edit
        came = f"raised {act.errors[0].kind}" if act.error else "was cancelled"
        if not act.error and not act.was_cancelled:
            came = f"returned {shown(act.value)}"
        if visit.was_cut:
            run.expect(
                act.was_cancelled
                or (act.error is not None and act.gave_way(run.calls.to(visit.wiki))),
                f"revise() was cancelled at {visit.cancelled_at:g} s, before the edit was over, and {came}",
                at=act.errors[0] if act.errors else None,
                advice=LET_IT_OUT,
            )
        elif act.was_cancelled:
            continue
        elif failed is not None:
            run.expect(
                act.heard(failed),
                f"{failed.method}() failed at {failed.ended:g} s ({failed.failure}); revise() {came}, and not that "
                "very error",
                at=act.errors[0] if act.errors else failed,
                advice=LET_IT_OUT,
            )
        else:
            visit.expect_no_error()
            assert edit is not None
            run.expect(
                same(act.value, edit.reply),
                f"edit() returned {edit.reply!r}, and revise() {came}",
                at=edit,
                advice="return the text that edit() returned, whatever it is",
            )


@question
def cancelled_in_the_edit(case: Case) -> str | None:
    world = case.world()
    wiki = world.add(Wiki({"lock": 1.0, "edit": 100.0, "unlock": 1.0}, {}, "new text"))
    act = world.call("revise", wiki, "Lunch menu").cancel_after(10.0)
    run = world.observe_all(act)
    if run.calls_to("edit").done:
        return "held_up"
    if run.calls_to("unlock").done:
        return "unlocked" if act.ended > 10.5 else "behind"
    return "cut" if act.was_cancelled else None
