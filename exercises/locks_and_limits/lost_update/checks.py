"""Checks for lost_update: read, await, write."""

from checker import Case, Service, check


class Account(Service):
    """A bank account whose balance lives in the judge."""

    latency = 1.0

    def __init__(self) -> None:
        self.balance = 0

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
        account = world.add(Account())
        run = world.run("deposit_all", [account], [(0, amount) for amount in amounts])
        writes = run.calls_to("write")
        run.expect(
            account.balance == sum(amounts),
            f"{len(amounts)} deposits of {sum(amounts)} in all left {account.balance} in the account",
            at=writes[-1] if writes else None,
        )


@check(
    "Different accounts do not wait for each other",
    points=2,
    advice="what keeps two deposits to one account apart need not keep two accounts apart",
)
def accounts_overlap(case: Case) -> None:
    world = case.world()
    accounts = [world.add(Account()) for _ in range(4)]
    amounts = case.random.sample(range(1, 100), k=4)
    run = world.run("deposit_all", accounts, list(enumerate(amounts)))
    balances = [account.balance for account in accounts]
    run.expect(balances == amounts, f"the accounts hold {balances}, not {amounts}")
    run.expect_elapsed(
        2.0, "four deposits to four accounts, a read and a write of 1 s each, can all overlap"
    )


@check("Every deposit is one read and one write", advice="pay in each amount by itself, and once")
def one_write_each(case: Case) -> None:
    world = case.world()
    accounts = [world.add(Account()) for _ in range(2)]
    deposits = [(case.random.randrange(2), case.random.randint(1, 99)) for _ in range(5)]
    run = world.run("deposit_all", accounts, deposits)
    for index, account in enumerate(accounts):
        due = sum(amount for i, amount in deposits if i == index)
        run.expect(account.balance == due, f"account {index} holds {account.balance}, not {due}")
    reads, writes = run.calls_to("read"), run.calls_to("write")
    run.expect(
        len(reads) == len(writes) == len(deposits),
        f"{len(deposits)} deposits took {len(reads)} reads and {len(writes)} writes",
    )
