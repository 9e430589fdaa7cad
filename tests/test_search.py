"""The search for an order that goes wrong: what the strategies choose, and what is made of a failure.

A failure is replayed before anybody hears of it, shrunk until no step of it can be left out, and
known by a token that shows it again.
"""

import dataclasses
from collections import Counter
from itertools import pairwise, permutations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker import Case, Service, check
from checker.judge.attempt import UNSTEADY, Attempt, attempt, play
from checker.judge.case import Setting
from checker.judge.launch import Program
from checker.judge.replay import Address, BadToken, Replay, decode_token, encode_token
from checker.judge.schedule import Enabled, Recorded
from checker.judge.search.exhaustive import Exhaustive
from checker.judge.search.priorities import Priorities
from checker.judge.search.shrink import shrink
from checker.judge.search.walk import RandomWalk
from checker.judge.search.weighted import SelectivelyWeighted, Weighted


def play_tasks(schedule, lengths, service=lambda task, step: 0):
    """A run of tasks of which each makes so many calls, one after another: who went when."""
    left = dict(enumerate(lengths, 1))
    order = []
    while any(left.values()):
        enabled = [
            Enabled("reply", task, call=task, task=task, service=service(task, count))
            for task, count in left.items()
            if count
        ]
        choice = schedule.choose(enabled) if len(enabled) > 1 else 0
        assert 0 <= choice < len(enabled)
        event = enabled[choice]
        schedule.happened(event, 0)
        left[event.task] -= 1
        order.append(event.task)
    return tuple(order)


def interleavings(lengths):
    return set(permutations([task for task, n in enumerate(lengths, 1) for _ in range(n)]))


# --- the strategies -----------------------------------------------------------------------------


@given(st.lists(st.integers(1, 3), min_size=1, max_size=3))
def test_the_exhaustive_search_tries_every_order_once(lengths):
    schedule, orders = Exhaustive(), []
    while True:
        orders.append(play_tasks(schedule, lengths))
        if not schedule.advance():
            break
    assert len(orders) == len(set(orders))
    assert set(orders) == interleavings(lengths)


def test_a_weighted_walk_makes_every_order_about_as_likely():
    lengths = (1, 4)
    counts = Counter(
        play_tasks(Weighted(Random(seed), {1: 1, 2: 4}), lengths) for seed in range(1000)
    )
    plain = Counter(play_tasks(RandomWalk(Random(seed)), lengths) for seed in range(1000))
    assert len(counts) == 5
    assert all(150 < count < 250 for count in counts.values())
    # A plain walk lets the short task go first half of the time.
    assert plain[1, 2, 2, 2, 2] > 400


def test_a_selectively_weighted_walk_makes_every_order_of_calls_of_its_service_about_as_likely():
    # Each task calls service 7 last, after as many others as its number times three.
    def service(task, left):
        return 7 if left == 1 else 0

    first = Counter()
    for seed in range(900):
        schedule = SelectivelyWeighted(Random(seed), 7, {1: 1, 2: 1, 3: 1}, {1: 1, 2: 4, 3: 10})
        order = play_tasks(schedule, (1, 4, 10), service)
        last = {task: len(order) - order[::-1].index(task) for task in (1, 2, 3)}
        first[min(last, key=last.get)] += 1
    assert all(240 < count < 360 for count in first.values())


def test_priorities_let_a_task_get_far_ahead():
    orders = {play_tasks(Priorities(Random(seed), 20, 0), (20, 1)) for seed in range(30)}
    assert (1,) * 20 + (2,) in orders
    assert (2,) + (1,) * 20 in orders


def test_a_change_point_lets_another_task_in_once():
    orders = {play_tasks(Priorities(Random(seed), 6, 1), (3, 3)) for seed in range(200)}
    switches = {sum(a != b for a, b in pairwise(o)) for o in orders}
    assert switches == {1, 2}


def test_recorded_choices_are_taken_one_after_another_and_then_what_comes_first():
    enabled = [Enabled("reply", n, n) for n in range(3)]
    schedule = Recorded([2, 9])
    assert [schedule.choose(enabled) for _ in range(4)] == [2, 2, 0, 0]


# --- shrinking ----------------------------------------------------------------------------------


