"""Checks for one_after_another: waits that could overlap and do not."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from checker import (
    Act,
    Call,
    Case,
    Run,
    Service,
    check,
    counted,
    is_later,
    most_in_flight,
    question,
    same_time,
    scene,
    shown,
    takes,
)

SYLLABLES = ("ba", "de", "fi", "go", "ku", "la", "me", "ni", "po", "ru", "sa", "te", "vi", "zo")
MOST = 101
OTHERS = 8
DAYS = 200_000
FAILURES = (
    ConnectionError("no answer"),
    TimeoutError("not in time"),
    LookupError("nobody of that name"),
    ValueError("not like this"),
    RuntimeError("out of order"),
)
ASK_ALL = "ask about everybody in every office, each time that look_up_all is called"
LET_PASS = (
    "let a cancellation through: an `except` that catches it must raise it again, and a `finally` must "
    "not `return`"
)


class Directory(Service):
    """A directory of phone numbers; each name has its own number, and its own time to answer. Who is
    asked for again has moved meanwhile, and has the next number."""

    latency = 1.0

    def __init__(self, numbers: Mapping[str, int], seconds: Mapping[str, float]) -> None:
        self._numbers = Counter(numbers)
        self.seconds = seconds

    @takes("seconds")
    def look_up(self, name: str) -> int:
        if name not in self._numbers:
            raise LookupError(f"the directory knows nobody named {name!r}")
        self._numbers[name] += 1
        return self._numbers[name] - 1


@dataclass(frozen=True)
class Company:
    offices: Sequence[Sequence[str]]
    directory: Directory

    @property
    def names(self) -> list[str]:
        return [name for names in self.offices for name in names]

    def seconds(self, names: Sequence[str]) -> float:
        """How long these people take, one after another."""
        return sum(self.directory.seconds[name] for name in names)


@dataclass(frozen=True)
class Book:
    """One call of look_up_all, and what came of it."""

    company: Company
    act: Act
    run: Run
    calls: Sequence[Call]
    is_timed: bool

    @property
    def failed(self) -> Call | None:
        """The first question that got an error for an answer, if one did that made sense."""
        return next((call for call in self.calls if call.failed_with(*FAILURES)), None)

    @property
    def is_due(self) -> bool:
        """Whether it had no reason to raise, and was not cancelled."""
        return self.failed is None and not self.was_cancelled

    @property
    def was_cancelled(self) -> bool:
        return self.act.gave_way(self.calls)

    def calls_about(self, names: Sequence[str]) -> list[Call]:
        return [call for call in self.calls if _name(call) in names]


@scene
def books(case: Case) -> Iterator[Book]:
    """Two companies print their books together; the second prints another one afterwards. Now and then
    small ones do so as well."""
    for world in case.explore(orders=True, cancel=True, fail=FAILURES):
        first, second = _company(case, MOST), _company(case, 3)
        acts = [
            world.call("look_up_all", each.directory, each.offices)
            for each in (first, second, second)
        ]
        again = acts[2].after(acts[1]).at(second.seconds(second.names) + 1)
        small = [_company(case, 1) for _ in range(case.size(0, case.pick((OTHERS, 0, 0))))]
        others = [world.call("look_up_all", each.directory, each.offices) for each in small]
        run = world.attempt_all(*acts, *others)
        calls = run.calls.to(first.directory)
        later = run.calls.to(second.directory)
        early = [call for call in later if call.started < again.started]
        late = [call for call in later if call.started >= again.started]
        yield Book(first, acts[0], run, calls, world.is_timed)
        yield (book := Book(second, acts[1], run, early, world.is_timed))
        if book.is_due:  # Otherwise some have been asked for once, and some have not.
            yield Book(second, acts[2], run, late, world.is_timed)
        for company, act in zip(small, others, strict=True):
            own = run.calls.to(company.directory)
            yield Book(company, act, run, own, world.is_timed)


@check(
    "The offices overlap: all of them take no longer than the slowest one",
    points=3,
    advice="ask all offices at the same time: none of them needs to wait for another one's answers",
)
def offices_overlap(case: Case) -> None:
    for book in books(case):
        _expect_everybody(book)
        if not (book.is_due and book.is_timed):
            continue
        offices, elapsed = book.company.offices, book.act.elapsed
        slowest = max(map(book.company.seconds, offices), default=0.0)
        most = most_in_flight(book.calls)
        book.run.expect(
            not is_later(elapsed, slowest),
            f"{counted(len(offices), 'office')} took {elapsed:g} s, with never more than "
            f"{counted(most, 'question')} at a time; the slowest office takes {slowest:g} s, and the "
            "others could be asked meanwhile"
            if len(offices) > 1
            else f"look_up_all took {elapsed:g} s for {counted(len(offices), 'office')}, where the answers "
            f"take {slowest:g} s",
            advice="wait for the answers, and for nothing else"
            if len(offices) < 2
            else "some offices overlap, but not all the time: does one wait for another, or for a limit?"
            if most > 1
            else None,
            together=map(book.calls_about, offices),
        )


@check(
    "Within an office, people are looked up in order, until an answer fails or the call is cancelled",
    points=2,
    advice="what must happen in order belongs in one task",
)
def offices_keep_their_order(case: Case) -> None:
    for book in books(case):
        _expect_end(book)
        for number, names in enumerate(book.company.offices, 1):
            calls = book.calls_about(names)
            for before, call in pairwise(calls):
                book.run.expect(
                    before.ended_order is not None and before.ended_order < call.order,
                    f"{_name(call)} was looked up at {call.started:g} s, when office {number} was "
                    f"still busy with the question about {_name(before)}",
                    at=call,
                )
            for call, name in zip(calls, names, strict=False):
                book.run.expect(
                    _name(call) == name,
                    f"{_name(call)} was looked up when it was the turn of {name}; the list of office "
                    f"{number} is {', '.join(names)}",
                    at=call,
                    advice="look up the people of an office one by one, in the order of their list",
                )
            book.run.expect(
                len(calls) == len(names) or not book.is_due,
                f"office {number} has {_people(len(names))}, and the call of look_up_all at "
                f"{book.act.started:g} s asked it {counted(len(calls), 'question')}",
                at=calls[-1] if calls else None,
                advice=ASK_ALL if len(calls) < len(names) else "ask about each person only once",
            )
        _expect_everybody(book)


@check(
    "An office that gives slow answers does not hold the others up",
    advice="find what this office waited for: no office needs to wait for another one",
)
def slow_answers_hold_up_nobody_else(case: Case) -> None:
    for book in books(case):
        _expect_everybody(book)
        if not (book.is_due and book.is_timed):
            continue
        for number, names in enumerate(book.company.offices, 1):
            free, before = book.act.started, None
            for call in book.calls_about(names):
                free_since = (
                    f"look_up_all was called at {free:g} s, but {_name(call)}, the first on the list of "
                    f"office {number},"
                    if before is None
                    else f"office {number} answered the question about {_name(before)} at {free:g} s, but "
                    f"{_name(call)}, the next on its list,"
                )
                book.run.expect(
                    not is_later(call.started, free),
                    f"{free_since} was not looked up until {call.started:g} s{_just_then(book, call)}",
                    at=call,
                    together=map(book.calls_about, book.company.offices),
                )
                free, before = call.ended or call.started, call


def _just_then(book: Book, call: Call) -> str:
    """Which other office gave its last answer at the very moment at which `call` was made, if one did."""
    for number, names in enumerate(book.company.offices, 1):
        calls = book.calls_about(names)
        ended = calls[-1].ended if calls else None
        if call not in calls and ended is not None and same_time(ended, call.started):
            return f", when office {number} had given its last answer"
    return ""


def _company(case: Case, most: int) -> Company:
    """A company with so many offices at the most, and so many people in the first of them; there are
    fewer in the others if there are many."""
    count = case.size(0, most)
    sizes = [case.size(0, max(1, most // count) if place else most) for place in range(count)]
    names: list[str] = []
    while len(names) < sum(sizes):
        name = "".join(case.random.sample(SYLLABLES, k=3)).capitalize()
        if name not in names:
            names.append(name)
    slowest = case.pick((3, 3, 3, DAYS))
    numbers = {name: case.amount(0, 9999) for name in names}
    seconds = {name: case.duration(0.001, slowest) for name in names}
    offices = []
    for size in sizes:
        offices.append(names[:size])
        names = names[size:]
    return Company(offices, Directory(numbers, seconds))


def _expect_end(book: Book) -> None:
    """Fail the check unless it ended as it should: with a value, with an error if an answer was one,
    or cancelled."""
    run, act, failed, company = book.run, book.act, book.failed, book.company
    cancelled = act.record.cancelled_at
    if act.error is not None and cancelled is not None:
        run.expect(
            failed or book.was_cancelled,
            f"look_up_all was cancelled from outside at {cancelled:g} s, and raised {act.error.kind}; "
            "it must let itself be cancelled",
            at=act.errors[0],
            advice=LET_PASS,
        )
    run.expect_ended_with(act, book.calls)
    if failed is not None:
        run.expect(
            act.error is not None or book.was_cancelled,
            f"the question about {_name(failed)} failed ({failed.failure}), and look_up_all returned as "
            "if all were well",
            at=failed,
            advice="let the error out of look_up_all: half a phone book is worse than none",
        )
    elif not book.was_cancelled:
        if act.error is not None and act.error.kind in ("ValueError", "IndexError"):
            run.expect(
                False,
                f"look_up_all raised {act.error.kind} ({act.error.message}) for "
                f"{counted(len(company.offices), 'office')}"
                + (f" with {_people(len(company.names))}" if company.offices else ""),
                at=act.errors[0],
                advice="it must work for any number of offices, and for none: then the phone book is empty",
            )
        act.value  # noqa: B018 - fails the check if there is none
        run.expect(
            cancelled is None
            or {_name(call) for call in book.calls if call.done} >= {*company.names},
            f"look_up_all was cancelled from outside at {cancelled or 0:g} s, before everybody was looked "
            "up, and returned all the same; it must let itself be cancelled",
            advice=LET_PASS,
        )


def _expect_everybody(book: Book) -> None:
    """Fail the check unless it ended as it should, with everybody's number, and left nothing."""
    _expect_end(book)
    if book.is_due:
        _expect_value(book)
    book.run.expect_nothing_left()


