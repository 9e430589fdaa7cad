"""Checks for forgotten_await: a coroutine that is made and never awaited."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from checker import (
    Act,
    Call,
    Case,
    CheckFailed,
    Run,
    Service,
    World,
    check,
    is_later,
    listed,
    often,
    question,
    scene,
    shown,
)

NAMES = ("Ada", "Barbara", "Edsger", "Frances", "Grace", "Hedy", "Leslie", "Radia", "Tony")
REFUSALS = (None, None, None, TimeoutError("no time for this mail"), ValueError("no such address"))
FAILURES = (
    ConnectionRefusedError("connection refused"),
    TimeoutError("no reply"),
    LookupError("no such club"),
    ValueError("not like this"),
    RuntimeError("out of order"),
)
TOLD = (*FAILURES, *filter(None, REFUSALS))
DAYS = 200_000
CROWD = 100
WHOSE = "trace name, address and number to where send() gets them: can another sign_up change them?"
WAIT = "wait for the call of send() itself to end, however long it takes"
FREE = "take out what blocks the event loop: while it is blocked, nobody else can sign up or be cancelled"
PASS = (
    "let errors of every class out: drop none with an `except`, or with a `return` in a `finally`"
)


class Members(Service):
    """A club's list of members, which has a number for the next one, and the one after that."""

    def __init__(self, seconds: float, number: int) -> None:
        self.latency = self.seconds = seconds
        self._number = number

    def add(self, name: str, address: str) -> int:
        self._number += 1
        return self._number - 1


class Mailer(Service):
    """A mail server that takes a mail after so many virtual seconds, or refuses it."""

    def __init__(self, seconds: float, refusal: Exception | None) -> None:
        self.latency = self.seconds = seconds
        self._refusal = refusal

    def send(self, address: str, text: str) -> None:
        if self._refusal is not None:
            raise self._refusal


@dataclass(frozen=True)
class Club:
    members: Members
    mailer: Mailer

    @property
    def seconds(self) -> float:
        return self.members.seconds + self.mailer.seconds


@dataclass(frozen=True)
class SignUp:
    """One call of sign_up, and what came of it."""

    name: str
    address: str
    club: Club
    act: Act
    run: Run
    calls: Sequence[Call]
    sharing: int
    """How many people joined with this address, in all clubs."""
    is_in_a_crowd: bool
    """Whether its calls are known by the address alone, since others joined the club at the same time."""

    @property
    def members(self) -> Members:
        return self.club.members

    @property
    def mailer(self) -> Mailer:
        return self.club.mailer

    def calls_to(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]

    @property
    def number(self) -> int | None:
        """The number that the new member was given."""
        return next((call.reply for call in self.calls_to("add") if call.done), None)

    @property
    def added(self) -> list[tuple[str, str]]:
        """Who was added, and with which address."""
        calls = [call for call in self.calls_to("add") if call.done]
        return [(call.given["name"], call.given["address"]) for call in calls]

    @property
    def taken(self) -> list[tuple[str, str]]:
        """The mails that were taken: address and text."""
        calls = [call for call in self.calls_to("send") if call.done]
        return [(call.given["address"], call.given["text"]) for call in calls]

    @property
    def mail(self) -> str:
        """The mail that it sent, in words that say how that is known."""
        if self.is_in_a_crowd:
            return f"the mail to {self.address}"
        return f"the mail that {self.name}'s sign_up sent"

    @property
    def is_held_up(self) -> bool:
        """Whether the event loop was blocked while it ran."""
        begun, ended = self.act.started, self.act.ended
        return any(
            is_later(b.ended, begun) and is_later(ended, b.started) for b in self.run.blocked
        )

    @property
    def refused(self) -> Call | None:
        """The call that failed, if one did, and not because of what it was given."""
        calls = self.calls_to("add") + self.calls_to("send")
        return next((call for call in calls if call.failed_with(*TOLD)), None)

    @property
    def went_well(self) -> bool:
        """Whether it had no reason to raise, and was not cancelled."""
        return self.refused is None and not self.was_cancelled

    @property
    def was_cancelled(self) -> bool:
        return self.act.gave_way(self.calls_to("send"))


