"""Checks for deadlock: two locks, taken in opposite order."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from checker import (
    Act,
    Call,
    Calls,
    Case,
    Run,
    Service,
    World,
    check,
    often,
    plain_name,
    question,
    scene,
)

Transfer = tuple[int, int, int]

AMOUNTS = [*range(1, 100), 0]

MOST_CALLS = 11
"""In a world."""

MANY_PAIRS = 42
"""So many transfers can overlap: more than AnyIO has threads."""

MANY_TRANSFERS = 44
"""A few more."""

EPSILON = 1e-6
"""Virtual seconds by which sums of times may differ."""


class Account(Service):
    """A bank account whose balance lives in the judge."""

    def __init__(self, balance: int, seconds: float) -> None:
        self.balance = self.opening = balance
        self.seconds = self.latency = seconds

    def read(self) -> int:
        return self.balance

    def write(self, balance: int) -> None:
        self.balance = balance


@dataclass(frozen=True)
class Orders:
    """One call of `transfer_all`, with accounts of its own."""

    accounts: Sequence[Account]
    transfers: Sequence[Transfer]
    act: Act


@dataclass(frozen=True)
class Night:
    """All calls of a night, and what came of them."""

    orders: Sequence[Orders]
    run: Run
    is_timed: bool

    def expect_balances(self, advice: str | None = None) -> None:
        """Every account holds what it should after all the transfers, each booked by itself."""
        number = 0
        for orders in self.orders:
            for index, account in enumerate(orders.accounts):
                own = [transfer for transfer in orders.transfers if index in transfer[:2]]
                due = account.opening + sum(
                    amount if target == index else -amount for _, target, amount in own
                )
                calls = self.run.calls.to(account).done
                writes = [call for call in calls if call.method == "write"]
                reads = len(calls) - len(writes)
                where = f" of the call at {orders.act.started:g} s (Account {number})"
                name = f"account {index}{where if number != index else ''}"
                part = f"{name} takes part in {listed(own)}"
                pairs = {transfer[:2] for transfer in own}
                self.run.expect(
                    len(writes) == len(own),
                    f"{part}{did('written', len(writes))}",
                    advice=advice
                    or (
                        "write each account once for each of its transfers"
                        if len(writes) > len(own)
                        else "two transfers between the same accounts are two transfers, even if they are identical"
                        if len(writes) == len(pairs)
                        else "carry out every transfer, however long it must wait, and leave none out"
                    ),
                )
                self.run.expect(
                    reads >= len(own),
                    f"{part}{did('read', reads)}",
                    advice=advice or "read both accounts in each transfer, before you write them",
                )
                self.run.expect(
                    account.balance == due,
                    f"{name} held {account.opening}; after {listed(own)} it should hold {due}, and "
                    f"it holds {account.balance}",
                    at=writes[-1] if writes else None,
                    advice=advice
                    or (
                        "add the amount to the one, and take it from the other"
                        if len(own) < 2
                        else "write to each account what you have read from that very account, plus or minus the "
                        "amount"
                        if any(is_of_another(calls, write, own) for write in writes)
                        else None
                    ),
                )
                number += 1


@scene
def opposite(case: Case) -> Iterator[Night]:
    """Pairs of accounts that pay each other, and nobody else; another call meanwhile, at times after
    others that have nothing to do."""
    for world in case.explore(late=True):
        few = draw_pairs(case, world, 1, 2)
        many = draw_pairs(case, world, MANY_PAIRS, MANY_TRANSFERS)
        many.act.at(case.duration(0.0, 5.0))
        before: list[Act] = []
        for _ in range(case.pick([0, 0, 0, MOST_CALLS - 2])):
            act = world.call("transfer_all", few.accounts, [])
            before.append(act.after(before[-1]) if before else act)
        if before:
            few.act.after(before[-1])
        yield Night([few, many], world.run_all(*before, few.act, many.act), world.is_timed)


def draw_pairs(case: Case, world: World, most_pairs: int, most_transfers: int) -> Orders:
    count = case.size(1, most_pairs)
    drawn = []
    for turn in range(case.size(0, most_transfers)):
        # Each pair in turn, in the one direction and then in the other, or any.
        lap, pair = divmod(turn, count)
        pair = (pair + case.integer(0, count - 1)) % count
        drawn.append((pair, (lap + case.integer(0, 1)) % 2, case.pick(AMOUNTS)))
    pairs = draw_places(case, count)
    accounts = draw_accounts(case, world, 1 + max(map(max, pairs)))
    transfers = [(pairs[p][back], pairs[p][1 - back], amount) for p, back, amount in drawn]
    act = world.call("transfer_all", accounts, transfers)
    return Orders(accounts, transfers, act)


def draw_places(case: Case, count: int) -> list[tuple[int, int]]:
    """Where pairs of accounts stand: anywhere, or eight apart, as close as can be in a set."""
    if case.pick([False, True, True]):
        return [(p + p // 8 * 8, p + p // 8 * 8 + 8) for p in range(count)]
    numbers = case.shuffled(range(2 * count))
    return list(zip(numbers[::2], numbers[1::2], strict=True))


@scene
def circles(case: Case) -> Iterator[Night]:
    """A circle of transfers, and others beside it and across it."""
    for world in case.explore(late=True):
        length, others = case.size(3, 8), case.size(0, 6)
        count = length + case.size(0, 2)
        pairs = [(place, (place + 1) % length) for place in range(length)]
        for _ in range(others):
            source = case.integer(0, count - 1)
            pairs.append((source, (source + case.integer(1, count - 1)) % count))
        amounts = [case.pick(AMOUNTS) for _ in pairs]
        accounts = draw_accounts(case, world, count)
        numbers = case.shuffled(range(count))
        transfers = case.shuffled(
            [
                (numbers[source], numbers[target], amount)
                for (source, target), amount in zip(pairs, amounts, strict=True)
            ]
        )
        act = world.call("transfer_all", accounts, transfers)
        yield Night([Orders(accounts, transfers, act)], world.run_all(act), world.is_timed)


def draw_accounts(case: Case, world: World, count: int) -> list[Account]:
    return [world.add(Account(case.amount(0, 999), case.duration(1.0, 10.0))) for _ in range(count)]


@check(
    "Two transfers in opposite directions both come to an end",
    points=3,
    advice="from your read of an account to your write, no other transfer may read or write it",
)
def opposite_transfers_end(case: Case) -> None:
    for night in opposite(case):
        night.expect_balances()


@check(
    "A circle of transfers comes to an end, and no money is lost",
    points=2,
    advice="from your read of an account to your write, no other transfer may read or write it",
)
def circles_end(case: Case) -> None:
    for night in circles(case):
        night.expect_balances()


@check(
    "Transfers that have no account in common overlap, and nothing blocks or is left running",
    points=2,
    advice="only transfers that need the same account have a reason to wait for each other",
)
def strangers_overlap(case: Case) -> None:
    for night in opposite(case):
        night.expect_balances(
            advice="first get every transfer right, and then look at how long it takes"
        )
        for orders in night.orders if night.is_timed else ():
            for pair in {frozenset(transfer[:2]) for transfer in orders.transfers}:
                expect_no_wait(night, orders, sorted(pair))
        for stretch in night.run.blocked:
            night.run.expect(
                False,
                f"from {stretch.started:g} s to {stretch.ended:g} s, the event loop's own thread "
                "waited, and no transfer could go on",
                at=stretch,
                advice="let only tasks wait, and never the thread that they all run in",
            )
        for left in (*night.run.tasks_left, *night.run.threads_left):
            night.run.expect(
                False,
                f"{plain_name(left)} still ran when transfer_all had returned",
                at=left,
                advice="return when all transfers are done, and nothing else runs",
            )


def expect_no_wait(night: Night, orders: Orders, pair: Sequence[int]) -> None:
    """The transfers between two accounts took no longer than one after the other, and for each of
    them a second more, in which it may notice that it is its turn."""
    one, other = (orders.accounts[index] for index in pair)
    count = sum(index in pair for index, _, _ in orders.transfers)
    alone = 2 * count * (one.seconds + other.seconds)
    calls = [call for call in night.run.calls if call.service in (one, other)]
    began = orders.act.started
    name = f"accounts {pair[0]} and {pair[1]}"
    if orders is not night.orders[0]:
        name += f" of the call at {began:g} s"
    place = f"in the call that began at {began:g} s, " if orders is not night.orders[0] else ""
    free = began
    reads, writes = Counter[Service](), Counter[Service]()
    for call in calls:
        if reads == writes and writes.total() % 2 == 0:  # No transfer is half done.
            is_late = call.started >= free + 1.0 + EPSILON
            other_call = just_ended(night, orders, call) if is_late else ""
            night.run.expect(
                not is_late,
                f"{place}a transfer between accounts {pair[0]} and {pair[1]} was still to be done, and from "
                f"{free:g} s on no other transfer was using either of them; but it did not begin until "
                f"{call.started:g} s{other_call}",
                at=call,
                advice="begin a transfer as soon as both of its accounts are free: it must not wait for "
                "transfers between other accounts"
                if other_call
                else "begin a transfer as soon as both of its accounts are free, or at most a second later",
                together=strangers(night, calls),
            )
        (reads if call.method == "read" else writes)[call.service] += 1
        free = max(free, call.ended or 0.0)
    night.run.expect(
        free - began < alone + count,
        f"{times(count, 'transfer')} between {name} took {free - began:g} s. Each needs no more than "
        f"{alone / count:g} s, even one call after the other: {one.seconds:g} s for each read and write "
        f"of account {pair[0]}, and {other.seconds:g} s for each of account {pair[1]}",
        at=calls[0] if calls else None,
        together=strangers(night, calls),
    )


def is_of_another(calls: Calls, write: Call, own: Sequence[Transfer]) -> bool:
    """Whether a task wrote something that does not follow from what it had read from this account, for any of
    its transfers."""
    reads = [
        call
        for call in calls
        if call.method == "read" and call.task == write.task and call.order < write.order
    ]
    written, amounts = write.given["balance"], {amount for *_, amount in own}
    return bool(reads) and not any(
        written in (reads[-1].reply + amount, reads[-1].reply - amount) for amount in amounts
    )


def strangers(night: Night, calls: Sequence[Call]) -> Iterator[list[Call]]:
    """The calls of the tasks that made `calls`, of an account or two, and those of all others."""
    tasks = {call.task for call in calls}
    yield [call for call in night.run.calls if call.task in tasks]
    yield [call for call in night.run.calls if call.task not in tasks]


def just_ended(night: Night, orders: Orders, late: Call) -> str:
    """Which call of another account of the same `transfer_all` ended as this one began, for the end of a
    sentence."""
    for index, account in enumerate(orders.accounts):
        for call in night.run.calls.to(account):
            if account is not late.service and abs((call.ended or 0.0) - late.started) < EPSILON:
                return f", when {call.method}() of account {index} had just ended"
    return ""


def listed(transfers: Sequence[Transfer]) -> str:
    """`2 transfers, (0, 1, 5) and (1, 0, 5)`, or how many there are."""
    if not 0 < len(transfers) < 5:
        return times(len(transfers), "transfer")
    *others, last = map(str, transfers)
    return f"{times(len(transfers), 'transfer')}, {', '.join(others)}{' and ' if others else ''}{last},"


def times(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def did(verb: str, count: int) -> str:
    return f" {'and' if count else 'but'} was {often(count, verb)}"


@question
def two_transfers(case: Case) -> str | None:
    world = case.world()
    accounts = [world.add(Account(100, 1.0)) for _ in range(2)]
    run = world.observe("transfer_all", accounts, [(0, 1, 30), (1, 0, 20)])
    calls = [call.method for call in run.calls if call.done]
    if not run.is_deadlocked:
        return "both" if calls.count("write") == 4 else None
    return {0: "no_read", 2: "one_read_each", 4: "first_only"}.get(len(calls))
