"""Checks for forgotten_await: a coroutine that is made and never awaited."""

from collections.abc import Generator

from checker import Case, Run, Service, check

NAMES = ("Ada", "Barbara", "Edsger", "Frances", "Grace", "Hedy", "Leslie", "Radia", "Tony")


class Members(Service):
    """The club's list of members."""

    latency = 0.25

    def __init__(self, number: int) -> None:
        self.number = number
        self.added: list[tuple[str, str]] = []

    def add(self, name: str, address: str) -> int:
        self.added.append((name, address))
        return self.number


class Mailer(Service):
    """A mail server that takes a mail after so many virtual seconds, or refuses it."""

    def __init__(self, seconds: float, *, refuses: bool = False) -> None:
        self.seconds = seconds
        self.refuses = refuses
        self.taken: list[tuple[str, str]] = []

    def send(self, address: str, text: str) -> Generator[float, None, None]:
        yield self.seconds
        if self.refuses:
            raise ConnectionError("the mail server refuses the mail")
        self.taken.append((address, text))


@check(
    "The welcome mail has been sent when sign_up returns, however slow the mail server is",
    points=3,
    advice="calling a coroutine function starts nothing; what runs its coroutine to the end?",
)
def mail_is_sent(case: Case) -> None:
    name, address, number = _somebody(case)
    world = case.world()
    mailer = world.add(Mailer(case.random.randint(100, 120)))
    run = world.run("sign_up", world.add(Members(number)), mailer, name, address)
    _expect_a_call_to_send(run)
    call = run.calls_to("send")[-1]
    run.expect(
        mailer.taken,
        f"sign_up ended at {run.elapsed:g} s, when the mail had been on its way for "
        f"{run.elapsed - call.started:g} s; the server takes {mailer.seconds} s to take it, "
        "so it was never sent",
        at=call,
    )
    to, _ = mailer.taken[0]
    run.expect(to == address, f"the mail went to {to!r}, not to {address!r}", at=call)


@check(
    "Joining is one new member, one mail and one number, and no coroutine is left over",
    advice="for each call of an `async def` function, find where its coroutine is awaited, and "
    "where what it returned goes",
)
def nothing_is_left_over(case: Case) -> None:
    name, address, number = _somebody(case)
    world = case.world()
    members, mailer = world.add(Members(number)), world.add(Mailer(0.5))
    run = world.run("sign_up", members, mailer, name, address)
    run.expect(
        members.added == [(name, address)],
        f"the members that were added are {members.added}, not {[(name, address)]}",
    )
    run.expect_value(number, "the number that sign_up returned")
    run.expect_nothing_left()
    run.expect(len(mailer.taken) == 1, f"{len(mailer.taken)} mails were sent, not 1")
    _, text = mailer.taken[0]
    run.expect(
        name in text and str(number) in text,
        f"the mail says {text!r}; it must greet {name} and say the number {number}",
        at=run.calls_to("send")[-1],
    )


@check(
    "When the mail server refuses the mail, whoever called sign_up hears of it",
    advice="an error comes out of a coroutine where it is awaited; let it pass there",
)
def refusal_is_heard(case: Case) -> None:
    name, address, number = _somebody(case)
    world = case.world()
    mailer = world.add(Mailer(0.5, refuses=True))
    run = world.attempt("sign_up", world.add(Members(number)), mailer, name, address)
    _expect_a_call_to_send(run)
    # Any error will do: a sign_up may well put one of its own in the place of the server's.
    refused = [call for call in run.calls_to("send") if call.outcome == "failed"]
    run.expect(
        run.error is not None and refused,
        "the mail server refuses with a ConnectionError, and "
        + ("that is not what came out" if run.error else "sign_up returned as if all were well"),
        at=next(iter(run.calls_to("send")), None),
    )


def _somebody(case: Case) -> tuple[str, str, int]:
    """A name, an address and a number that nobody can guess."""
    name = case.random.choice(NAMES)
    return (
        name,
        f"{name.lower()}@{case.random.randrange(10**6)}.example",
        case.random.randint(10**5, 10**6),
    )


def _expect_a_call_to_send(run: Run) -> None:
    warned = run.warnings[0] if run.warnings else None
    run.expect(
        run.calls_to("send"),
        "nobody asked the mail server to send anything"
        + (f"; Python warned: {warned.text}" if warned else ""),
        at=warned,
    )