@scene
def sign_ups(case: Case) -> Iterator[SignUp]:
    yield from _joining(case, case.explore(cancel=True))


@scene
def refusals(case: Case) -> Iterator[SignUp]:
    yield from _joining(case, case.explore(fail=FAILURES))


def _joining(case: Case, worlds: Iterator[World]) -> Iterator[SignUp]:
    """Up to three people join: two together, each of them another club, and later a third one, who may
    be the first once more. Now and then a crowd joins together with the second."""
    for world in worlds:
        first, second = _club(case, world), _club(case, world)
        joined = [first, second, first][: case.size(1, 3)]
        people = [_person(case) for _ in joined]
        if len(people) == 3:
            people[2] = case.pick((people[0], people[2]))
            for number in range(case.size(0, case.pick((CROWD, 0, 0)))):
                name, address = _person(case)
                people.append((name, f"{number}.{address}"))
                joined.append(second)
        acts = [
            world.call("sign_up", club.members, club.mailer, *person)
            for club, person in zip(joined, people, strict=True)
        ]
        for late in acts[2:3]:
            late.after(acts[0]).at(first.seconds + 1)
        run = world.attempt_all(*acts)
        for act, club, person in zip(acts, joined, people, strict=True):
            calls = [call for call in run.calls if call.service in (club.members, club.mailer)]
            is_in_a_crowd = club is second and len(acts) > 3
            if club is first and len(acts) > 2:
                later = acts[2].started
                calls = [call for call in calls if (call.started < later) == (act.started < later)]
            elif is_in_a_crowd:  # Each has another address.
                calls = [call for call in calls if call.given["address"] == person[1]]
            sharing = sum(address == person[1] for _, address in people)
            yield SignUp(*person, club, act, run, calls, sharing, is_in_a_crowd)


def _club(case: Case, world: World) -> Club:
    members = world.add(Members(_seconds(case), case.amount(0, 999)))
    return Club(members, world.add(Mailer(_seconds(case), case.pick(REFUSALS))))


def _person(case: Case) -> tuple[str, str]:
    """A name and an address."""
    return case.pick(NAMES), f"{case.pick(NAMES).lower()}@club.example"


@check(
    "sign_up returns as soon as the mail is sent and no sooner, however slow the mail server is",
    points=3,
    advice="calling a function made with `async def` runs none of it: what runs its coroutine?",
)
def mail_is_sent(case: Case) -> None:
    for one in sign_ups(case):
        if not one.went_well:
            continue
        _expect_end(one)
        _expect_a_mail(one)
        call, act, due = one.calls_to("send")[-1], one.act, one.club.seconds
        one.run.expect(
            one.taken,
            f"sign_up returned at {act.ended:g} s, and the mail was never taken: send() was called at "
            f"{call.started:g} s, and the mail server needs {one.mailer.seconds:g} s for it",
            at=call,
            advice=WAIT,
        )
        to, _ = one.taken[0]
        one.run.expect(
            to == one.address,
            f"{one.mail} went to {to!r}, not to {one.address!r}",
            at=call,
            advice=WHOSE,
        )
        called = ", ".join(f"{call.method}() at {call.started:g} s" for call in one.calls)
        one.run.expect(
            not is_later(act.elapsed, due),
            f"sign_up took {act.elapsed:g} s, where {due:g} s would have been enough: {one.members.seconds:g} s for "
            f"the list of members and {one.mailer.seconds:g} s for the mail server. It began at "
            f"{act.started:g} s, called {called}, and returned at {act.ended:g} s",
            at=call,
            advice=FREE
            if one.is_held_up
            else "wait for the list and the mail server, and for nothing else: do not sleep, and do not wait for "
            "another sign_up",
        )


