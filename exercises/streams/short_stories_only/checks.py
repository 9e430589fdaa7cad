"""Checks for short_stories_only: a line that is full, and who makes room on it."""

from collections import deque
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from checker import (
    Act,
    BrokenResourceError,
    Call,
    Calls,
    Case,
    CheckFailed,
    ClosedResourceError,
    EndOfStream,
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
    same_time,
    scene,
    shown,
)

ERRORS = (
    ConnectionResetError("the line was cut"),
    BrokenResourceError("the translator hung up"),
    TimeoutError("the translator fell asleep"),
    ClosedResourceError("the line is closed"),
    ValueError("nobody can read this page"),
    EOFError("the line has gone dead"),
    LookupError("there is no such word"),
)
OVER = EndOfStream("there is no more")
BUSY = RuntimeError("the line carries one page at a time in each direction")
PAGES = ("", "il", "il", "neige")
TRANSLATED = ("", "it", "it", "snows")
WEEKS = 1_500_000.0

AT_ONCE = "send and receive at the same time, from the beginning: neither may wait for the other"
NEXT = "send each page as soon as the one before has been sent, whatever has been received by then"
LISTEN = "call receive() from the beginning, and again as soon as it has returned, whatever has been sent by then"
NOT_THE_END = "after an error or a cancellation, nothing may get to finish(): no `finally`, and no `except` that goes on"
ONE_WAY = "let one task send, one page after the other, and let one task receive"
UNTIL = "go on until receive() raises `EndOfStream`: nobody knows before how many pages she writes"
LET_OUT = "let that error out of translate(): only an `EndOfStream` is the end of the translation"


@dataclass(frozen=True)
class Page:
    """What becomes of a page, or of the end of the book."""

    seconds: float
    translated: Sequence[str]
    """What the translator writes when she has it."""
    error: Exception | None = None


@dataclass(frozen=True)
class Plan:
    """How it goes on a line."""

    room: int
    pages: Sequence[Page]
    """The last of them stands for the end of the book."""
    receiving: Sequence[float]
    """The seconds that each call of `receive()` takes, once there is something to be heard."""
    unheard: tuple[int, Exception] | None = None
    """Which of them fails, and how."""

    @property
    def translation(self) -> list[str]:
        return [text for page in self.pages for text in page.translated]

    def earliest(self) -> float:
        """How long it takes at the least to send it all and to hear that there is no more, or to hear of an error."""
        now, received = 0.0, [0.0]
        for page in self.pages:
            now += page.seconds
            if page.error is not None:
                return now
            for _ in page.translated:
                number = len(received)
                if number > self.room:
                    now = max(now, received[number - self.room])
                received.append(max(now, received[-1]) + self.receiving[number - 1])
        received.append(max(now, received[-1]) + self.receiving[len(received) - 1])
        return received[-1 if self.unheard is None else self.unheard[0] + 1]


class Line(Service):
    """Leads to a translator. It has room for some pages that she has written, and that nobody has received."""

    def __init__(self, plan: Plan) -> None:
        self.room = plan.room
        self.written: deque[str] = deque()
        self._plan = plan
        self._to_come = deque(plan.pages)
        self._received = 0
        self._has_ended = self._is_sending = self._is_receiving = False

    def send(self, page: str) -> Generator[object, None, None]:
        yield from self._write()

    def finish(self) -> Generator[object, None, None]:
        yield from self._write()
        self._has_ended = True

    def receive(self) -> Generator[object, None, str]:
        if self._is_receiving:
            raise BUSY
        self._is_receiving = True
        try:
            yield lambda: self.written or self._has_ended
            receiving, unheard = self._plan.receiving, self._plan.unheard
            yield receiving[min(self._received, len(receiving) - 1)]
            if unheard is not None and self._received == unheard[0]:
                self._received += 1
                raise unheard[1]
            if not self.written:
                raise OVER
            self._received += 1
            return self.written.popleft()
        finally:
            self._is_receiving = False

    def _write(self) -> Generator[object, None, None]:
        """Deal with what has come next. More than was planned is translated into nothing."""
        if self._is_sending:
            raise BUSY
        self._is_sending = True
        try:
            page = self._to_come.popleft() if self._to_come else Page(1.0, ())
            yield page.seconds
            if page.error is not None:
                raise page.error
            for text in page.translated:
                yield lambda: len(self.written) < self.room
                self.written.append(text)
        finally:
            self._is_sending = False


