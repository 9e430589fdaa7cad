"""Checks for deadlock: two locks, taken in opposite order."""

from collections.abc import Sequence

from checker import Case, Run, Service, check, takes


class Account(Service):
    """A bank account that remembers what it held, and how often it was written."""

    def __init__(self, balance: int, seconds: float = 0.1) -> None:
        self.balance = self.opening = balance
        self.seconds = seconds
        self.writes = 0

    @takes(lambda self: self.seconds)
    def read(self) -> int:
        return self.balance

    @takes(lambda self, balance: self.seconds)
    def write(self, balance: int) -> None:
        self.balance = balance
        self.writes += 1


Transfer = tuple[int, int, int]


def draw_amounts(case: Case, count: int) -> list[int]:
    """Amounts of which no two groups have the same sum, so that no two errors make up for each
    other."""
    unit = case.random.randint(3, 9)
    return case.random.sample([unit << i for i in range(count)], k=count)


def expect_balances(run: Run, accounts: Sequence[Account], transfers: Sequence[Transfer]) -> None:
    """Every account holds what it should after all the transfers, each booked by itself."""
    lost = sum(a.opening for a in accounts) - sum(a.balance for a in accounts)
    change = f"{abs(lost)} {'less' if lost > 0 else 'more'} than" if lost else "as much as"
    writes = run.calls_to("write")
    for index, account in enumerate(accounts):
        due = account.opening
        due -= sum(amount for source, _, amount in transfers if source == index)
        due += sum(amount for _, target, amount in transfers if target == index)
        touching = sum(index in (source, target) for source, target, _ in transfers)
        run.expect(
            account.writes == touching,
            f"account {index} was written {account.writes} times and had a part in {touching} "
            f"transfer{'s' if touching > 1 else ''}; it holds {account.balance}, and {due} is due",
        )
        run.expect(
            account.balance == due,
            f"account {index} held {account.opening} and now holds {account.balance}, not {due}; "
            f"all accounts together hold {change} before",
            at=writes[-1] if writes else None,
        )


@check(
    "Two transfers in opposite directions both come to an end",
    points=3,
    advice="carry out both; and from the read of an account to its write, let nobody else touch it",
)
def opposite_transfers_end(case: Case) -> None:
    there, back = draw_amounts(case, 2)
    transfers = [(0, 1, there), (1, 0, back)]
    for world in case.schedules():
        # One is slow and one is quick: without locks, the slow one is read a second time before it
        # is written, even if every reply is on time.
        accounts = [world.add(Account(case.random.randint(500, 900), s)) for s in (0.27, 0.1)]
        run = world.run("transfer_all", accounts, transfers)
        expect_balances(run, accounts, transfers)


@check(
    "A circle of transfers comes to an end, and no money is lost",
    points=2,
    advice="carry out all; and from the read of an account to its write, let nobody else touch it",
)
def circles_end(case: Case) -> None:
    ring = case.random.sample(range(4), k=4)
    pairs = [*zip(ring, [*ring[1:], ring[0]], strict=True)]
    pairs += [pairs[0], (ring[2], ring[0])]
    amounts = draw_amounts(case, len(pairs))
    transfers = [(*pair, amount) for pair, amount in zip(pairs, amounts, strict=True)]
    seconds = case.random.sample([0.07, 0.11, 0.13, 0.19], k=4)
    for world in case.schedules(runs=8):
        accounts = [world.add(Account(case.random.randint(500, 900), s)) for s in seconds]
        run = world.run("transfer_all", accounts, transfers)
        expect_balances(run, accounts, transfers)


@check(
    "Transfers that have no account in common overlap",
    points=2,
    advice="only transfers that need the same account have a reason to wait for each other",
)
def strangers_overlap(case: Case) -> None:
    numbers = case.random.sample(range(12), k=12)
    pairs = [sorted(numbers[i : i + 2], reverse=i % 4 == 0) for i in range(0, 12, 2)]
    # One pair has two transfers, so that nothing is gained by telling this check from the others.
    pairs.insert(case.random.randrange(6), pairs[-1])
    transfers = [
        (source, target, amount)
        for (source, target), amount in zip(pairs, draw_amounts(case, 7), strict=True)
    ]
    world = case.world()
    accounts = [world.add(Account(case.random.randint(500, 900))) for _ in range(12)]
    run = world.run("transfer_all", accounts, transfers)
    expect_balances(run, accounts, transfers)
    # Two transfers of four calls each, or a few calls more; but not one transfer after another, even
    # if each were as quick as can be, with both accounts read at the same time and then both written.
    run.expect(
        run.elapsed < 1.2,
        f"seven transfers between twelve accounts took {run.elapsed:g} s; each alone takes four "
        "calls of 0.1 s, and all but two can happen at the same time",
    )