@check(
    "Each call adds one member, sends one mail, returns the number, and ends at once if cancelled",
    advice="await each coroutine that sign_up makes, and wait for each task that it starts",
)
def nothing_is_left_over(case: Case) -> None:
    for one in sign_ups(case):
        if one.went_well:
            _expect_end(one)
            value, added, taken = one.act.value, one.added, one.taken
            one.run.expect_nothing_left()
            one.run.expect(
                added == [(one.name, one.address)],
                f"sign_up, called at {one.act.started:g} s, added {added or 'nobody'}; it must add "
                f"{one.name} ({one.address}), exactly once",
                advice="call add() once in each sign_up"
                + (", even for somebody with the same name and address" if one.sharing > 1 else ""),
            )
            one.run.expect(
                value == one.number and type(value) is int,
                f"sign_up returned {value!r}, but add() gave {one.name} the number {one.number}",
                advice="return the number that add() has given, whatever it is",
            )
            sent, (reason, advice) = one.calls_to("send"), _without_mail(one)
            one.run.expect(sent, f"a mail is missing: {reason}", advice=advice)
            one.run.expect(
                len(taken) == 1,
                f"{one.name} joined, and the mail server took {len(taken)} mails for that, not 1",
                at=sent[-1],
                advice=WAIT if len(sent) == 1 else "send each new member one mail",
            )
            _, text = taken[0]
            written = text if isinstance(text, str) else ""
            numbers = [digits.lstrip("0") or "0" for digits in re.findall(r"\d+", written)]
            lacks = [] if one.name in written else [f"the name {one.name}"]
            lacks += [] if str(one.number) in numbers else [f"the number {one.number}"]
            one.run.expect(
                not lacks,
                f"{one.mail} says {text!r}; it must have {listed(lacks)} in it",
                at=sent[-1],
                advice=WHOSE,
            )
        one.run.expect_nothing_left()
        _expect_ended(one)


@check(
    "If the list of members or the mail server fails, sign_up raises an error too",
    advice="first let each sign_up send its mail; then see what happens when that fails",
)
def refusal_is_heard(case: Case) -> None:
    for one in refusals(case):
        if refused := one.refused:
            failed, ended = f"{refused.method}() failed ({refused.failure})", refused.ended or 0.0
            is_early = one.act.ended < ended
            # Any error will do: a sign_up may well put one of its own in the place of the server's.
            is_heard = one.act.error is not None or one.was_cancelled
            one.run.expect(
                is_heard or not is_early,
                f"{failed} at {ended:g} s, and sign_up had returned already, at {one.act.ended:g} s",
                at=refused,
                advice=WAIT,
            )
            again = [call for call in one.calls_to(refused.method) if call is not refused]
            one.run.expect(
                not again,
                f"{failed}, and sign_up called it once more; it must not try again",
                at=again[-1] if again else None,
                advice="let the error out of sign_up; its caller may try again",
            )
            one.run.expect(
                is_heard,
                f"{failed}, and sign_up returned as if all was well",
                at=refused,
                advice=PASS,
            )
        elif not one.was_cancelled:
            _expect_end(one)
            reason, advice = _without_mail(one)
            mails = len(one.run.calls_to("send"))
            is_missing = mails < len(one.run.calls_to("add").done)
            one.run.expect(
                one.calls_to("send"),
                reason,
                advice=None if is_missing else advice,
            )


def _seconds(case: Case) -> float:
    """A good day, or one of the worst."""
    return case.duration(0.1, case.pick((1, 1, DAYS)))


