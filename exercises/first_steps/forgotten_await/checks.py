"""Checks for forgotten_await: a coroutine that is made and never awaited."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from checker import Act, Call, Case, Run, Service, World, check, question, scene

NAMES = ("Ada", "Barbara", "Edsger", "Frances", "Grace", "Hedy", "Leslie", "Radia", "Tony")
REFUSALS = (None, None, None, TimeoutError("no time for this mail"), ValueError("no such address"))
FAILURES = (
    ConnectionRefusedError("connection refused"),
    TimeoutError("no reply"),
    LookupError("no such club"),
    ValueError("not like this"),
    RuntimeError("out of order"),
)
TOLD = {f"{type(failure).__name__}: {failure}" for failure in (*FAILURES, *REFUSALS)}
DAYS = 200_000
CROWD = 100
WHOSE = "trace name, address and number to where send() gets them: can another sign_up change them?"
WAIT = "wait for the call of send() itself to end, however long it takes"
PASS = "let every error out, of any class: no `except` may drop it, and no `return` in a `finally`"


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
    def refused(self) -> Call | None:
        """The call that failed, if one did, and not because of what it was given."""
        calls = self.calls_to("add") + self.calls_to("send")
        return next((call for call in calls if call.reply in TOLD), None)

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
            if club is first and len(acts) > 2:
                later = acts[2].started
                calls = [call for call in calls if (call.started < later) == (act.started < later)]
            elif len(acts) > 3:  # Each has another address.
                calls = [call for call in calls if call.given["address"] == person[1]]
            sharing = sum(address == person[1] for _, address in people)
            yield SignUp(*person, club, act, run, calls, sharing)


def _club(case: Case, world: World) -> Club:
    members = world.add(Members(_seconds(case), case.integer(0, 999)))
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
            f"the mail for {one.name} went to {to!r}, not to {one.address!r}",
            at=call,
            advice=WHOSE,
        )
        called = ", ".join(f"{call.method}() at {call.started:g} s" for call in one.calls)
        one.run.expect(
            round(act.elapsed - due, 6) <= 0,
            f"sign_up took {act.elapsed:g} s, where {due:g} s would have been enough: {one.members.seconds:g} s for "
            f"the list of members and {one.mailer.seconds:g} s for the mail server. It began at "
            f"{act.started:g} s, called {called}, and returned at {act.ended:g} s",
            at=call,
            advice="wait for the list and the mail server, and for nothing else: no sleep, nobody else who joins",
        )


@check(
    "Joining is one new member, one mail and one number, and nothing is left over",
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
                + (", also for somebody of the same name and address" if one.sharing > 1 else ""),
            )
            one.run.expect(
                value == one.number and type(value) is int,
                f"sign_up returned {value!r}, but add() gave {one.name} the number {one.number}",
                advice="where does the number come from that sign_up returns?",
            )
            sent, (reason, advice) = one.calls_to("send"), _without_mail(one)
            one.run.expect(sent, f"{one.name} joined, and got no mail: {reason}", advice=advice)
            one.run.expect(
                len(taken) == 1,
                f"{one.name} joined, and the mail server took {len(taken)} mails for that, not 1",
                at=sent[-1],
                advice=WAIT if len(sent) == 1 else "send each new member one mail",
            )
            _, text = taken[0]
            one.run.expect(
                isinstance(text, str)
                and one.name in text
                and str(one.number)
                in (digits.lstrip("0") or "0" for digits in re.findall(r"\d+", text)),
                f"the mail for {one.name}, who has the number {one.number}, says {text!r}; it must have "
                "that name and that number in it",
                at=sent[-1],
                advice=WHOSE,
            )
        one.run.expect_nothing_left()
        one.run.expect_ended_with(one.act, one.calls)


@check(
    "If the list of members or the mail server fails, sign_up raises an error too",
    advice="first let each sign_up send its mail; then see what happens when that fails",
)
def refusal_is_heard(case: Case) -> None:
    for one in refusals(case):
        if refused := one.refused:
            failed, ended = f"{refused.method}() failed ({refused.reply})", refused.ended or 0.0
            is_early = one.act.ended < ended
            # Any error will do: a sign_up may well put one of its own in the place of the server's.
            one.run.expect(
                one.act.error is not None or one.was_cancelled,
                f"{failed} at {ended:g} s, and sign_up had returned already, at {one.act.ended:g} s"
                if is_early
                else f"{failed}, and sign_up returned as if all were well",
                at=refused,
                advice=WAIT if is_early else PASS,
            )
            again = [call for call in one.calls_to(refused.method) if call is not refused]
            one.run.expect(
                not again,
                f"{failed}, and sign_up called it once more; it must not try again",
                at=again[-1] if again else None,
                advice="let the error out of sign_up; whoever called it may try again",
            )
        elif not one.was_cancelled:
            _expect_end(one)
            reason, _ = _without_mail(one)
            one.run.expect(one.calls_to("send"), f"{reason}. What is never sent cannot be refused")


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
            not any(act.heard(call) for call in run.calls if call.reply in TOLD),
            f"sign_up {raised} for {one.name}, for whom nothing failed: it is the error of another "
            "sign_up, which had failed before",
            at=act.errors[0],
            advice="keep nothing of one sign_up for another",
        )
    act.value  # noqa: B018 - fails the check if there is none


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
    if 0 < count < one.sharing:
        return (
            f"{one.sharing} people joined as {one.address}; calls of send() with that address: {count}",
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
def one_mail(case: Case) -> str:
    world = case.world()
    members, mailer = world.add(Members(1.0, 7)), world.add(Mailer(2.0, None))
    run = world.attempt("sign_up", members, mailer, "Ada", "ada@example.org")
    if run.error is not None:
        return "error"
    mails = run.calls_to("send")
    if not mails:
        return "never"
    return "before" if mails[0].done else "later"