@given(
    st.lists(st.integers(0, 4), max_size=12),
    st.sets(st.tuples(st.integers(0, 11), st.integers(1, 4)), max_size=3),
)
def test_no_step_of_what_was_shrunk_can_be_left_out(choices, needed):
    # It fails if, at each of these places, the choice is at least so much.
    def fails(replay):
        had = replay.choices or ()
        if all(index < len(had) and had[index] >= least for index, least in needed):
            return replay
        return None

    start = Replay(0, 1, tuple(choices), order=7)
    if fails(start) is None:
        return
    smallest = shrink(start, fails, {})
    assert fails(smallest) is not None
    assert smallest.order == 0
    if smallest.choices is not None:
        for index, choice in enumerate(smallest.choices):
            if choice:
                taken_back = [*smallest.choices[:index], 0, *smallest.choices[index + 1 :]]
                assert fails(dataclasses.replace(smallest, choices=tuple(taken_back))) is None


def test_inputs_are_left_out_but_for_as_many_as_must_stay():
    def fails(replay):
        return replay if (0, 3) not in replay.without else None

    smallest = shrink(Replay(0, 0), fails, {0: (5, 2)})
    assert len(smallest.without) == 3
    assert (0, 3) not in smallest.without


# --- a failure, from the search to the report ---------------------------------------------------


class Account(Service):
    latency = 1.0

    def __init__(self) -> None:
        self.balance = 0

    def read(self) -> int:
        return self.balance

    def write(self, balance: int) -> None:
        self.balance = balance


RACE = b"""
import anyio

async def main(account, amounts):
    async def deposit(amount, delay):
        await anyio.sleep(delay)
        balance = await account.read()
        await account.write(balance + amount)

    async with anyio.create_task_group() as group:
        for number, amount in enumerate(amounts):
            group.start_soon(deposit, amount, number * 1.5)
"""


@check("No deposit is lost")
def no_deposit_is_lost(case: Case) -> None:
    amounts = case.some([case.random.randint(1, 99) for _ in range(5)], least=2)
    for world in case.schedules(60):
        account = world.add(Account())
        run = world.run("main", account, amounts)
        run.expect(account.balance == sum(amounts), f"{account.balance} of {sum(amounts)}")


@pytest.fixture
def setting(sandbox, backend):
    return Setting(sandbox, Program(RACE), backend)


def test_a_race_is_found_and_shrunk_to_two_deposits(setting):
    found = attempt(no_deposit_is_lost, setting, "seed")
    assert found.failure is not None
    assert len({call.task for call in found.trace.calls}) == 2
    assert len(found.trace.calls) == 4


def test_what_was_found_is_the_same_each_time(setting):
    first, second = (attempt(no_deposit_is_lost, setting, "seed") for _ in range(2))
    assert first.played == second.played
    assert first.failure.message == second.failure.message
    assert first.trace == second.trace


def test_nothing_of_what_was_found_can_be_left_out(setting):
    found = attempt(no_deposit_is_lost, setting, "seed")
    smaller = [dataclasses.replace(found.played, choices=None)]
    choices = found.played.choices or ()
    for index in range(len(choices)):
        left_out = choices[:index] + choices[index + 1 :]
        smaller.append(dataclasses.replace(found.played, choices=left_out))
    for replay in smaller:
        if replay != found.played:
            again = play(no_deposit_is_lost, setting, "seed", replay)
            assert again.kind != found.kind


def test_a_token_stands_for_one_run(setting):
    found = attempt(no_deposit_is_lost, setting, "seed")
    token = encode_token(Address(0, 1, 3, found.played), "chapter/name")
    again = decode_token(token, "chapter/name")
    assert again == Address(0, 1, 3, found.played)
    repeated = play(no_deposit_is_lost, setting, "seed", again.replay)
    assert repeated.failure.message == found.failure.message
    assert len(token) < 60


@given(
    st.integers(0, 100),
    st.integers(0, 1),
    st.integers(0, (1 << 63) - 1),
    st.none() | st.integers(0, 20),
    st.integers(0, 200),
    st.none() | st.lists(st.integers(0, 50), max_size=30).map(tuple),
    st.integers(0, (1 << 32) - 1),
    st.frozensets(st.tuples(st.integers(0, 3000), st.integers(0, 30)), max_size=8),
)
def test_every_token_can_be_read_again(check, backend, seed, loop, world, choices, order, without):
    address = Address(check, backend, seed, Replay(loop, world, choices, order, without))
    assert decode_token(encode_token(address, "a/b"), "a/b") == address


@given(st.text(max_size=60))
def test_no_other_text_is_a_token(text):
    with pytest.raises(BadToken):
        decode_token(text, "a/b")