def _expect_end(one: SignUp) -> None:
    """Fail the check unless sign_up returned, since it had no reason not to; if it was cancelled and
    returned all the same, then with its work done."""
    run, act, cancelled = one.run, one.act, one.act.record.cancelled_at
    raised = f"raised {act.error.kind}" if act.error is not None else "returned without a mail sent"
    if cancelled is not None:
        run.expect(
            act.error is None and one.taken,
            f"sign_up was cancelled from outside at {cancelled:g} s, and "
            f"{raised}; it must let itself be cancelled",
            at=act.errors[0] if act.errors else None,
            advice="let a cancellation through: an `except` that catches it must raise it again, and a `finally` must not `return`",
        )
    if act.error is not None:
        for call in one.calls:
            needed = (one.mailer if call.method == "send" else one.members).seconds
            run.expect(
                call.outcome != "cancelled",
                f"sign_up called {call.method}() at {call.started:g} s, gave it up and {raised} at "
                f"{act.ended:g} s; {call.method}() needs {needed:g} s",
                at=call,
                advice=f"wait for {call.method}() as long as it takes",
            )
        run.expect(
            not any(act.heard(call) for call in run.calls if call.failed_with(*TOLD)),
            f"sign_up {raised} for {one.name}, for whom nothing failed: it is the error of another "
            "sign_up, which had failed before",
            at=act.errors[0],
            advice="keep nothing of one sign_up for another",
        )
    act.value  # noqa: B018 - fails the check if there is none


def _expect_ended(one: SignUp) -> None:
    """Fail the check unless sign_up ended at once when it was cancelled, and its calls with it."""
    try:
        one.run.expect_ended_with(one.act, one.calls)
    except CheckFailed as failed:
        cancelled = one.act.record.cancelled_at
        if one.is_held_up and cancelled is not None and is_later(one.act.ended, cancelled):
            failed.advice = FREE
        raise


def _expect_a_mail(one: SignUp) -> None:
    """Fail the check unless sign_up asked for a mail to be sent."""
    warned = one.run.warnings[0] if one.run.warnings else None
    reason, advice = _without_mail(one)
    one.run.expect(
        one.calls_to("send"),
        reason + (f"; Python warned: {warned.text}" if warned else ""),
        at=warned,
        advice=None if warned else advice,
    )


def _without_mail(one: SignUp) -> tuple[str, str]:
    """That send() was not called, and what to try if Python warned of nothing."""
    mails = [call for call in one.run.calls if call.method == "send"]
    count = sum(call.given["address"] == one.address for call in mails)
    others = [call for call in one.run.calls if call.method == "add" and call.done and call.reply]
    if one.number == 0 and 0 < len(mails) == len(others):
        return (
            f"send() was never called for {one.address}, after add() had returned 0; everybody with "
            "any other number got a mail",
            "0 is a number like any other: the first member has it",
        )
    sent = Counter(call.given["address"] for call in mails if call.given["address"] is not None)
    joined = Counter(record.arguments[3] for record in one.run.trace.acts)
    elsewhere = next((address for address in sent if sent[address] > joined[address]), None)
    if elsewhere is not None:
        people = {0: "nobody", 1: "1 person"}.get(joined[elsewhere], f"{joined[elsewhere]} people")
        return (
            f"{one.sharing} {'person' if one.sharing == 1 else 'people'} joined as {one.address}, and send() was "
            f"{often(count, 'called')} with that address; it was {often(sent[elsewhere], 'called')} with "
            f"{shown(elsewhere)}, as whom {people} joined",
            WHOSE,
        )
    if 0 < count < one.sharing:
        return (
            f"{one.sharing} people joined as {one.address}, and send() was {often(count, 'called')} in all with "
            "that address",
            "two people may have the same name and address: each of them gets a mail",
        )
    number, start, after = one.number, "its first line", ""
    if number is not None:
        start, after = f"where add() returned {number}", f", after add() had returned {number}"
    return (
        f"send() was never called for {one.address}{after}",
        f"follow sign_up from {start}: what keeps it from calling send()?",
    )


@question
def server_is_down(case: Case) -> str:
    world = case.world()
    members, mailer = world.add(Members(1.0, 7)), world.add(Mailer(0.0, ConnectionError("down")))
    run = world.attempt("sign_up", members, mailer, "Ada", "ada@example.org")
    if run.error is not None:
        return "raises" if run.error.kind == "ConnectionError" else "refused"
    return "in_background" if run.calls_to("send") else "never"
