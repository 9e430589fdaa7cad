"""The search for an order that goes wrong: what the strategies choose, and what is made of a failure.

A failure is replayed before anybody hears of it, shrunk until no step of it can be left out, and
known by a token that shows it again.
"""

import dataclasses
import signal
from collections import Counter
from itertools import pairwise, permutations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker import Case, Service, check
from checker.judge.attempt import UNSTEADY, play, try_check
from checker.judge.choices import Choice, Choices, Replay
from checker.judge.launch import Program
from checker.judge.replay import Address, decode_token, encode_token
from checker.judge.scheduler import Enabled, Recorder, Timed
from checker.judge.search.exhaustive import Estimate, next_order
from checker.judge.search.explore import THOROUGH
from checker.judge.search.priorities import Priorities
from checker.judge.search.shrink import MAX_RUNS, Failing, shrink
from checker.judge.search.walk import RandomWalk
from checker.judge.search.weighted import SelectivelyWeighted, Weighted
from checker.judge.setting import Setting
from checker.judge.steady import first_difference, telling
from checker.judge.trace import ActRecord, Died, Overran, Returned, Trace


def play_tasks(scheduler, lengths, service=lambda task, step: 0):
    """A run of tasks of which each makes so many calls, one after another: who went when."""
    left = dict(enumerate(lengths, 1))
    order = []
    while any(left.values()):
        enabled = [
            Enabled("reply", task, call=task, task=task, service=service(task, count))
            for task, count in left.items()
            if count
        ]
        choice = scheduler.choose(enabled) if len(enabled) > 1 else 0
        assert 0 <= choice < len(enabled)
        event = enabled[choice]
        scheduler.happened(event, 0)
        left[event.task] -= 1
        order.append(event.task)
    return tuple(order)


def interleavings(lengths):
    return set(permutations([task for task, n in enumerate(lengths, 1) for _ in range(n)]))


# --- the strategies -----------------------------------------------------------------------------


@given(st.lists(st.integers(1, 3), min_size=1, max_size=3))
def test_the_walk_through_all_orders_tries_every_order_once(lengths):
    orders, estimate = [], Estimate()
    path = ()
    while path is not None:
        choices = Choices(Replay(events=path))
        choices.running = True
        orders.append(play_tasks(Recorder(choices, Timed()), lengths))
        estimate.add(choices.events)
        assert estimate.orders >= len(orders)
        path = next_order(choices.events)
    assert len(orders) == len(set(orders)) == estimate.orders
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
        scheduler = SelectivelyWeighted(Random(seed), 7, {1: 1, 2: 1, 3: 1}, {1: 1, 2: 4, 3: 10})
        order = play_tasks(scheduler, (1, 4, 10), service)
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


# --- shrinking ----------------------------------------------------------------------------------

WIDTH = 5


def failing_where(inputs, events):
    """A program that fails if, at each of these places, the choice is at least so much."""
    runs = []

    def fails(replay):
        runs.append(replay)
        for needed, had in ((inputs, replay.inputs), (events, replay.events)):
            for place, least in needed.items():
                if place >= len(had) or had[place] < least:
                    return None
        return failing(replay)

    fails.runs = runs
    return fails


def failing(replay):
    """A world that fails, in which the first input is a size."""
    return Failing(
        replay,
        tuple(
            Choice("value" if n else "size", taken, WIDTH) for n, taken in enumerate(replay.inputs)
        ),
        tuple(Choice("order", taken, WIDTH) for taken in replay.events),
    )


CHOICES = st.lists(st.integers(0, WIDTH - 1), max_size=12).map(tuple)
NEEDED = st.dictionaries(st.integers(0, 11), st.integers(1, WIDTH - 1), max_size=3)


@given(CHOICES, CHOICES, NEEDED, NEEDED)
def test_no_event_of_what_was_shrunk_can_be_left_out_or_made_smaller(
    inputs, events, needed_inputs, needed_events
):
    fails = failing_where(needed_inputs, needed_events)
    start = Replay(inputs, events)
    if fails(start) is None:
        return
    smallest = shrink(failing(start), fails).replay
    assert fails(smallest) is not None
    for place, taken in enumerate(smallest.events):
        if taken:
            before, after = smallest.events[:place], smallest.events[place + 1 :]
            for smaller in ((*before, 0, *after), (*before, taken - 1, *after), (*before, *after)):
                # Without it there is no failure, or one that is no smaller.
                again = fails(dataclasses.replace(smallest, events=smaller))
                assert again is None or sum(map(bool, smaller)) >= sum(map(bool, smallest.events))


