"""Checks for lost_update: read, await, write."""

from checker import Case, Service, check


class Account(Service):
    """A bank account whose balance lives in the judge."""

    latency = 1.0

    def __init__(self, case: Case) -> None:
        self.opened_with = case.random.randint(100, 999)
        self.balance = self.opened_with

    def read(self) -> int:
        return self.balance

    def write(self, balance: int) -> None:
        self.balance = balance


@check(
    "No deposit is lost, in whatever order the bank replies",
    points=3,
    advice="between your read and your write of an account, nobody else may read it",
)
def no_lost_update(case: Case) -> None:
    amounts = case.random.sample(range(1, 100), k=3)
    for world in case.schedules():
        account = world.add(Account(case))
        run = world.run("deposit_all", [account], [(0, amount) for amount in amounts])
        writes = run.calls_to("write")
        run.expect(
            account.balance == account.opened_with + sum(amounts),
            f"an account held {account.opened_with}; {len(amounts)} deposits, of {_sum(amounts)}, "
            f"left {account.balance} in it",
            at=writes[-1] if writes else None,
        )


@check(
    "Different accounts do not wait for each other",
    points=2,
    advice="what keeps two deposits to one account apart need not keep two accounts apart",
)
def accounts_overlap(case: Case) -> None:
    world = case.world()
    accounts = [world.add(Account(case)) for _ in range(4)]
    amounts = case.random.sample(range(1, 100), k=4)
    run = world.run("deposit_all", accounts, list(enumerate(amounts)))
    for account, amount in zip(accounts, amounts, strict=True):
        run.expect(
            account.balance == account.opened_with + amount,
            f"an account held {account.opened_with}; a deposit of {amount} left {account.balance}",
        )
    run.expect_elapsed(
        2.0, "four deposits to four accounts, a read and a write of 1 s each, can all overlap"
    )


@check("Every deposit is one read and one write", advice="pay in each amount by itself, and once")
def one_write_each(case: Case) -> None:
    world = case.world()
    account = world.add(Account(case))
    amounts = case.random.sample(range(1, 100), k=4)
    run = world.run("deposit_all", [account], [(0, amount) for amount in amounts])
    reads = [call for call in run.calls_to("read") if call.done]
    writes = [call for call in run.calls_to("write") if call.done]
    run.expect(
        len(reads) == len(writes) == len(amounts),
        f"{len(amounts)} deposits took {len(reads)} reads and {len(writes)} writes",
    )
    first = min(writes, key=lambda call: call.started)
    run.expect(
        first.given["balance"] - account.opened_with in amounts,
        f"the account held {account.opened_with}, and the first write to it said "
        f"{first.given['balance']}; the deposits are {_sum(amounts)}",
        at=first,
    )
    run.expect(
        account.balance == account.opened_with + sum(amounts),
        f"the account held {account.opened_with}, and holds {account.balance} after deposits of "
        f"{_sum(amounts)}, which were all written",
        at=writes[-1],
    )


def _sum(amounts: list[int]) -> str:
    return f"{' + '.join(map(str, amounts))} = {sum(amounts)}"