def test_a_token_of_another_exercise_is_refused():
    token = encode_token(Address(0, 0, 1, Replay()), "a/b")
    with pytest.raises(BadToken, match="no token of a/c"):
        decode_token(token, "a/c")


def test_a_failure_that_does_not_repeat_is_no_mark(sandbox, backend):
    # It goes by what no seed decides.
    source = b"import os\n\nasync def main():\n    return os.urandom(16)\n"
    seen = set()

    @check("Whatever it returns, it never returned before")
    def unsteady(case: Case) -> None:
        value = case.world().run("main").value
        seen.add(value)
        case.world().run("main").expect(len(seen) > 1, "the first")

    tried = attempt(unsteady, Setting(sandbox, Program(source), backend), "seed")
    assert tried == Attempt(obstacle=UNSTEADY)


def test_runs_that_share_a_process_begin_as_if_each_were_the_first(sandbox, backend):
    source = b"""
runs = []

async def main(account):
    runs.append(1)
    await account.write(len(runs))
    return len(runs)
"""

    @check("Each is the first")
    def first(case: Case) -> None:
        for world in case.schedules(5):
            run = world.run("main", world.add(Account()))
            run.expect_value(1)

    assert attempt(first, Setting(sandbox, Program(source), backend), "seed").failure is None


def test_what_one_run_leaves_in_its_process_convicts_no_other(sandbox, backend):
    # Python's own modules are shared by the runs of a search, so only the first run passes there.
    source = b"""
import string

async def main(account):
    await account.read()
    seen, string.seen = getattr(string, "seen", 0), 1
    return seen
"""

    @check("Nobody was here before")
    def alone(case: Case) -> None:
        for world in case.schedules(5):
            world.run("main", world.add(Account())).expect_value(0)

    assert attempt(alone, Setting(sandbox, Program(source), backend), "seed").failure is None


# --- what else can go wrong in a world ----------------------------------------------------------


STEPS = """
    async def main(account):
        await account.read()
        await account.write(1)
        await account.write(2)
    """


def test_the_submission_is_cancelled_at_every_point_where_it_waits(case_of):
    balances = []
    for world in case_of(STEPS).cancellations():
        account = world.add(Account())
        run = world.run("main", account)
        balances.append((account.balance, run.was_cancelled))
    assert balances == [(0, True), (0, True), (1, True), (2, False)]


def test_every_call_fails_in_turn_and_is_not_carried_out(case_of):
    seen = []
    for world in case_of(STEPS).failures(ConnectionError("gone")):
        account = world.add(Account())
        run = world.attempt("main", account)
        seen.append((account.balance, [error.message for error in run.errors]))
    assert seen == [(0, ["gone"]), (0, ["gone"]), (1, ["gone"]), (2, [])]


LATE = """
    import anyio

    async def main(account):
        with anyio.move_on_after(2.5):
            await account.write(1)
            await account.write(2)
        return account is not None
    """


def test_where_replies_may_be_late_a_timeout_ends_before_between_and_after_them(case_of):
    def balances(**options):
        seen = set()
        for world in case_of(LATE).schedules(20, **options):
            account = world.add(Account())
            world.run("main", account)
            seen.add(account.balance)
        return seen

    assert balances() == {2}
    assert balances(late=True) == {0, 1, 2}


READY = """
    import anyio

    async def main(account):
        async def call(number):
            await account.write(number)

        async with anyio.create_task_group() as group:
            for number in range(3):
                group.start_soon(call, number)
    """


def test_ready_tasks_run_in_the_orders_that_their_backend_may_choose_and_no_others(
    case_of, backend
):
    orders = set()
    for world in case_of(READY).schedules(40):
        account = world.add(Account())
        run = world.run("main", account)
        orders.add(tuple(call.given["balance"] for call in run.calls))
    if backend == "asyncio":
        assert orders == {(0, 1, 2)}
    else:
        assert len(orders) > 1


def test_a_world_can_be_had_without_those_before_it(setting):
    drawn = []

    @check("Never")
    def never(case: Case) -> None:
        for world in case.schedules(10):
            drawn.append(case.random.random())
            world.run("main", world.add(Account()), case.some([1, 2]))

    play(never, setting, "seed")
    fifth = drawn[4]
    drawn.clear()
    play(never, setting, "seed", Replay(0, 4, ()))
    assert drawn == [fifth]
