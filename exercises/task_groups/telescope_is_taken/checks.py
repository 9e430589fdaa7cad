"""Checks for telescope_is_taken: what works for a block must end with it, and the block with what works for it."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count
from typing import NoReturn, Self

from checker import (
    Act,
    BrokenResourceError,
    Call,
    Calls,
    Case,
    EndOfStream,
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
)

ERRORS = (
    ConnectionError("the line is dead"),
    TimeoutError("no answer"),
    ValueError("no such booking"),
    EndOfStream("nothing more comes"),
    KeyError("camera 2"),
    RuntimeError("out of order"),
    PermissionError("not for you"),
    BrokenResourceError("the other side has gone"),
    OSError("the disk is full"),
    LookupError("no such star"),
)
WELL, LOOK, RENEW, BOOK = "nothing fails", "look() fails", "renew() fails", "book() fails"

TOO_OFTEN = LookupError("this booking has been renewed 25 times")
"""Ends a program that would go on for ever."""

ENDS_WITH_IT = (
    "the renewals must end with the block on every way out of it, and an exception or a cancellation comes up at the "
    "`yield`, so that the lines after it are not run: use a block around the `yield` that ends what was begun in it"
)
CANCEL_THEM = (
    "when the block simply ends, nobody but you cancels the renewals, and whatever waits for them waits for ever; put no "
    "shield around a renewal"
)
TIE_THEM = (
    "let the exception of renew() out of the task that renews, into a task group whose block holds the `yield`: the group "
    "then cancels that block at once, and raises the exception"
)
LET_IT_OUT = (
    "let whatever comes up at the `yield` out again, and put no other exception in its place"
)
LEFT_BEHIND = (
    "if `__aenter__` raises an exception, `__aexit__` is never called: it must itself leave what it has entered by "
    "then. Book the telescope before you enter anything, or write the context manager with `@asynccontextmanager`"
)
LET_BE_CANCELLED = "let the cancellation out: do not catch it, or raise it again"
ONCE_A_BLOCK = (
    "book a telescope once for each block, when it begins, and keep nothing for the next one"
)


class Telescope(Service):
    """Hands out a number to whoever books it, and each booking may come to its own end."""

    def __init__(self, name: str, booking: float, renewing: Sequence[float], first: int) -> None:
        self.name = name
        self.booking = booking
        self.renewing = renewing
        """How long the renewals of a booking take, in turn."""
        self.next = first
        self.renewed: dict[int, int] = {}
        """How often each booking has been renewed, or been refused to be."""
        self.failures: dict[tuple[int, int], Exception] = {}
        """With what a renewal fails: for a booking, and one of its renewals, from 0 on."""
        self.refusal: Exception | None = None

    def book(self) -> Generator[float, None, int]:
        yield self.booking
        if self.refusal is not None:
            raise self.refusal
        number, self.next = self.next, self.next + 1
        self.renewed[number] = 0
        return number

    def renew(self, number: int) -> Generator[float, None, None]:
        if number not in self.renewed:
            raise LookupError(f"there is no booking {number}")
        time, self.renewed[number] = self.renewed[number], self.renewed[number] + 1
        if time >= 25:
            raise TOO_OFTEN
        yield self.renewing[time % len(self.renewing)]
        if (number, time) in self.failures:
            raise self.failures[number, time]


class Astronomer(Service):
    """Looks through the telescopes for a while, and archives the picture."""

    def __init__(self, looking: float, archiving: float, failure: Exception | None) -> None:
        self.looking = looking
        self.archiving = archiving
        self.failure = failure

    def look(self, numbers: list[int]) -> Generator[float, None, str]:
        yield self.looking
        if self.failure is not None:
            raise self.failure
        return f"a picture with {numbers}"

    def archive(self, picture: str) -> Generator[float, None, str]:
        yield self.archiving
        return f"page of {picture}"


class Sky(Service):
    def __init__(self, until_dawn: float) -> None:
        self.until_dawn = until_dawn

    def dawn(self) -> Generator[float, None, None]:
        yield self.until_dawn


@dataclass(frozen=True)
class Visit:
    """A call of `observe`, with a block for each of its telescopes, one inside the other."""

    telescopes: Sequence[Telescope]
    """From the outermost block to the innermost; they may be one and the same."""
    every: float
    astronomer: Astronomer
    trouble: str
    act: Act
    before: Self | None = None
    """The one after which it begins, and which had the same telescope."""
    is_followed: bool = False
    """Whether another one comes after it that has the same telescope."""


def _begun(looks: Calls) -> int:
    """The place of the first of these among all that happened; 0 if there is none."""
    return looks[0].order if looks else 0


class Seen:
    """What became of a visit."""

    def __init__(self, visit: Visit, run: Run, place: str) -> None:
        self.visit = visit
        self.run = run
        self.place = place
        """Which call it was, for the beginning of a message."""
        self.act = visit.act
        calls = run.calls.where(lambda call: call.service in (*visit.telescopes, visit.astronomer))
        looks = run.calls_to("look")
        books = calls.where(lambda call: call.method == "book")
        before = visit.before
        if before is not None:
            earlier = _begun(looks.to(before.astronomer))
            books = books.where(lambda call: call.order > earlier)
        if visit.is_followed and (mine := _begun(looks.to(visit.astronomer))):
            books = books.where(lambda call: call.order < mine)
        self.books = books
        """Its calls of book(), from the outermost block to the innermost."""
        is_alone = visit.before is None and not visit.is_followed
        numbers = [book.reply for book in books.done]
        self.renewals = calls.where(
            lambda call: (
                call.method == "renew" and (is_alone or call.given.get("number") in numbers)
            )
        )
        self.looks = calls.where(lambda call: call.method == "look")
        self.archived = calls.where(lambda call: call.method == "archive")
        self.calls = calls.where(
            lambda call: (
                call in self.books or call in self.renewals or call.service is visit.astronomer
            )
        )

    # --- how it went ---

    @property
    def cancelled_at(self) -> float | None:
        return self.act.record.cancelled_at

    @property
    def failed(self) -> list[Call]:
        """The calls in a block, or at its beginning, that failed first, at one moment."""
        failed = [
            call
            for call in self.calls
            if call.outcome == "failed"
            and call.method != "archive"
            and not call.failed_with(TOO_OFTEN)
        ]
        first = min((call.ended or 0.0 for call in failed), default=0.0)
        return [call for call in failed if same_time(call.ended or 0.0, first)]

    @property
    def over(self) -> float:
        """When its blocks were over, or should have been: something failed, all was done, or it was cancelled."""
        moments = [call.ended or 0.0 for call in (*self.failed[:1], *self.looks.done[:1])]
        if self.cancelled_at is not None:
            moments.append(self.cancelled_at)
        return min(moments, default=float("inf"))

    @property
    def went_well(self) -> bool:
        """Whether nothing failed in its blocks, and nobody cancelled it, so that it was to go on after them."""
        return not self.failed and self.cancelled_at is None

    def told(self, call: Call) -> str:
        """`renew(0) of telescope 1 failed at 3 s with ValueError: no such booking`."""
        return f"{self.place}{self.name(call)} failed at {call.ended:g} s with {call.failure}"

    def name(self, call: Call) -> str:
        if call.service is self.visit.astronomer:
            return f"{call.method}()"
        number = call.given["number"] if call.method == "renew" else ""
        which = ""
        if isinstance(call.service, Telescope) and self.visit.telescopes[1:]:
            which = f" of {call.service.name}"
        return f"{call.method}({number}){which}"

    def expect_scopes_left(self) -> None:
        """No group was left open by a block that could not begin."""
        act, book = self.act, self.books.last
        if act.error is None or (self.cancelled_at is None if book is None else book.done):
            return
        error = next((each for each in act.errors if "cancel scope" in each.message.lower()), None)
        if error is not None:
            if book is None:
                seen = f"observe() was cancelled at {self.cancelled_at:g} s"
            elif book.failure:
                seen = f"{self.name(book)} failed at {book.ended:g} s with {book.failure}"
            else:
                seen = f"{self.name(book)} was cancelled at {book.ended:g} s"
            self.run.fail(
                f"{self.place}{seen}; then observe() raised {error.kind}, because a cancel scope was still open that had been "
                "entered before",
                at=error,
                advice=LEFT_BEHIND,
                tells_error=True,
            )

    @property
    def ending(self) -> str:
        if self.act.error is not None:
            return f"observe() raised {self.act.raised} at {self.act.ended:g} s"
        if self.act.was_cancelled:
            return f"observe() was cancelled at {self.act.ended:g} s"
        return f"observe() returned at {self.act.ended:g} s"

    @property
    def why(self) -> str:
        """By what the blocks were over, for a message."""
        if self.cancelled_at is not None and same_time(self.over, self.cancelled_at):
            return f"observe() was cancelled at {self.over:g} s"
        if self.failed:
            failed = self.failed[0]
            return f"{self.name(failed)} failed at {failed.ended:g} s with {failed.failure}"
        return f"the block was over at {self.over:g} s"

    def fail(self, message: str, advice: str, *, at: Call | None = None) -> NoReturn:
        """As `run.fail`; if an error came out for which there was no reason, that is told instead."""
        self.expect_no_other_error()
        self.run.fail(self.place + message, at=at, advice=advice, tells_error=True)

    def expect_no_other_error(self) -> None:
        """Nothing came out but what one of its calls had raised, or what may come out of a cancellation."""
        self.expect_scopes_left()
        act = self.act
        if act.error is None or any(map(act.heard, self.calls)) or self.failed:
            return
        if self.cancelled_at is not None and act.gave_way(self.calls):
            return
        explained = act.explained()
        self.run.fail(
            f"{self.place}{explained.message}",
            at=act.errors[0],
            advice=advise(act.errors[0], self.run.trace.backend)
            or explained.advice
            or "raise nothing but what the block, book() or renew() has raised",
            tells_error=True,
        )

    # --- what must be so ---

    def expect_begun(self) -> None:
        """Each block began as soon as its telescope was booked, with the number of that booking."""
        visit, due, numbers = self.visit, self.act.started, []
        for number, telescope in enumerate(visit.telescopes):
            if not is_later(self.over, due) and len(self.books) <= number:
                return
            if len(self.books) <= number:
                self.fail(
                    f"{telescope.name} was never booked; {self.ending}",
                    "call book() at the beginning of each block",
                )
            book = self.books[number]
            if book.service is not telescope or not same_time(book.started, due):
                self.fail(
                    f"{telescope.name} was to be booked at {due:g} s, and {self.name(book)} was called at {book.started:g} s",
                    "book the telescope at once when the block begins",
                    at=book,
                )
            if not book.done:
                self._expect_no_more_books(number + 1)
                return
            due = book.ended or 0.0
            numbers.append(book.reply)
        self._expect_no_more_books(len(visit.telescopes))
        look = self.looks.first
        if look is None:
            if is_later(self.over, due):
                self.fail(
                    f"the booking was there at {due:g} s, and the block never began; {self.ending}",
                    "reach the `yield` as soon as book() has returned, whatever number it returns",
                )
            return
        if is_later(look.started, due):
            self.fail(
                f"book() returned at {due:g} s, and the block began at {look.started:g} s",
                "wait for nothing but book() before the `yield`",
                at=look,
            )
        if not same(look.given["numbers"], numbers):
            self.fail(
                f"book() returned {shown(numbers[0]) if len(numbers) == 1 else shown(numbers)}, and what stood after `as` was "
                f"{shown(look.given['numbers'][0]) if len(numbers) == 1 else shown(look.given['numbers'])}",
                "yield the number that book() has returned for this block",
                at=look,
            )

    def _expect_no_more_books(self, most: int) -> None:
        if len(self.books) > most:
            more = self.books[most]
            seen = f"it was called again at {more.started:g} s"
            if self.failed and not is_later(self.over, more.started):
                self.fail(
                    f"{self.why}, and book() was called at {more.started:g} s",
                    ONCE_A_BLOCK,
                    at=more,
                )
            self.fail(
                f"book() was called at {self.books[most - 1].started:g} s, and {seen}",
                ONCE_A_BLOCK,
                at=more,
            )

    def expect_renewed(self) -> None:
        """Each booking was renewed when it should be while the blocks lasted, and never else."""
        over = self.over
        numbers = [book.reply for book in self.books if book.done]
        for call in self.renewals:
            if call.given["number"] not in numbers:
                self.run.fail(
                    f"{self.place}renew({shown(call.given['number'])}) was called at {call.started:g} s; book() had returned "
                    f"{' and '.join(map(str, numbers)) or 'nothing'}",
                    at=call,
                    advice="renew the booking with the number that book() has returned for this block",
                    tells_error=True,
                )
        for book in self.books.done:
            renewals = self.renewals.where(
                lambda call, book=book: (  # type: ignore[misc]
                    call.service is book.service and call.given["number"] == book.reply
                )
            )
            self._expect_on_time(book, renewals)
        for call in self.renewals:
            if is_later(call.started, over):
                self.fail(
                    f"{self.why}, and {self.name(call)} was called at {call.started:g} s",
                    self._why_too_long,
                    at=call,
                )
            if call.ended is None or is_later(call.ended, over):
                self.fail(
                    f"{self.why}, and {self.name(call)}, which had been called at {call.started:g} s, went on"
                    + ("" if call.ended is None else f" until {call.ended:g} s"),
                    self._why_too_long,
                    at=call,
                )

    @property
    def _why_too_long(self) -> str:
        if self.went_well:
            return CANCEL_THEM
        if self.cancelled_at is not None or self.failed[0].method == "look":
            return ENDS_WITH_IT
        return TIE_THEM

    def _expect_on_time(self, book: Call, renewals: Calls) -> None:
        every, over = self.visit.every, self.over
        before, what = book, f"{self.name(book)} returned"
        for number in count():
            if before.outcome == "cancelled" and is_later(over, before.ended or over):
                self.fail(
                    f"{self.name(before)}, called at {before.started:g} s, was given up at {before.ended:g} s, and the block "
                    "still ran",
                    "let each call take as long as it takes: set no limit of your own",
                    at=before,
                )
            if before.ended is None or before.outcome in ("cancelled", "failed"):
                return
            due = before.ended + every
            after = renewals[number] if number < len(renewals) else None
            if after is None or is_later(after.started, due):
                if not is_later(over, due):
                    return
                self.fail(
                    f"{what} at {before.ended:g} s, and with an `every` of {every:g} s renew({book.reply}) was due at {due:g} s; "
                    + (
                        f"it was called at {after.started:g} s"
                        if after
                        else f"it was never called; {self.ending}"
                    ),
                    "while the block runs, sleep for `every` seconds and renew the booking, again and again",
                    at=after or before,
                )
            if is_later(due, after.started):
                if not is_later(after.started, over):
                    self.fail(
                        f"{what} at {before.ended:g} s, and renew({book.reply}) was called at {after.started:g} s; with an "
                        f"`every` of {every:g} s it was not due before {due:g} s",
                        "wait for `every` seconds from the end of the call before it",
                        at=after,
                    )
                return
            before, what = after, f"{self.name(after)} returned"

    def expect_gone_on(self) -> None:
        """What came after the blocks came at once, and what it returned was returned."""
        act, look, archived = self.act, self.looks.first, self.archived.first
        self.expect_no_other_error()
        if look is None or not look.done:
            self.fail(
                f"look() was {'never called' if look is None else f'given up at {look.ended:g} s'}; {self.ending}",
                "let the block take as long as it takes",
                at=look,
            )
        if archived is None or is_later(archived.started, look.ended or 0.0):
            self.fail(
                f"the block was over at {look.ended:g} s, and what comes after it came "
                + (f"at {archived.started:g} s" if archived is not None else "never"),
                CANCEL_THEM,
                at=archived or look,
            )
        if not archived.done or act.error is not None or not same(act.value, archived.reply):
            self.fail(
                f"after the block, archive() was called at {archived.started:g} s, and "
                f"{'answered' if archived.done else 'given up'} at {archived.ended:g} s; {self.ending}",
                "cancel nothing but the renewals, and nothing any more when the block is over",
                at=archived,
            )

    def expect_heard(self) -> None:
        """What failed came out of the blocks at once, and it itself."""
        act, failed = self.act, self.failed
        self.expect_scopes_left()
        if not failed:
            self.expect_gone_on()
            return
        look = self.looks.done.first
        if look is not None and same_time(look.ended or 0.0, self.over) and self.archived:
            return  # At the same moment: the block was over first.
        said = next((call for call in failed if act.heard(call)), failed[0])
        advice = LET_IT_OUT if said.method == "look" else TIE_THEM
        if said.method == "book":
            advice = "let an exception of book() out: there is no booking then, and no block"
        if (
            act.error is not None
            and not act.heard(said)
            and (told := advise(act.errors[0], self.run.trace.backend))
        ):
            self.run.fail(
                f"{self.told(said)}; {self.ending}", at=act.errors[0], advice=told, tells_error=True
            )
        self.run.expect_heard(act, said, self.calls, self.told(said), advice=advice)

    def expect_gave_way(self) -> None:
        """Cancelled, it ended at once with all that it had begun, and swallowed nothing."""
        self.expect_scopes_left()
        act, run, order = self.act, self.run, self.act.record.cancelled_order or 0
        run.expect_ended_with(act, self.calls, place=self.place)
        late = self.renewals.where(lambda call: call.order > order and call.outcome != "cancelled")
        if late:
            self.fail(
                f"observe() was cancelled at {self.cancelled_at:g} s, and {self.name(late[0])} was called at "
                f"{late[0].started:g} s",
                ENDS_WITH_IT,
                at=late[0],
            )
        look = self.looks.first
        if act.error is None and not act.was_cancelled and look is not None and not look.done:
            self.fail(
                f"observe() was cancelled at {self.cancelled_at:g} s, and so was look(); but what came after the block was "
                "run as if all had been well",
                LET_BE_CANCELLED,
                at=look,
            )
        run.expect_gave_way(act, self.calls, done=self.archived.done, place=self.place)


# --- the worlds ---


class _Planner:
    """Plans visits, and plays them."""

    def __init__(self, case: Case, world: World) -> None:
        self._case = case
        self._world = world
        self._turn = case.integer(0, len(ERRORS) - 1)
        self._every = case.duration(0.5, case.pick([3.0, 400_000.0]))
        self._visits: list[Visit] = []
        self._seconds = 0.0
        """When all of them are over, at the latest."""

    def _error(self) -> Exception:
        self._turn += 1
        return ERRORS[self._turn % len(ERRORS)]

    def _telescope(self, number: int, every: float) -> Telescope:
        case = self._case
        renewing = [case.pick([0.5, 0.0, 0.9, 2.0]) * every for _ in range(2)]
        booking = case.pick([0.3, 0.0, 2.5]) * every
        return self._world.add(
            Telescope(f"telescope {number}", booking, renewing, case.amount(0, 3))
        )

    def visit(
        self,
        trouble: str,
        rounds: int,
        *,
        inner: bool = False,
        after: Visit | None = None,
        is_followed: bool = False,
    ) -> Visit:
        """Plan a visit. When it comes to its end, the booking of its innermost block has been renewed so many times."""
        case, world = self._case, self._world
        every = self._every * case.pick([1.0, 1.3])
        telescopes = list(after.telescopes) if after is not None else [self._telescope(1, every)]
        if inner:
            telescopes.append(case.pick([self._telescope(2, every), telescopes[0]]))
        last = telescopes[-1]
        number = last.next + (telescopes[:-1].count(last) if after is None else 1)
        spans = [every + last.renewing[each % len(last.renewing)] for each in range(rounds + 1)]
        # It ends asleep, in the middle of a renewal, or at the very moment at which one is due.
        part = case.pick([spans[-1] - every / 2, every / 2, every])
        looking = sum(spans[:-1]) + part
        failure = None
        if trouble == LOOK:
            failure = self._error()
        elif trouble == RENEW:
            last.failures[number, rounds] = self._error()
            # The block has a long way to go, or is over at the same moment.
            looking = sum(spans) + case.pick([3.7, 1.2, 0.0]) * every
        elif trouble == BOOK:
            last.refusal = self._error()
        elif not rounds and case.pick([False, True]):
            looking = 0.0
        archiving = case.pick([1.3, 0.0, 4.2]) * every
        astronomer = world.add(Astronomer(looking, archiving, failure))
        act = world.call("observe", telescopes, every, astronomer)
        if after is not None:
            act.after(after.act)
        visit = Visit(telescopes, every, astronomer, trouble, act, after, is_followed)
        self._visits.append(visit)
        seconds = sum(each.booking for each in telescopes) + looking + archiving
        if after is not None:
            seconds += self._seconds
        self._seconds = max(self._seconds, seconds)
        return visit

    def play(self) -> list[Seen]:
        """Make these visits, in an event loop that goes on for a while when all of them are over."""
        sky = self._world.add(Sky(self._seconds + 4 * self._every))
        night = self._world.call("sleep_until_dawn", sky)
        run = self._world.attempt_all(*(visit.act for visit in self._visits), night)
        many = len(self._visits)
        return [
            Seen(visit, run, f"in call {number} of {many}, " if many > 1 else "")
            for number, visit in enumerate(self._visits, 1)
        ]


@scene
def nights(case: Case) -> Iterator[list[Seen]]:
    """Some work well, and some break off. Some use the telescope after somebody else."""
    for world in case.explore():
        planner = _Planner(case, world)
        planner.visit(WELL, case.size(0, 2), inner=case.pick([False, True]))
        first = planner.visit(LOOK, case.size(0, 1), is_followed=True)
        planner.visit(WELL, case.pick([1, 0, 14]), after=first)
        planner.visit(LOOK, case.size(0, 1), inner=case.pick([True, False]))
        yield planner.play()


@scene
def stolen_telescopes(case: Case) -> Iterator[list[Seen]]:
    """Telescopes that cannot be booked, or whose bookings cannot be renewed."""
    for world in case.explore():
        planner = _Planner(case, world)
        planner.visit(BOOK, 0, inner=case.pick([True, False]))
        planner.visit(RENEW, case.size(0, 2), inner=case.pick([False, True]))
        planner.visit(RENEW, 1)
        planner.visit(RENEW, 0)
        yield planner.play()


@scene
def short_nights(case: Case) -> Iterator[list[Seen]]:
    for world in case.explore(cancel=True):
        planner = _Planner(case, world)
        planner.visit(WELL, case.size(0, 1), inner=case.pick([False, True]))
        yield planner.play()


@check("A booking is renewed as long as its block runs, and no longer", points=2)
def as_long_as_the_block(case: Case) -> None:
    for visit in chain.from_iterable(nights(case)):
        visit.expect_begun()
        if visit.visit.trouble == WELL:
            visit.expect_renewed()
            visit.expect_gone_on()


@check("When a block fails, its booking is over, too, and its exception comes out", points=2)
def the_block_fails(case: Case) -> None:
    for visit in chain.from_iterable(nights(case)):
        visit.expect_begun()
        if visit.visit.trouble == LOOK:
            visit.expect_renewed()
            visit.expect_heard()
            visit.run.expect_nothing_left()


@check(
    "When a booking cannot be made or renewed, the block is over, and the exception comes out",
    points=2,
)
def the_telescope_is_lost(case: Case) -> None:
    for visit in chain.from_iterable(stolen_telescopes(case)):
        visit.expect_begun()
        visit.expect_renewed()
        visit.expect_heard()


@check("When it is cancelled, it ends at once, and so do the renewals")
def gives_way(case: Case) -> None:
    for visit in chain.from_iterable(short_nights(case)):
        visit.expect_begun()
        visit.expect_renewed()
        if visit.cancelled_at is not None:
            visit.expect_gave_way()
        else:
            visit.expect_gone_on()
        visit.run.expect_nothing_left()


@question
def seven_seconds(case: Case) -> str | None:
    world = case.world()
    telescope = world.add(Telescope("telescope 1", 0.0, [0.0], 1))
    astronomer = world.add(Astronomer(7.0, 0.0, ValueError("the camera does not answer")))
    observe = world.call("observe", [telescope], 5.0, astronomer)
    night = world.call("sleep_until_dawn", world.add(Sky(60.5)))
    run = world.observe_all(observe, night)
    renewed = [round(call.started) for call in run.calls_to("renew")]
    if renewed == list(range(5, 65, 5)):
        return "for_ever"
    return {(): "never", (5,): "once", (5, 10): "twice"}.get(tuple(renewed))
