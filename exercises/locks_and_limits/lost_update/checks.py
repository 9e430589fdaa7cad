"""Checks for lost_update: read, await, write."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from checker import Act, Call, Case, Run, Service, World, check, often, question, scene

AMOUNTS = [*range(1, 100), 0]

BALANCES_FIRST = "get every balance right first: only then does this check look at whether accounts wait for each other"

EPSILON = 1e-6
"""Virtual seconds by which sums of times may differ."""


class Account(Service):
    """A bank account whose balance lives in the judge."""

    def __init__(self, balance: int, seconds: float) -> None:
        self.opened_with = self.balance = balance
        self.seconds = self.latency = seconds

    def read(self) -> int:
        return self.balance

    def write(self, balance: int) -> None:
        self.balance = balance


@dataclass(frozen=True)
class Batch:
    """One call of `deposit_all`, with accounts of its own."""

    accounts: Sequence[Account]
    deposits: Sequence[tuple[int, int]]
    act: Act

    def amounts(self, index: int) -> list[int]:
        """What should be paid into an account."""
        return [amount for i, amount in self.deposits if i == index]


@dataclass(frozen=True)
class Due:
    """An account, what it is called, and what should be paid into it."""

    account: Account
    name: str
    amounts: Sequence[int]
    batch: Batch
    calls: Sequence[Call]

    @property
    def done(self) -> list[Call]:
        """The calls that the bank carried out."""
        return [call for call in self.calls if call.done]

    @property
    def writes(self) -> list[Call]:
        return [call for call in self.done if call.method == "write"]

    @property
    def is_in_turn(self) -> bool:
        """Whether each read and each write had ended before the next call."""
        kinds = [call.method for call in self.done]
        return kinds == ["read", "write"] * (len(kinds) // 2) and all(
            (before.ended_order or 0) < call.order for before, call in pairwise(self.done)
        )

    @property
    def deposits(self) -> str:
        """`2 deposits, of 1 and 73`, or `one deposit, of 1`."""
        if not self.amounts:
            return "no deposit"
        if len(self.amounts) == 1:
            return f"one deposit, of {self.amounts[0]}"
        *first, last = [str(amount) for amount in self.amounts[:6]]
        if len(self.amounts) > 6:
            first, last = [*first, last], f"{len(self.amounts) - 6} more"
        return f"{times(len(self.amounts), 'deposit')}, of {', '.join(first)} and {last}"

    @property
    def used(self) -> str:
        """What was made of it."""
        reads = len(self.done) - len(self.writes)
        made = "neither a read nor a write"
        if self.done:
            made = f"{times(reads, 'read')} and {times(len(self.writes), 'write')}"

        gone = next((call for call in self.calls if call.outcome == "cancelled"), None)
        return made + (
            f"; {gone.method}() was given up {gone.ended - gone.started:g} s after it was called"
            if gone is not None and gone.ended is not None
            else ""
        )

    @property
    def advice(self) -> str:
        """What to try if it got other reads and writes than it should."""
        if any(call.outcome == "cancelled" for call in self.calls):
            return "wait for the bank's reply as long as it takes"
        if len(self.writes) >= len(self.amounts):
            return "read and write an account once for each of its deposits, and not otherwise"
        if len(self.writes) == sum(amount != 0 for amount in self.amounts):
            return "a deposit of 0 is booked like any other"
        if len(self.writes) == len(set(self.amounts)):
            return "two deposits of the same amount are two deposits: book both"
        return "read and write the account once for each of its deposits"


@dataclass(frozen=True)
class Day:
    """All calls of a day, of which the first two may be under way at the same time."""

    batches: Sequence[Batch]
    run: Run
    is_timed: bool

    @cached_property
    def accounts(self) -> list[Due]:
        """Those of all calls; what is told of a lost update numbers them in this order."""
        calls = defaultdict[Service, list[Call]](list)
        for call in self.run.calls:
            calls[call.service].append(call)
        accounts: list[Due] = []
        for batch in self.batches:
            for index, account in enumerate(batch.accounts):
                number = len(accounts)
                where = f" of the call at {batch.act.started:g} s (Account {number})"
                name = f"account {index}{where if number != index else ''}"
                accounts.append(Due(account, name, batch.amounts(index), batch, calls[account]))
        return accounts

    def expect_not_twice(self, due: Due, advice: str | None = None) -> None:
        """An account was not written more often than it has deposits."""
        reads, expected = (
            len(due.done) - len(due.writes),
            due.account.opened_with + sum(due.amounts),
        )
        held = f"It held {due.account.opened_with}, and now holds {due.account.balance}"
        self.run.expect(
            len(due.writes) <= len(due.amounts),
            f"{due.name} should get {due.deposits}, but was written {often(len(due.writes))} (and read "
            f"{often(reads)}): a deposit is one read and one write. {held}"
            + ("" if due.account.balance == expected else f", not {expected}"),
            at=due.writes[-1] if due.writes else None,
            advice=advice or due.advice,
        )

    def expect_balances(self, advice: str | None = None) -> None:
        for due in self.accounts:
            held, expected = due.account.balance, due.account.opened_with + sum(due.amounts)
            is_complete = len(due.writes) == len(due.amounts)
            if held != expected:
                self.expect_not_twice(due, advice)
            self.run.expect(
                held == expected,
                f"{due.name} held {due.account.opened_with} and should get {due.deposits}. It should hold "
                f"{expected} now, and holds {held}"
                + ("" if is_complete else f", after {due.used}"),
                at=due.writes[-1] if due.writes else None,
                advice=advice
                or (due.advice if not is_complete else None)
                or (
                    "write what read() has just answered, plus the amount"
                    if due.is_in_turn
                    else None
                ),
            )


@scene
def days(case: Case) -> Iterator[Day]:
    for world in case.explore(late=True):
        # More accounts, and more deposits, than a program may think anybody has.
        batches = [draw_batch(case, world, 1, 2), draw_batch(case, world, 104, 104)]
        batches[1].act.at(case.duration(0.0, 1.0))
        for _ in range(case.size(0, 1)):
            batches.append(draw_queue(case, world))
            batches[2].act.after(batches[1].act)
        for _ in range(10 if case.integer(0, 9) == 9 else 0):
            batches.append(draw_batch(case, world, 1, 1))
            batches[-1].act.after(batches[-2].act)
        run = world.run_all(*(batch.act for batch in batches))
        yield Day(batches, run, world.is_timed)


def draw_batch(case: Case, world: World, most_accounts: int, most_deposits: int) -> Batch:
    accounts_drawn, turns = case.size(0, most_accounts), case.size(0, most_deposits)
    count = max(accounts_drawn, min(1, turns))
    # To each in turn, or so many places further on.
    deposits = [
        ((turn + case.integer(0, count - 1)) % count, case.pick(AMOUNTS)) for turn in range(turns)
    ]
    return _batch(case, world, count, deposits)


def draw_queue(case: Case, world: World) -> Batch:
    """All deposits to one account, and then those to another."""
    deposits = [(n, case.pick(AMOUNTS)) for n in range(2) for _ in range(case.size(0, 12))]
    return _batch(case, world, 2, deposits)


def _batch(case: Case, world: World, count: int, deposits: Sequence[tuple[int, int]]) -> Batch:
    accounts = [
        world.add(Account(case.amount(0, 999), case.duration(0.1, 1.0))) for _ in range(count)
    ]
    return Batch(accounts, deposits, world.call("deposit_all", accounts, deposits))


@check(
    "No deposit is lost, in whatever order the bank replies",
    points=3,
    advice="from your read of an account to your write, no other deposit may read or write it",
)
def no_lost_update(case: Case) -> None:
    for day in days(case):
        day.expect_balances()


@check(
    "Different accounts do not wait for each other",
    points=2,
    advice="deposits to different accounts have nothing in common: let none wait for those to another account",
)
def accounts_overlap(case: Case) -> None:
    for day in days(case):
        day.expect_balances(advice=BALANCES_FIRST)
        latest: dict[Act, float] = {}
        for due in day.accounts if day.is_timed else ():
            day.expect_not_twice(due)
            act, seconds = due.batch.act, 2 * due.account.seconds * len(due.amounts)
            latest[act] = max(latest.get(act, 0.0), seconds)
            took = max((call.ended or 0.0 for call in due.done), default=0.0) - act.started
            day.run.expect(
                took < seconds + EPSILON,
                f"{due.name} should get {due.deposits}. A read or a write takes {due.account.seconds:g} s, so "
                f"{seconds:g} s is enough; it took {took:g} s{pause(due)}",
                at=due.done[0] if due.done else None,
                advice=what_to_share(day, due),
                together=apart(day, due),
                late=late_call(due),
            )
        for batch in day.batches if day.is_timed else ():
            booked = latest.get(batch.act, 0.0)
            day.run.expect(
                batch.act.elapsed < booked + EPSILON,
                f"every deposit was booked within {booked:g} s, and deposit_all() returned after "
                f"{batch.act.elapsed:g} s",
                advice="return when the last deposit is booked, and wait for nothing else",
            )


@check("Every deposit is one read and one write", advice="pay in each amount by itself, and once")
def one_write_each(case: Case) -> None:
    for day in days(case):
        for due in day.accounts:
            day.expect_not_twice(due)
            reads = len(due.done) - len(due.writes)
            day.run.expect(
                reads == len(due.writes) == len(due.amounts),
                f"{due.name} should get {due.deposits}, and got {due.used}",
                advice=due.advice,
            )
            balance, left = due.account.opened_with, list(due.amounts)
            for write in sorted(due.writes, key=lambda call: call.ended_order or 0):
                written = write.given["balance"]
                paid = written - balance
                no_such = f"none of the deposits still to be booked is of {paid}"
                if paid < 0:
                    no_such = "no deposit takes anything away"
                day.run.expect(
                    paid in left,
                    f"{due.name} should get {due.deposits}; one write took it from {balance} to {written}, "
                    f"but {no_such}"
                    if paid
                    else f"{due.name} should get {due.deposits}; it held {balance}, and {written} was written, which "
                    "adds nothing",
                    at=write,
                    advice="let each write add one deposit to the balance that it overwrites, and nothing else",
                )
                left.remove(paid)
                balance = written


def pause(due: Due) -> str:
    """When nobody called an account first."""
    late = late_call(due)
    if late is None:
        return ""
    ended = [call.ended for call in due.done if call.ended and call.ended <= late.started]
    free = max([due.batch.act.started, *ended])
    return f", and from {free:g} s to {late.started:g} s it was not called"


def late_call(due: Due) -> Call | None:
    """The first call of an account that began when nobody had called it for a while."""
    free = due.batch.act.started
    for call in due.done:
        if call.started > free + EPSILON:
            return call
        free = max(free, call.ended or free)
    return None


def apart(day: Day, due: Due) -> Iterator[list[Call]]:
    """The calls of the tasks that call an account, and those of all others, which have nothing to do with it."""
    calls = day.run.calls
    tasks = {call.task for call in calls if call.service is due.account}
    yield [call for call in calls if call.task in tasks]
    yield [call for call in calls if call.task not in tasks]


def what_to_share(day: Day, due: Due) -> str | None:
    """What to try, if it has nothing to do with another account of the same call."""
    busy = [other for other in day.accounts if other.calls]
    if len(busy) == 1:
        return "begin each deposit as soon as the one before it is done, without any other wait"
    if sum(other.batch is due.batch for other in busy) == 1:
        return "two calls of deposit_all have no account in common: let them share nothing"
    return None


def times(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


@question
def two_deposits(case: Case) -> str | None:
    world = case.world()
    account = world.add(Account(0, 1.0))
    run = world.attempt("deposit_all", [account], [(0, 10), (0, 20)])
    if run.error is not None:
        return "refused"
    second = run.calls_to("read")[1].reply
    if second:
        return "in_turn" if account.balance == 30 else None
    return "added" if account.balance == 30 else "overwritten"
