"""Which worlds a search tries: the plain one first, all orders where they are few, and no end untold."""

import math
from collections import Counter
from itertools import permutations, product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from checker import Case, Service
from checker.judge import world as judge
from checker.judge.case import ReplayEnded
from checker.judge.launch import Program
from checker.judge.replay import Address, decode_token, encode_token
from checker.judge.scheduler import Enabled
from checker.judge.search.explore import MANY, QUICK, THOROUGH, Depth
from checker.judge.setting import Setting
from checker.judge.trace import ActRecord, Call, Happening, Returned, Trace

LENGTHS = st.lists(st.integers(1, 3), min_size=1, max_size=3)

AIMS = [
    dict(zip(("orders", "late", "cancel"), wanted, strict=True)) | fail
    for wanted in product((False, True), repeat=3)
    for fail in ({}, {"fail": ConnectionError("gone")})
]


def imagine(sandbox, start, program, services, plan, timings, budget):
    """As `converse`, of a submission that is not there: it has as many tasks as there are arguments,
    each of which makes so many calls of a second, one after another. It returns who was replied to
    when, what failed, and which act was cancelled before which step or in which pause."""
    lengths = start.acts[0].arguments
    trace = Trace(start.backend, services, acts=[ActRecord("main", (), 0.0) for _ in start.acts])
    made = dict.fromkeys(range(1, len(lengths) + 1), 0)
    order = []
    while enabled := [
        Enabled("reply", (made[task] + 1) * 10**9, call=task, task=task)
        for task, length in enumerate(lengths, 1)
        if made[task] < length
    ]:
        enabled.sort(key=lambda event: event.due)
        event = enabled[plan.scheduler.choose(enabled) if len(enabled) > 1 else 0]
        assert event in enabled
        plan.scheduler.happened(event, 0)
        made[event.task] += 1
        order.append(event.task)
        number = len(order)
        call = Call(number, Service(), 0, "call", (), {}, event.task, 0, None, started=0.0)
        trace.calls.append(call)
        trace.happened.append(Happening("reply", 0, (number,), number, len(enabled)))
    if start.count:
        trace.task_steps = 2 * trace.steps
        trace.steps_by = [(trace.task_steps, 0.0)]
    strike = start.strike and ("step", start.strike.step, start.strike.act)
    pause = plan.cancelled_in and ("pause", plan.cancelled_in.number, plan.cancelled_in.act)
    trace.ending = Returned((tuple(order), plan.failing, strike or pause))
    return trace


@pytest.fixture
def worlds(monkeypatch):
    """The worlds of a search through orders of tasks of these lengths, and how far it says it went."""
    monkeypatch.setattr(judge, "converse", imagine)

    def worlds(lengths, *, depth=QUICK, backend="asyncio", seed="1", acts=1, **aims):
        case = Case(Setting(None, Program(b""), backend, depth), seed)
        seen = []
        for world in case.explore(**aims):
            trace = world._play([world.call("main", *lengths) for _ in range(acts)])
            seen.append((world, *trace.ending.value))
        assert case.searched.worlds == case.worlds == len(seen)
        assert case.searched.depth == depth.name
        return seen, case.searched

    return worlds


def first_round(depth: Depth) -> Depth:
    return Depth(depth.name, 1, depth.variations, depth.few, 0)


def interleavings(lengths: list[int]) -> set[tuple[int, ...]]:
    return set(permutations([task for task, n in enumerate(lengths, 1) for _ in range(n)]))


def how_many(lengths: list[int]) -> int:
    return math.factorial(sum(lengths)) // math.prod(map(math.factorial, lengths))


def in_turns(lengths: list[int]) -> tuple[int, ...]:
    """The order in which replies come if each takes its time."""
    return tuple(
        task for n in range(max(lengths)) for task, length in enumerate(lengths, 1) if n < length
    )


# --- which worlds there are ---------------------------------------------------------------------


@pytest.mark.parametrize("aims", AIMS)
@pytest.mark.parametrize("depth", [QUICK, THOROUGH], ids=["quick", "thorough"])
def test_the_first_world_of_each_search_is_plain(worlds, aims, depth):
    seen, _ = worlds([2, 2], depth=depth, **aims)
    world, order, failing, strike = seen[0]
    assert world.is_timed
    assert (order, failing, strike) == (in_turns([2, 2]), None, None)