@given(CHOICES, NEEDED)
def test_inputs_are_made_as_small_as_they_may_be(inputs, needed):
    fails = failing_where(needed, {})
    if fails(Replay(inputs)) is None:
        return
    smallest = shrink(failing(Replay(inputs)), fails).replay
    assert {place: taken for place, taken in enumerate(smallest.inputs) if taken} == needed


@given(st.integers(0, 300), st.integers(0, 300))
def test_to_shrink_ends_within_its_limit_however_much_there_is(inputs, events):
    def fails(replay):
        tried.append(replay)
        return failing(replay) if sum(map(bool, replay.inputs)) >= inputs // 2 else None

    tried = []
    shrink(failing(Replay((WIDTH - 1,) * inputs, (WIDTH - 1,) * events)), fails)
    assert len(tried) <= MAX_RUNS


def test_a_large_world_that_fails_whatever_is_in_it_is_shrunk_in_a_few_runs():
    fails = failing_where({}, {})
    assert shrink(failing(Replay((4,) * 200, (4,) * 200)), fails).replay == Replay()
    assert len(fails.runs) < 20


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
    for world in case.explore(orders=True):
        account = world.add(Account())
        amounts = [case.integer(0, 99) for _ in range(case.size(0, 9))]
        run = world.run("main", account, amounts)
        run.expect(account.balance == sum(amounts), f"{account.balance} of {sum(amounts)}")


@pytest.fixture
def setting(sandbox, backend):
    return Setting(sandbox, Program(RACE), backend)


def test_a_race_is_found_and_shrunk_to_two_deposits(setting):
    for seed in range(5):
        found = try_check(no_deposit_is_lost, setting, str(seed))
        assert found.failure is not None
        assert len({call.task for call in found.trace.calls}) == 2
        assert len(found.trace.calls) == 4


def test_what_was_found_is_the_same_each_time(setting):
    first, second = (try_check(no_deposit_is_lost, setting, "seed") for _ in range(2))
    assert first.played == second.played
    assert first.failure.message == second.failure.message
    assert first.trace == second.trace


def test_nothing_of_what_was_found_can_be_left_out(setting):
    found = try_check(no_deposit_is_lost, setting, "seed")
    events = found.played.events
    smaller = [events[:length] for length in range(len(events))]
    smaller += [(*events[:n], 0, *events[n + 1 :]) for n, taken in enumerate(events) if taken]
    for fewer in smaller:
        replay = dataclasses.replace(found.played, events=fewer)
        assert play(no_deposit_is_lost, setting, "seed", replay).kind != found.kind


def test_a_token_stands_for_one_run(setting):
    found = try_check(no_deposit_is_lost, setting, "seed")
    token = encode_token(Address(0, 1, found.played), "chapter/name")
    again = decode_token(token, "chapter/name")
    assert again == Address(0, 1, found.played)
    repeated = play(no_deposit_is_lost, setting, "another seed", again.replay)
    assert repeated.failure.message == found.failure.message
    assert len(token) < 60


def test_a_failure_that_does_not_repeat_is_no_mark(sandbox, backend):
    # A world of it alone is always the first one.
    @check("It is called once")
    def unsteady(case: Case) -> None:
        for number, world in enumerate(case.explore()):
            world.run("main").expect(number < 3, "it was called before")

    source = b"async def main():\n    pass\n"
    tried = try_check(unsteady, Setting(sandbox, Program(source), backend), "seed")
    assert (tried.failure, tried.obstacle) == (None, UNSTEADY)


COIN = b"""
import anyio

async def main(account):
    with open("/dev/urandom", "rb") as source:
        number = int.from_bytes(source.read(4), "big")
    await account.write(number)
    return number % 4
"""
"""It is rarely right: that it is right in all of the nine runs of a search happens once in 260,000 times."""


def test_a_program_whose_runs_differ_has_failed_and_is_told_where(sandbox, backend):
    @check("It writes, and returns 0")
    def steady(case: Case) -> None:
        for world in case.explore(orders=True):
            world.run("main", world.add(Account())).expect_value(0)

    setting = Setting(sandbox, Program(COIN), backend)
    found = [try_check(steady, setting, f"{n}") for n in range(5)]
    assert {tried.obstacle for tried in found} == {None}
    assert all(tried.failure is not None for tried in found)


def test_what_differs_between_runs_of_one_world_is_named(sandbox, backend):
    @check("It writes 0")
    def writes(case: Case) -> None:
        for world in case.explore():
            run = world.run("main", world.add(Account()))
            run.expect(run.calls[0].given["balance"] == 0, "it wrote something else")

    alone = Setting(sandbox, Program(COIN), backend, fresh=True)
    plays = [play(writes, alone, "seed", Replay()) for _ in range(2)]
    said = first_difference(telling([each.trace for each in plays]))
    assert said is not None
    assert said.startswith("call 1 was write(")


