"""Checks for lost_update: read, await, write."""

from checker import Case, Service, check


class Account(Service):
    """A bank account whose balance lives in the judge."""

    def __init__(self, case: Case, latency: float = 1.0) -> None:
        self.opened_with = case.random.randint(100, 999)
        self.balance = self.opened_with
        self.latency = latency

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
    for world in case.schedules(runs=8):
        accounts = [world.add(Account(case)) for _ in range(2)]
        # To both accounts in turn: neither is the only one, nor do its deposits come in a row.
        amounts = case.random.sample(range(1, 100), k=5)
        deposits = case.some([(n % 2, amount) for n, amount in enumerate(amounts)], least=2)
        run = world.run("deposit_all", accounts, deposits)
        writes = run.calls_to("write")
        for index, account in enumerate(accounts):
            paid_in = [amount for i, amount in deposits if i == index]
            run.expect(
                account.balance == account.opened_with + sum(paid_in),
                f"an account held {account.opened_with}; {len(paid_in)} "
                f"deposit{'' if len(paid_in) == 1 else 's'}, of {_sum(paid_in)}, "
                f"left {account.balance} in it",
                at=next((w for w in reversed(writes) if w.service is account), None),
            )


@check(
    "Different accounts do not wait for each other",
    points=2,
    advice="what keeps two deposits to one account apart need not keep two accounts apart",
)
def accounts_overlap(case: Case) -> None:
    world = case.world()
    # Two deposits to a slow account take as long as six to a quick one would: none may wait for it.
    _, *quick = accounts = [
        world.add(Account(case, latency)) for latency in (1.0, 0.3, 0.3, 0.3, 0.3, 0.3)
    ]
    of_each = [2, 6, 1, 1, 1, 1]
    deposits = [
        (index, case.random.randint(1, 99))
        for index, count in enumerate(of_each)
        for _ in range(count)
    ]
    case.random.shuffle(deposits)
    run = world.run("deposit_all", accounts, deposits)
    for index, account in enumerate(accounts):
        paid_in = [amount for i, amount in deposits if i == index]
        run.expect(
            account.balance == account.opened_with + sum(paid_in),
            f"an account held {account.opened_with}; {_sum(paid_in)} left {account.balance}",
        )
    # Who tries, backs off for a moment and tries again may be a little late.
    run.expect(
        4.0 <= run.elapsed < 4.5,
        f"it took {run.elapsed:g} s, not 4 s: two deposits to a slow account, a read and a write of "
        f"1 s each, take 4 s, and those to {len(quick)} quick ones no more than 3.6 s meanwhile",
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
    if len(amounts) < 2:
        return str(sum(amounts))
    return f"{' + '.join(map(str, amounts))} = {sum(amounts)}"