@dataclass(frozen=True)
class Book:
    """A call of translate(), and what it did."""

    pages: Sequence[str]
    plan: Plan
    line: Line
    act: Act
    run: Run
    place: str
    """Which book it was, for the beginning of a message."""

    @property
    def calls(self) -> Calls:
        return self.run.calls.to(self.line)

    @property
    def sends(self) -> Calls:
        return self.calls.where(lambda call: call.method == "send")

    @property
    def ends(self) -> Calls:
        return self.calls.where(lambda call: call.method == "finish")

    @property
    def receives(self) -> Calls:
        return self.calls.where(lambda call: call.method == "receive")

    @property
    def over(self) -> Call | None:
        """The call that heard that there is no more."""
        return self.receives.where(lambda call: call.failed_with(OVER)).first

    @property
    def failed(self) -> Call | None:
        return self.calls.where(
            lambda call: call.outcome == "failed" and not call.failed_with(OVER)
        ).first

    def expect_order(self) -> None:
        """One call at a time in each direction; every page once, in order; the end only after the last."""
        run = self.run
        out = self.calls.where(lambda call: call.method != "receive")
        for calls in (out, self.receives):
            for before, after in pairwise(calls):
                run.expect(
                    before.ended_order is not None and before.ended_order < after.order,
                    f"{self.place}{after.method}() was called at {after.started:g} s, while {before.method}(), called at "
                    f"{before.started:g} s, was still under way",
                    at=after,
                    advice=ONE_WAY,
                    tells_error=True,
                )
        sent = [call.given["page"] for call in self.sends]
        run.expect(
            same(sent, list(self.pages[: len(sent)])),
            f"{self.place}the book is {shown(list(self.pages))}, and {shown(sent)} was sent",
            at=self.sends.last,
            advice="send each page once, in the order of the book, whatever is on it, and none of them again",
            tells_error=True,
        )
        if self.ends and len(self.sends.done) < len(self.pages):
            early, failed = self.ends[0], self.failed
            seen = f"{self.place}finish() was called at {early.started:.10g} s, when {self._sent()}"
            if failed is not None:
                seen += f", and {failed.method}() had failed at {failed.ended:.10g} s with {failed.failure}"
            is_cut = failed is not None or self.act.record.cancelled_at is not None
            run.fail(
                seen,
                at=early,
                advice=NOT_THE_END
                if is_cut
                else "send every page, whatever is on it, and then end the book",
                tells_error=True,
            )
        run.expect(
            len(self.ends) <= 1,
            f"{self.place}finish() was called {often(len(self.ends))}",
            at=self.ends.last,
            advice="end each book once",
            tells_error=True,
        )

    def expect_no_standstill(self) -> None:
        """Where nothing could ever happen again, this book was done."""
        waiting = self.calls.where(lambda call: call.ended is None)
        if not waiting:
            return
        self.expect_order()
        call, failed = waiting[0], self.failed
        if failed is not None:
            self.run.fail(
                f"{self.place}{failed.method}() failed at {failed.ended:.10g} s with {failed.failure}, and translate() went "
                f"on; {call.method}(), called at {call.started:.10g} s, would never have ended",
                at=failed,
                advice=LET_OUT,
            )
        seen = f"{self.place}{call.method}(), called at {call.started:.10g} s, would never have ended: "
        if call.method == "receive":
            self.run.fail(
                f"{seen}{self._sent()}, and neither send() nor finish() was called any more",
                at=call,
                advice="what if she makes no page of this one, or writes it later? Let no `send()` wait for a `receive()`",
            )
        received = len(self.receives.done)
        self.run.fail(
            f"{seen}the line was full, with {counted(len(self.line.written), 'page')} of the translation, and nobody "
            f"called receive() {'any more: it had been called ' + often(len(self.receives)) if received else ''}".rstrip(),
            at=call,
            advice=UNTIL
            if received and received >= len(self.pages)
            else "who could make room on the line while this call waits, and why does nobody do it?",
        )

    def _sent(self) -> str:
        """How much of the book had been sent, for a message."""
        if not self.pages:
            return "there was no page to be sent"
        return f"{len(self.sends.done)} of {counted(len(self.pages), 'page')} had been sent"

    def expect_whole(self) -> None:
        """All of it was sent, and all of the translation returned."""
        run, act, due = self.run, self.act, self.plan.translation
        self.expect_order()
        if act.error is not None:
            run.fail(
                f"{self.place}translate() raised {act.raised} at {act.ended:g} s, and no call had failed",
                at=act.errors[0],
                advice=advise(act.errors[0], run.trace.backend)
                or (
                    "`EndOfStream` says that all has been received: catch it around `receive()`, and nothing else"
                    if act.errors[0].kind == "EndOfStream"
                    else "find out why this is raised: nothing that you called has failed"
                ),
                tells_error=True,
            )
        run.expect(
            len(self.sends.done) == len(self.pages) and self.ends.done,
            f"{self.place}translate() returned at {act.ended:g} s; {self._sent()}, and finish() had "
            f"{'returned' if self.ends.done else 'not returned' if self.ends else 'not been called'}",
            at=self.calls.where(lambda call: call.outcome == "cancelled").first,
            advice="send every page, and end every book, even one without pages",
        )
        run.expect(
            same(act.value, due),
            f"{self.place}translate() returned {shown(act.value)}; the translation is {shown(due)}",
            advice="return each page that was received for this book, whatever is on it, up to the `EndOfStream`",
        )
        run.expect(
            self.over is not None and not is_later(self.over.ended or 0.0, act.ended),
            f"{self.place}translate() returned at {act.ended:g} s, and receive() had not said yet that there is no more",
            at=self.receives.last,
            advice=UNTIL,
        )

    def expect_no_delay(self) -> None:
        """It returned as early as it could."""
        earliest = self.act.started + self.plan.earliest()
        if not is_later(self.act.ended, earliest):
            return
        seen = f"{self.place}translate() could have returned at {earliest:.10g} s, and returned at {self.act.ended:.10g} s"
        out = self.calls.where(lambda call: call.method != "receive")
        gaps: list[tuple[float, float, Call, str, str]] = []
        for calls, what, advice in (
            (out, "nothing was being sent", NEXT),
            (self.receives, "nobody called receive()", LISTEN),
        ):
            begin = self.act.started
            for call in calls:
                gaps.append((call.started - begin, begin, call, what, advice))
                begin = call.ended or begin
            if gaps and is_later(max(gaps, key=_length)[0], 0.0):
                _, begin, call, what, advice = max(gaps, key=_length)
                self.run.fail(
                    f"{seen}: from {begin:.10g} s to {call.started:.10g} s, {what}",
                    at=call,
                    advice=advice,
                    late=call,
                )
        self.run.fail(seen, advice="return when the `EndOfStream` has come: wait for nothing else")

    def expect_heard(self) -> None:
        """The error of the line came out at once, and nothing more was called."""
        failed = self.failed
        if failed is None:
            self.expect_whole()
            return
        seen = f"{self.place}{failed.method}() failed at {failed.ended:g} s with {failed.failure}"
        self.expect_order()
        begun = self.calls.where(lambda call: call.method != "receive").first
        self.run.expect(
            begun is not None and same_time(begun.started, self.act.started),
            f"{self.place}translate() was called at {self.act.started:g} s, with {len(self.run.trace.acts)} books in all, and "
            f"{'sent nothing' if begun is None else f'began to send at {begun.started:g} s'}",
            at=begun,
            advice="begin at once with each book: none of them waits for another, or for a receive()",
            tells_error=True,
        )
        earliest = self.act.started + self.plan.earliest()
        self.run.expect(
            not is_later(failed.ended or 0.0, earliest),
            f"{seen}, which could have been known at {earliest:g} s",
            at=failed,
            advice="send and receive at the same time, and let no book wait for another",
            late=failed,
            tells_error=True,
        )
        later = self.calls.begun_after(failed.ended or 0.0)
        self.run.expect(
            not later,
            f"{seen}, and {later[0].method if later else ''}() was called at {later[0].started if later else 0:g} s",
            at=later.first,
            advice="when a call has failed, call nothing more: let its error out of both loops",
            tells_error=True,
        )
        self.run.expect_heard(
            self.act,
            failed,
            self.calls,
            seen,
            advice=LET_OUT,
        )

    def expect_gave_way(self) -> None:
        """If it was cancelled, it ended at once; otherwise it is whole."""
        act = self.act
        at = act.record.cancelled_at
        if at is None:
            self.expect_whole()
            return
        self.expect_order()
        done = self.over is not None and same_time(self.over.ended or 0.0, at)
        if not self._moves(at):
            # Nobody was just about to go on, so both backends must have told it.
            self.run.expect(
                act.error is not None or act.was_cancelled,
                f"{self.place}translate() was cancelled at {at:.10g} s, before it was done, and returned as if all was well",
                advice="let the cancellation out: do not catch it, or raise it again",
            )
        self.run.expect_gave_way(act, self.calls, done=done, place=self.place)
        if act.error is None and not act.was_cancelled and done:
            self.expect_whole()

    def _moves(self, at: float) -> bool:
        """Whether the act, or one of its calls, began or was answered at this moment."""
        moments = [self.act.started]
        for call in self.calls:
            moments.append(call.started)
            if call.ended is not None and call.outcome != "cancelled":
                moments.append(call.ended)
        return any(same_time(moment, at) for moment in moments)