def test_runs_that_the_machine_had_a_part_in_prove_nothing():
    fine = Trace("trio", ending=Returned(1))
    slow = Trace("trio", ending=Overran("silent"))
    dead = Trace("trio", ending=Died(signal.SIGSEGV))
    assert telling([fine, slow, dead, None]) == [fine]
    assert telling([fine, dead, Trace("trio", ending=Died(code=3))]) == [fine]
    assert telling([fine, dead, dead]) == [fine, dead, dead]
    assert first_difference([fine, dead, dead]) is not None


def test_a_world_that_the_check_makes_anew_each_time_convicts_nobody():
    def given(number):
        return ActRecord("main", (number,), ending=Returned(number))

    plays = [Trace("trio", ending=Returned(n), acts=[given(n)]) for n in range(2)]
    assert first_difference(plays) is None


def test_addresses_of_objects_are_no_difference():
    plays = [Trace("trio", ending=Returned(f"<object at 0x7f{n}33abc>")) for n in range(2)]
    assert first_difference(plays) is None


def test_the_randomness_of_the_system_repeats(sandbox, backend):
    source = b"""
import os, secrets, uuid

async def main(account):
    drawn = (os.urandom(8).hex(), secrets.token_hex(4), str(uuid.uuid4()), secrets.randbelow(10**9))
    await account.write(" ".join(map(str, drawn)))
"""

    @check("It writes")
    def writes(case: Case) -> None:
        for world in case.explore():
            world.run("main", world.add(Account()))

    alone = Setting(sandbox, Program(source), backend, fresh=True)
    (one, other) = (play(writes, alone, "seed", Replay()).trace.calls for _ in range(2))
    assert one[0].arguments == other[0].arguments
    parts = one[0].arguments[0].split()
    assert len({*parts}) == 4


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
        for world in case.explore(orders=True):
            run = world.run("main", world.add(Account()))
            run.expect_value(1)

    assert try_check(first, Setting(sandbox, Program(source), backend), "seed").failure is None


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
        for world in case.explore(orders=True):
            world.run("main", world.add(Account())).expect_value(0)

    assert try_check(alone, Setting(sandbox, Program(source), backend), "seed").failure is None


# --- what else can go wrong in a world ----------------------------------------------------------


STEPS = """
    async def main(account):
        await account.read()
        await account.write(1)
        await account.write(2)
    """


def test_the_submission_is_cancelled_before_each_step_and_while_each_call_is_under_way(case_of):
    seen = set()
    for world in case_of(STEPS, depth=THOROUGH).explore(cancel=True):
        account = world.add(Account())
        run = world.run("main", account)
        calls = tuple(call.outcome for call in run.calls)
        seen.add((account.balance, run.was_cancelled, calls))
    # (Before its last step there is nothing left in it that could be cancelled.)
    done, cut = "answered", "cancelled"
    assert seen == {
        (2, False, (done, done, done)),
        (0, True, ()),
        (0, True, (cut,)),
        (0, True, (done,)),
        (0, True, (done, cut)),
        (1, True, (done, done)),
        (1, True, (done, done, cut)),
    }


def test_every_call_fails_in_turn_and_is_not_carried_out(case_of):
    seen = []
    for world in case_of(STEPS, depth=THOROUGH).explore(fail=ConnectionError("gone")):
        account = world.add(Account())
        run = world.attempt("main", account)
        seen.append((account.balance, tuple(error.message for error in run.errors)))
    assert seen[0] == (2, ())
    assert set(seen) == {(0, ("gone",)), (1, ("gone",)), (2, ())}


LATE = """
    import anyio

    async def main(account):
        with anyio.move_on_after(2.5):
            await account.write(1)
            await account.write(2)
        return account is not None
    """


def test_where_replies_may_be_late_a_timeout_ends_before_between_and_after_them(case_of):
    def balances(**aims):
        seen = set()
        for world in case_of(LATE, depth=THOROUGH).explore(**aims):
            account = world.add(Account())
            world.run("main", account)
            seen.add(account.balance)
        return seen

    assert balances(orders=True) == {2}
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
    for world in case_of(READY).explore(orders=True):
        run = world.run("main", world.add(Account()))
        orders.add(tuple(call.given["balance"] for call in run.calls))
    if backend == "asyncio":
        assert orders == {(0, 1, 2)}
    else:
        assert len(orders) > 1