def test_without_aims_each_world_is_plain_and_has_inputs_of_its_own(worlds):
    seen, searched = worlds([2, 2])
    assert len(seen) == QUICK.rounds
    assert len({world.choices.replay().inputs for world, *_ in seen}) == QUICK.rounds
    assert all(world.is_timed for world, *_ in seen)
    assert (searched.orders, searched.of_orders, searched.points, searched.of_points) == (0,) * 4


@settings(max_examples=30)
@given(LENGTHS)
def test_where_there_are_few_orders_each_is_tried_once_and_that_is_what_is_said(worlds, lengths):
    assume(how_many(lengths) <= THOROUGH.few)
    seen, searched = worlds(lengths, depth=first_round(THOROUGH), orders=True)
    orders = [order for _, order, *_ in seen[1:]]
    assert len(orders) == len(set(orders))
    assert set(orders) == interleavings(lengths)
    assert searched.orders == searched.of_orders == len(orders)


def test_an_estimate_that_is_too_high_keeps_no_order_from_being_tried(worlds):
    _, searched = worlds([5, 5], depth=first_round(THOROUGH), orders=True)
    assert searched.orders == searched.of_orders == 252


@pytest.mark.parametrize("lengths", [[4, 4, 4], [1, 20, 20], [1] * 9, [3] * 30])
@pytest.mark.parametrize("depth", [QUICK, THOROUGH], ids=["quick", "thorough"])
def test_where_there_are_many_orders_it_says_how_many_were_tried_of_more(worlds, lengths, depth):
    seen, searched = worlds(lengths, depth=first_round(depth), orders=True)
    orders = {order for _, order, *_ in seen[1:]}
    assert searched.orders == len(orders)
    assert searched.orders > depth.variations / 2
    assert searched.orders < searched.of_orders <= min(100 * how_many(lengths), MANY)
    assert depth.variations < len(seen) <= 1 + depth.few + depth.variations


def test_each_round_of_a_quick_search_has_another_order_than_the_plain_one(worlds):
    lengths = [3, 3, 3, 3]
    for seed in range(20):
        seen, _ = worlds(lengths, seed=str(seed), orders=True)
        later = [
            order for world, order, *_ in seen[-2 * (QUICK.rounds - 1) :] if not world.is_timed
        ]
        assert len(later) == QUICK.rounds - 1
        assert in_turns(lengths) not in later


def test_on_trio_ready_tasks_run_in_other_orders_even_where_all_orders_of_replies_were_tried(
    worlds,
):
    def ready(backend: str) -> set[int]:
        seen, _ = worlds([2, 1], depth=first_round(THOROUGH), backend=backend, orders=True)
        return {world.choices.events[0].taken for world, *_ in seen}

    assert len(ready("asyncio")) == 1
    assert len(ready("trio")) > 20


@pytest.mark.parametrize("aims", AIMS)
@pytest.mark.parametrize("depth", [QUICK, THOROUGH], ids=["quick", "thorough"])
def test_a_search_keeps_within_its_depth(worlds, aims, depth):
    _, searched = worlds([4] * 12, depth=depth, acts=2, **aims)
    most = depth.rounds * (1 + depth.more) + depth.few + depth.variations + depth.failures
    assert depth.rounds <= searched.worlds <= most


@settings(max_examples=30)
@given(LENGTHS, st.booleans())
def test_every_call_fails_once_where_they_are_few(worlds, lengths, orders):
    seen, searched = worlds(
        lengths, depth=first_round(THOROUGH), orders=orders, fail=ConnectionError("gone")
    )
    assert Counter(failing for _, _, failing, _ in seen) == Counter(
        [None, *range(1, sum(lengths) + 1)]
    )
    assert searched.points == searched.of_points == sum(lengths)
    if orders and len(lengths) > 1 and sum(lengths) > 3:
        assert {world.is_timed for world, *_ in seen} == {True, False}


def test_each_act_is_cancelled_once_before_each_step_and_in_each_pause_where_they_are_few(worlds):
    seen, searched = worlds([2, 1], depth=first_round(THOROUGH), acts=2, cancel=True)
    steps, pauses = (
        product(["step"], range(1, 7), range(2)),
        product(["pause"], [1, 2, 3], range(2)),
    )
    assert Counter(strike for *_, strike in seen) == Counter([None, *steps, *pauses])
    assert searched.points == searched.of_points == 18
    assert all(world.is_timed for world, *_ in seen)