def _expect_value(book: Book) -> None:
    names, value = book.company.names, book.act.value
    book.run.expect(
        isinstance(value, dict),
        f"look_up_all returned {shown(value)}, not a dictionary, for "
        f"{counted(len(book.company.offices), 'office')}",
        advice="return a phone book in every case: for no offices, an empty one",
    )
    told = {_name(call): call.reply for call in book.calls}
    asked = {_name(call): call for call in book.calls}
    missing = [name for name in names if name not in value]
    warned = book.run.warnings[0] if book.run.warnings else None
    lost = next(iter(missing), "")
    # Only then has it to do with the number.
    is_about_zero = (
        {told.get(name) for name in missing} == {0}
        and any(name in value and told.get(name) != 0 for name in names)
        and all(name not in value or told.get(name) != 0 for name in names)
    )
    book.run.expect(
        not missing,
        (
            f"the phone book lacks {len(missing)} of {_people(len(names))}; the first, {lost}, was "
            if len(missing) > 1
            else f"the phone book lacks {lost}, who was "
        )
        + (_answered(asked[lost], book, is_about_zero) if lost in asked else "never looked up")
        + (f". Python warned: {warned.text}" if warned else _sizes(book.company.offices)),
        at=warned,
        advice="a call of an `async def` function runs none of it: who awaits its coroutine?"
        if warned
        else "0 is a number like any other: enter it, too"
        if is_about_zero
        else "follow this answer to the dictionary that is returned: where is it lost?"
        if lost in told
        else ASK_ALL,
    )
    other = next((name for name in value if name not in names), "")
    is_from_elsewhere = other in map(_name, book.run.calls)
    book.run.expect(
        set(value) == set(names),
        f"the phone book names {other!r}, who is in none of this call's offices"
        + (", but was looked up by another call" if is_from_elsewhere else ""),
        advice="begin each call with a new phone book"
        if is_from_elsewhere
        else "enter each answer under the name that was asked about",
    )
    for name in names:
        book.run.expect(
            name in told,
            f"the phone book gives {name} the number {value[name]!r}, for which the call of look_up_all "
            f"at {book.act.started:g} s never asked",
            advice="keep no answers for a later call: ask for everybody's number each time",
        )
        book.run.expect(
            value[name] == told[name] and type(value[name]) is int,
            f"the phone book gives {name} the number {value[name]!r}; the answer was {told[name]!r}",
            advice="enter each answer, whatever it is, under the name that was asked about",
        )