def _length(gap: tuple[float, float, Call, str, str]) -> float:
    return gap[0]


# --- the worlds ---


@scene
def good_days(case: Case) -> Iterator[Book]:
    """A book of any length, one that is slow, a third one after the first, and one of which nothing comes before
    its end."""
    for world in case.explore():
        plans = [
            _draw(case, world, 0, case.size(0, 14)),
            _draw(case, world, 1, 4, is_slow=True),
            _draw(case, world, 2, case.size(0, 3)),
            _draw(case, world, 3, 30, is_silent=True),
        ]
        plans[2][-1].after(plans[0][-1])
        yield from _play(world, plans)


@scene
def bad_days(case: Case) -> Iterator[Book]:
    """Each error comes to somebody who sends, and to somebody who receives. The last book has a good line."""
    for world in case.explore():
        first = case.integer(0, 5)
        plans = []
        for number in range(2 * len(ERRORS)):
            error, side = ERRORS[number // 2], number % 2
            place = (first + number // 2 + number) % 3
            plans.append(_draw(case, world, number, 2, (side, place, error)))
        plans.append(_draw(case, world, len(plans), 2))
        plans[-1][-1].after(plans[case.integer(0, len(plans) - 2)][-1])
        yield from _play(world, plans)


@scene
def cancelled(case: Case) -> Iterator[Book]:
    for world in case.explore(cancel=True):
        plans = [_draw(case, world, number, case.size(0, 3)) for number in range(2)]
        plans.append(_draw(case, world, 2, 2, is_slow=True))
        plans[-1][-1].cancel_after(case.duration(WEEKS / 10, WEEKS / 2))
        yield from _play(world, plans)


def _draw(
    case: Case,
    world: World,
    book: int,
    pages: int,
    failing: tuple[int, int, Exception] | None = None,
    *,
    is_slow: bool = False,
    is_silent: bool = False,
) -> tuple[list[str], Plan, Line, Act]:
    """A book, its line, and the act that has it translated. `failing` is on which side (0 where it is sent), at
    which call, and how."""
    first = case.integer(0, len(PAGES) - 1)
    texts = [PAGES[(first + number) % len(PAGES)] for number in range(pages)]
    counts = [(0, 2, 1, 3)[(first + number) % 4] for number in range(pages)]
    if not is_slow and failing is None:
        counts = [case.integer(0, 3) if pages <= 6 else count for count in counts]
    counts.append(case.integer(0, 2))
    if failing is not None:
        counts = [1, 1, 0]
    if is_silent:
        counts = [0] * pages + [8]
    longest = case.pick([2.0, 90.0])
    planned, written = [], 0
    for number, count in enumerate(counts):
        translated = []
        for _ in range(count):
            text = TRANSLATED[(first + written) % len(TRANSLATED)]
            translated.append(text and f"{book}: {text}")
            written += 1
        error = failing[2] if failing is not None and failing[:2] == (0, number) else None
        planned.append(Page(case.duration(0.011, longest), translated, error))
    receiving = [case.duration(0.011, longest) for _ in range(written + 1)]
    if is_slow:
        # Long waits at either end: no limit of somebody's own may be in the way.
        slow = pages - case.integer(0, pages)
        planned[slow] = Page(WEEKS + planned[slow].seconds, planned[slow].translated)
        slow = written - case.integer(0, written)
        receiving[slow] += WEEKS
    unheard = failing[1:] if failing is not None and failing[0] == 1 else None
    room = 1 if is_slow else case.pick([1, 2, 5])
    plan = Plan(room, planned, receiving, unheard)
    line = world.add(Line(plan))
    return texts, plan, line, world.call("translate", line, texts)


def _play(world: World, plans: Sequence[tuple[list[str], Plan, Line, Act]]) -> Iterator[Book]:
    places = [f"book {number} of {len(plans)}: " for number in range(1, len(plans) + 1)]
    try:
        run = world.attempt_all(*(act for *_, act in plans))
    except CheckFailed as failure:
        assert world.trace is not None
        run = Run(world.trace)
        if run.is_deadlocked:
            for place, (pages, plan, line, act) in zip(places, plans, strict=True):
                Book(pages, plan, line, act, run, place).expect_no_standstill()
        raise failure
    for place, (pages, plan, line, act) in zip(places, plans, strict=True):
        yield Book(pages, plan, line, act, run, place)


# --- what must be so ---


@check("Every book comes back whole, however long it is", points=3, advice=AT_ONCE)
def whole_books(case: Case) -> None:
    for book in good_days(case):
        book.expect_whole()
        book.run.expect_nothing_left()


@check("No book takes longer than the line and the translator need", points=2, advice=AT_ONCE)
def no_delay(case: Case) -> None:
    for book in good_days(case):
        book.expect_whole()
        book.expect_no_delay()


@check(
    "An error of the line comes out at once, and nothing more is called",
    points=2,
    advice="let the error out, and let it cancel whatever else is under way",
)
def errors_come_out(case: Case) -> None:
    for book in bad_days(case):
        book.expect_heard()
        book.run.expect_nothing_left()


@check(
    "A translation that is cancelled ends at once, and no half book is ended",
    points=2,
    advice="let the cancellation out of everything that is under way",
)
def gives_way(case: Case) -> None:
    for book in cancelled(case):
        book.expect_gave_way()


@question
def three_pages(case: Case) -> str | None:
    world = case.world()
    plan = [Page(1.0, [text]) for text in ("a", "b", "c")] + [Page(1.0, [])]
    line = world.add(Line(Plan(2, plan, [1.0] * 4)))
    run = world.observe("translate", line, ["x", "y", "z"])
    if run.is_deadlocked:
        return "for_ever"
    if run.error is not None:
        return "an_error"
    return "all_three" if len(run.value) == 3 else "one_is_lost"
