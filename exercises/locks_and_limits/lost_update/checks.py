"""Checks for lost_update: read, await, write."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from checker import Case, Run, Service, check, scene

AMOUNTS = [*range(1, 100), 0]


class Account(Service):
    """A bank account whose balance lives in the judge."""

    def __init__(self, balance: int, latency: float) -> None:
        self.opened_with = self.balance = balance
        self.latency = latency

    def read(self) -> int:
        return self.balance

    def write(self, balance: int) -> None:
        self.balance = balance


@dataclass(frozen=True)
class Day:
    """What was to be paid in, and what came of it."""

    accounts: Sequence[Account]
    deposits: Sequence[tuple[int, int]]
    run: Run
    is_timed: bool

    def paid_in(self) -> Iterator[tuple[Account, list[int]]]:
        """Each account, and what should be paid into it."""
        for index, account in enumerate(self.accounts):
            yield account, [amount for i, amount in self.deposits if i == index]

    def expect_balances(self) -> None:
        writes = self.run.calls_to("write")
        for account, amounts in self.paid_in():
            self.run.expect(
                account.balance == account.opened_with + sum(amounts),
                f"an account held {account.opened_with} and was to get {listed(amounts)}; it holds "
                f"{account.balance} now, not {account.opened_with + sum(amounts)}",
                at=next((write for write in reversed(writes) if write.service is account), None),
            )


@scene
def days(case: Case) -> Iterator[Day]:
    for world in case.explore(late=True):
        count, due = case.size(1, 60), case.size(0, 70)
        # To each in turn, or so many places further on.
        deposits = [
            ((turn + case.integer(0, count - 1)) % count, case.pick(AMOUNTS)) for turn in range(due)
        ]
        accounts = [
            world.add(Account(case.integer(0, 999), case.duration(0.1, 1.0))) for _ in range(count)
        ]
        run = world.run("deposit_all", accounts, deposits)
        yield Day(accounts, deposits, run, world.is_timed)


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
        if not day.is_timed:
            continue
        latest = 0.0
        for account, amounts in day.paid_in():
            due = 2 * account.latency * len(amounts)
            latest = max(latest, due)
            calls = [call for call in day.run.calls if call.service is account and call.done]
            done = max((call.ended or 0.0 for call in calls), default=0.0)
            day.run.expect(
                done < due + 1e-6,
                f"an account was to get {listed(amounts)}, with {account.latency:g} s for each read "
                f"and each write; all was booked at {done:g} s, not at {due:g} s",
                at=calls[0] if calls else None,
            )
        day.run.expect(
            day.run.elapsed < latest + 1e-6,
            f"the last deposit was booked at {latest:g} s, and deposit_all() returned at "
            f"{day.run.elapsed:g} s",
        )


@check("Every deposit is one read and one write", advice="pay in each amount by itself, and once")
def one_write_each(case: Case) -> None:
    for day in days(case):
        for account, amounts in day.paid_in():
            calls = [call for call in day.run.calls if call.service is account and call.done]
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
