"""Checks for forgotten_await: a coroutine that is made and never awaited."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from checker import Act, Call, Case, Run, Service, World, check, scene

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
WHOSE = "look where name, address and number come from at the moment in which the mail is sent"


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
            yield SignUp(*person, club, act, run, calls)


def _club(case: Case, world: World) -> Club:
    members = world.add(Members(_seconds(case), case.integer(0, 999)))
    return Club(members, world.add(Mailer(_seconds(case), case.pick(REFUSALS))))


def _person(case: Case) -> tuple[str, str]:
    """A name and an address."""
    return case.pick(NAMES), f"{case.pick(NAMES).lower()}@club.example"


@check(
    "sign_up returns as soon as the mail is sent and no sooner, however slow the mail server is",
    points=3,
    advice="calling a coroutine function starts nothing; what runs its coroutine to the end?",
)
def mail_is_sent(case: Case) -> None:
    for one in sign_ups(case):
        if not one.went_well:
            continue
        _expect_a_mail(one)
        call, act, seconds = one.calls_to("send")[-1], one.act, one.mailer.seconds
        one.run.expect(
            one.taken,
            f"sign_up returned at {act.ended:g} s, when the mail had been on its way for "
            f"{act.ended - call.started:g} s; the server takes {seconds:g} s to take it, so it was "
            "never sent",
            at=call,
        )
        to, _ = one.taken[0]
        one.run.expect(
            to == one.address, f"the mail went to {to!r}, not to {one.address!r}", at=call
        )
        due = one.club.seconds
        one.run.expect(
            round(act.elapsed - due, 6) <= 0,
            f"sign_up took {act.elapsed:g} s, not {due:g} s: the list of members took "
            f"{one.members.seconds:g} s, and the mail server {seconds:g} s",
            at=call,
            advice="wait for these two, and for nothing else, such as somebody else who joins",
        )


@check(
    "Joining is one new member, one mail and one number, and nothing is left over",
    advice="for each call of an `async def` function, find where its coroutine is awaited, and "
    "where what it returned goes",
)
def nothing_is_left_over(case: Case) -> None:
    for one in sign_ups(case):
        if one.went_well:
            _expect_end(one)
            value, added, taken = one.act.value, one.added, one.taken
            one.run.expect_nothing_left()
            one.run.expect(
                added == [(one.name, one.address)],
                f"the members that were added are {added}, not {[(one.name, one.address)]}",
            )
            one.run.expect(
                value == one.number and type(value) is int,
                f"the number that sign_up returned is {value!r}, not {one.number}",
            )
            one.run.expect(len(taken) == 1, f"{len(taken)} mails were sent to {one.address}, not 1")
            _, text = taken[0]
            one.run.expect(
                isinstance(text, str)
                and one.name in text
                and str(one.number)
                in (digits.lstrip("0") or "0" for digits in re.findall(r"\d+", text)),
                f"the mail says {text!r}; it must greet {one.name} and say the number {one.number}",
                at=one.calls_to("send")[-1],
                advice=WHOSE,
            )
        one.run.expect_nothing_left()
        one.run.expect_ended_with(one.act, one.calls)


@check(
    "When the mail server refuses the mail, whoever called sign_up hears of it",
    advice="an error comes out of a coroutine where it is awaited; let it pass there",
)
def refusal_is_heard(case: Case) -> None:
    for one in refusals(case):
        if refused := one.refused:
            # Any error will do: a sign_up may well put one of its own in the place of the server's.
            one.run.expect(
                one.act.error is not None or one.was_cancelled,
                f"{refused.method}() failed ({refused.reply}), and sign_up returned as if all were well",
                at=refused,
            )
            again = [call for call in one.calls_to(refused.method) if call is not refused]
            one.run.expect(
                not again,
                f"{refused.method}() failed ({refused.reply}), and sign_up called it once more; it must "
                "not try again",
                at=again[-1] if again else None,
                advice="let the error out of sign_up; whoever called it may try again",
            )
        elif not one.was_cancelled:
            _expect_a_mail(one)


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
            f"sign_up was cancelled from outside at {cancelled:g} s, and {raised}; it must let itself "
            "be cancelled",
            at=act.errors[0] if act.errors else None,
            advice="let a cancellation pass: no `except` may keep it, and no `return` in a `finally`",
        )
    if act.error is not None:
        for call in one.calls_to("send"):
            run.expect(
                call.outcome != "cancelled",
                f"sign_up {raised} at {act.ended:g} s, when the mail had been on its way for "
                f"{act.ended - call.started:g} s; the server takes {one.mailer.seconds:g} s to take it",
                at=call,
                advice="wait for the mail server as long as it takes",
            )
        run.expect(
            act.error.kind not in {str(call.reply).partition(":")[0] for call in _failed(run)},
            f"sign_up {raised}, with which another one had failed before; nothing refused this one",
            at=act.errors[0],
            advice="keep nothing of one sign_up for another",
        )
    act.value  # noqa: B018 - fails the check if there is none


def _expect_a_mail(one: SignUp) -> None:
    """Fail the check unless sign_up returned, and asked for a mail to be sent."""
    _expect_end(one)
    warned = one.run.warnings[0] if one.run.warnings else None
    one.run.expect(
        one.calls_to("send"),
        f"send() was never called for {one.address}, so no mail went there"
        + (f"; Python warned: {warned.text}" if warned else ""),
        at=warned,
        advice=None if warned else "find the way through sign_up on which no mail is sent",
    )


def _failed(run: Run) -> list[Call]:
    return [call for call in run.calls if call.reply in TOLD]
