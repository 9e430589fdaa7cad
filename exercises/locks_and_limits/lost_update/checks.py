"""Checks for lost_update: read, await, write."""

from collections.abc import Iterator
from dataclasses import dataclass

from checker import Case, Run, Service, check, scene


class Account(Service):
    def __init__(self, balance: int, seconds: float) -> None:
        self.opening = self.balance = balance
        self.latency = seconds

    def read(self) -> int:
        return self.balance

    def write(self, balance: int) -> None:
        self.balance = balance


@dataclass
class Day:
    accounts: list[Account]
    deposits: list[tuple[int, int]]
    run: Run
    timed: bool


@scene
def days(case: Case) -> Iterator[Day]:
    for world in case.explore(orders=True):
        accounts = [
            world.add(Account(case.integer(0, 999), case.duration(0.1, 3.0)))
            for _ in range(case.size(1, 12))
        ]
        deposits = [
            (case.pick(range(len(accounts))), case.integer(0, 99)) for _ in range(case.size(0, 30))
        ]
        yield Day(accounts, deposits, world.run("deposit_all", accounts, deposits), world.is_timed)


@check(
    "No deposit is lost",
    points=3,
    advice="between your read and your write of an account, nobody else may read it",
)
def no_lost_update(case: Case) -> None:
    for day in days(case):
        for index, account in enumerate(day.accounts):
            paid_in = [amount for i, amount in day.deposits if i == index]
            day.run.expect(
                account.balance == account.opening + sum(paid_in),
                f"an account held {account.opening}; {paid_in} left {account.balance} in it",
            )


@check("Different accounts do not wait for each other", points=2, advice="x")
def accounts_overlap(case: Case) -> None:
    for day in days(case):
        due = max(
            [
                2 * a.latency * sum(i == n for i, _ in day.deposits)
                for n, a in enumerate(day.accounts)
            ]
        )
        if day.timed:
            day.run.expect(
                day.run.elapsed <= due + 0.01, f"it took {day.run.elapsed:g}, not {due:g}"
            )
