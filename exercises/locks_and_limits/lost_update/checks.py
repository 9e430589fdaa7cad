"""Checks for lost_update: read, await, write."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from checker import Act, Call, Case, Run, Service, World, check, scene

AMOUNTS = [*range(1, 100), 0]


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

    def each(self) -> Iterator[tuple[Account, list[int]]]:
        """Each account, and what should be paid into it."""
        for index, account in enumerate(self.accounts):
            yield account, [amount for i, amount in self.deposits if i == index]


@dataclass(frozen=True)
class Day:
    """All calls of a day, of which the first two may be under way at the same time."""

    batches: Sequence[Batch]
    run: Run
    is_timed: bool

    def done(self, account: Account) -> list[Call]:
        """The calls of an account that the bank carried out."""
        return [call for call in self.run.calls if call.service is account and call.done]

    def expect_balances(self) -> None:
        for account, amounts in chain(*(batch.each() for batch in self.batches)):
            calls = self.done(account)
            self.run.expect(
                account.balance == account.opened_with + sum(amounts),
                f"an account held {account.opened_with} and was to get {listed(amounts)}; it holds "
                f"{account.balance} now, not {account.opened_with + sum(amounts)}",
                at=calls[-1] if calls else None,
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
        world.add(Account(case.integer(0, 999), case.duration(0.1, 1.0))) for _ in range(count)
    ]
    return Batch(accounts, deposits, world.call("deposit_all", accounts, deposits))


@check(
    "No deposit is lost, in whatever order the bank replies",
    points=3,
    advice="between your read and your write of an account, nobody else may read it",
)
def no_lost_update(case: Case) -> None:
    for day in days(case):
        day.expect_balances()


@check(
    "Different accounts do not wait for each other",
    points=2,
    advice="what keeps two deposits to one account apart need not keep two accounts apart",
)
def accounts_overlap(case: Case) -> None:
    for day in days(case):
        day.expect_balances()
        for batch in day.batches if day.is_timed else ():
            latest = 0.0
            for account, amounts in batch.each():
                due = 2 * account.seconds * len(amounts)
                latest = max(latest, due)
                calls = day.done(account)
                took = max((call.ended or 0.0 for call in calls), default=0.0) - batch.act.started
                day.run.expect(
                    took < due + 1e-6,
                    f"an account was to get {listed(amounts)}; with {account.seconds:g} s for each "
                    f"read and each write that should take {due:g} s, and it took {took:g} s",
                    at=calls[0] if calls else None,
                )
            day.run.expect(
                batch.act.elapsed < latest + 1e-6,
                f"the last deposit was booked after {latest:g} s, and deposit_all() returned after "
                f"{batch.act.elapsed:g} s",
            )


@check("Every deposit is one read and one write", advice="pay in each amount by itself, and once")
def one_write_each(case: Case) -> None:
    for day in days(case):
        for account, amounts in chain(*(batch.each() for batch in day.batches)):
            calls = day.done(account)
            writes = [call for call in calls if call.method == "write"]
            reads = len(calls) - len(writes)
            day.run.expect(
                reads == len(writes) == len(amounts),
                f"an account was to get {listed(amounts)}; that took {times(reads, 'read')} and "
                f"{times(len(writes), 'write')}",
            )
            balance, left = account.opened_with, list(amounts)
            for write in sorted(writes, key=lambda call: call.ended_order or 0):
                written = write.given["balance"]
                day.run.expect(
                    written - balance in left,
                    f"an account was to get {listed(amounts)}; when it held {balance}, {written} was "
                    "written to it, and none of the deposits that were left makes that of it",
                    at=write,
                )
                left.remove(written - balance)
                balance = written


def listed(amounts: Sequence[int]) -> str:
    """`2 deposits, of 1 + 73 = 74`."""
    if not amounts:
        return "nothing"
    more = f" and {len(amounts) - 6} more" if len(amounts) > 6 else ""
    total = f" = {sum(amounts)}" if len(amounts) > 1 else ""
    return f"{times(len(amounts), 'deposit')}, of {' + '.join(map(str, amounts[:6]))}{more}{total}"


def times(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