def test_what_goes_wrong_is_drawn_from_all_that_can_where_that_is_much(worlds):
    seen, searched = worlds([9] * 9, depth=first_round(QUICK), cancel=True, fail=OSError("gone"))
    assert (searched.points, searched.of_points) == (QUICK.variations, 4 * 81)
    assert len({(failing, strike) for _, _, failing, strike in seen[1:]}) == QUICK.variations


def test_an_order_and_a_failure_come_together(worlds):
    seen, _ = worlds([3, 3], depth=THOROUGH, orders=True, fail=OSError("gone"))
    assert any(
        failing and order != in_turns([3, 3]) and not world.is_timed
        for world, order, failing, _ in seen
    )


# --- a search repeats ---------------------------------------------------------------------------


@pytest.mark.parametrize("aims", AIMS)
def test_the_same_seed_gives_the_same_worlds_and_the_same_inputs_on_both_backends(worlds, aims):
    def played(backend: str, seed: str) -> list[object]:
        seen, _ = worlds([2, 2, 1], backend=backend, seed=seed, **aims)
        return [world.choices.replay() for world, *_ in seen]

    asyncio, trio = played("asyncio", "7"), played("trio", "7")
    assert asyncio == played("asyncio", "7")
    assert asyncio != played("asyncio", "8")
    # On trio there may be more worlds of a round, but they have the inputs of that round.
    assert list(dict.fromkeys(r.inputs for r in asyncio)) == list(
        dict.fromkeys(r.inputs for r in trio)
    )


@settings(max_examples=30)
@given(LENGTHS, st.sampled_from(AIMS), st.text(max_size=3))
def test_any_world_can_be_had_without_those_before_it(worlds, lengths, aims, seed):
    seen, _ = worlds(lengths, seed=seed, **aims)
    for world, *had in seen:
        case = Case(Setting(None, Program(b""), "asyncio"), "another", world.choices.replay())
        again = next(worlds_again := case.explore(**aims))
        assert list(again._play([again.call("main", *lengths)]).ending.value) == had
        assert again.choices.replay() == world.choices.replay()
        assert again.is_timed == world.is_timed
        with pytest.raises(ReplayEnded):
            next(worlds_again)


class Shop(Service):
    latency = 1.0

    def __init__(self, seconds: float) -> None:
        self.latency = seconds
        self.sold: list[int] = []

    def sell(self, number: int) -> int:
        self.sold.append(number)
        return number


BUSY = """
    import anyio

    async def main(shops, numbers, limit):
        lock = anyio.Semaphore(limit)
        sold = []

        async def one(shop, number):
            async with lock:
                sold.append(await shop.sell(number))
                with anyio.move_on_after(0.7):
                    sold.append(await shop.sell(-number))

        async with anyio.create_task_group() as group:
            for number, shop in zip(numbers, shops):
                group.start_soon(one, shop, number)
        print(sold)
        return sold
    """


def test_a_sandbox_that_tells_of_a_thousand_million_steps_costs_no_more(monkeypatch):
    def lie(*given, **more):
        trace = imagine(*given, **more)
        trace.steps_by = [(10**9, 0.0)]
        return trace

    monkeypatch.setattr(judge, "converse", lie)
    case = Case(Setting(None, Program(b""), "asyncio", QUICK), "1")
    for world in case.explore(cancel=True):
        world._play([world.call("main", 1)])
    assert case.searched.of_points < 100_000


def play_shops(case: Case) -> list[tuple[str, Trace]]:
    """Each world of a search in which all can happen, by its token."""
    played = []
    for world in case.explore(late=True, cancel=True, fail=ConnectionError("gone")):
        shops = [world.add(Shop(case.duration(0.1, 1.0))) for _ in range(case.size(0, 9))]
        numbers = [case.random.randrange(100) for _ in case.shuffled(shops)]
        world.attempt("main", shops, numbers, case.size(1, 3))
        address = Address(0, 0, world.choices.replay())
        played.append((encode_token(address, "a/b"), world.trace))
    return played


def test_any_world_of_a_search_is_had_again_from_its_token_alone(sandbox, case_of, backend):
    played = play_shops(case_of(BUSY))
    assert len({token for token, _ in played}) > QUICK.rounds
    for token, trace in played:
        replay = decode_token(token, "a/b").replay
        case = Case(case_of(BUSY)._setting, "another seed", replay)
        with pytest.raises(ReplayEnded):
            play_shops(case)
        assert case.last_trace == trace