def _answered(call: Call, book: Book, is_about_zero: bool) -> str:
    """What came of a question whose answer is not in the phone book."""
    if not call.done or call.ended is None:
        return f"looked up at {call.started:g} s, but look_up_all did not wait for the answer"
    if is_about_zero:
        return "looked up, and the answer was 0; people with other numbers are in it"
    last = len(book.calls) > 1 and all(
        other is call or (other.ended_order or 0) < (call.ended_order or 0) for other in book.calls
    )
    return f"looked up; the answer came at {call.ended:g} s" + (
        ", after all others" if last else ""
    )


def _sizes(offices: Sequence[Sequence[str]]) -> str:
    """How many people the offices have, where there are some offices."""
    if not 1 < len(offices) < 9:
        return ""
    *sizes, last = map(len, offices)
    return f". The offices have {', '.join(map(str, sizes))} and {_people(last)}"


def _name(call: Call) -> str:
    """Whom a call asked for."""
    return str(call.given.get("name"))


def _people(count: int) -> str:
    return f"{count} {'person' if count == 1 else 'people'}"


@question
def two_offices(case: Case) -> str:
    world = case.world()
    directory = world.add(Directory({"Ada": 1, "Ben": 2}, {"Ada": 10.0, "Ben": 1.0}))
    run = world.run("look_up_all", directory, [["Ada"], ["Ben"]])
    if not all(call.done for call in run.calls):
        return "all_together"
    if max(call.started for call in run.calls) > 0:
        return "one_by_one"
    return "three_tasks" if run.elapsed < 11 else "one_thread"
