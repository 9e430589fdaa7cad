"""What a check draws: within its bounds, with the ends among it, and never where nobody can repeat it."""

from collections.abc import Callable
from itertools import permutations, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker import Case, Service, check
from checker.judge.attempt import try_check
from checker.judge.case import ReplayEnded
from checker.judge.choices import Replay
from checker.judge.launch import Program
from checker.judge.search.explore import QUICK, THOROUGH, Depth
from checker.judge.setting import Setting

SEEDS = st.text(max_size=5)
BOUNDS = st.tuples(st.integers(-50, 50), st.integers(0, 200)).map(lambda b: (b[0], sum(b)))


def drawn(draw: Callable[[Case], Any], seed: str = "1", depth: Depth = THOROUGH) -> list[Any]:
    """What `draw` draws in each world of a search that asks for nothing but inputs."""
    # Nothing runs, so there need be no sandbox.
    case = Case(Setting(None, Program(b""), "asyncio", depth), seed)
    return [draw(case) for _ in case.explore()]


def drawn_again(draw: Callable[[Case], Any], *choices: int) -> Any:
    """What `draw` draws in the one world that these choices stand for, after that of the details."""
    case = Case(Setting(None, Program(b""), "asyncio"), "1", Replay((0, *choices)))
    next(worlds := case.explore())
    value = draw(case)
    with pytest.raises(ReplayEnded):
        next(worlds)
    return value


# --- bounds -------------------------------------------------------------------------------------


@given(SEEDS, BOUNDS)
def test_sizes_and_integers_lie_between_their_bounds_and_reach_both(seed, bounds):
    least, most = bounds
    seen = drawn(lambda case: (case.size(least, most), case.integer(least, most)), seed)
    for numbers in zip(*seen, strict=True):
        assert min(numbers) == least
        assert max(numbers) == most


@given(SEEDS)
def test_one_is_a_size_among_those_of_a_thorough_search(seed):
    assert 1 in drawn(lambda case: case.size(0, 20), seed)


@given(SEEDS, st.integers(1, 40))
def test_what_is_picked_is_one_of_the_items(seed, count):
    seen = drawn(lambda case: case.pick(range(count)), seed)
    assert min(seen) == 0
    assert max(seen) == count - 1


@given(SEEDS, st.integers(0, 40), st.integers(0, 40))
def test_distinct_items_are_distinct(seed, there_are, wanted):
    wanted = min(there_are, wanted)
    for chosen in drawn(lambda case: case.distinct(range(there_are), wanted), seed):
        assert len(set(chosen)) == len(chosen) == wanted
        assert set(chosen) <= set(range(there_are))


def test_every_choice_of_distinct_items_in_any_order_is_possible():
    seen = [
        tuple(drawn_again(lambda case: case.distinct("abcd", 3), *choices))
        for choices in product(range(4), range(3), range(2))
    ]
    assert sorted(seen) == sorted(permutations("abcd", 3))
    assert seen[0] == ("a", "b", "c")


def test_every_order_of_shuffled_items_is_possible_and_the_plainest_is_theirs():
    seen = [
        tuple(drawn_again(lambda case: case.shuffled("abc"), *choices))
        for choices in product(range(3), range(2))
    ]
    assert sorted(seen) == sorted(permutations("abc"))
    assert seen[0] == ("a", "b", "c")


@given(SEEDS, st.integers(0, 10**10), st.integers(2 * 10**6, 10**11))
def test_durations_lie_between_their_bounds_and_on_no_grid_of_milliseconds(seed, least, length):
    bounds = least / 1e9, (least + length) / 1e9
    for seconds in drawn(lambda case: case.duration(*bounds), seed):
        assert bounds[0] <= seconds <= bounds[1]
        assert round(seconds * 1e9) % 1_000_000


@pytest.mark.parametrize("bounds", [(1.0, 1.0), (2.0, 1.0), (0.0015, 0.0024)])
def test_bounds_of_a_duration_without_a_millisecond_between_them_are_refused(bounds):
    with pytest.raises(ValueError, match="less than a millisecond"):
        drawn(lambda case: case.duration(*bounds))


def test_bounds_with_nothing_between_them_are_refused():
    with pytest.raises(ValueError, match="nothing lies between 3 and 2"):
        drawn(lambda case: case.size(3, 2))
    with pytest.raises(ValueError, match="3 of 2 items cannot all be different"):
        drawn(lambda case: case.distinct("ab", 3))


# --- the ends -----------------------------------------------------------------------------------


def items_only(case: Case) -> tuple[int, int, list[tuple[int, str]]]:
    count = case.size(0, 30)
    return 1, count, [(case.integer(0, 99), case.pick("abcde")) for _ in range(count)]


def items_and_a_limit(case: Case) -> tuple[int, int, list[tuple[int, str]]]:
    _, count, items = items_only(case)
    return case.size(1, 40), count, items


def a_limit_and_items(case: Case) -> tuple[int, int, list[tuple[int, str]]]:
    limit = case.size(1, 40)
    _, count, items = items_only(case)
    return limit, count, items


@pytest.mark.parametrize("draw", [items_only, items_and_a_limit, a_limit_and_items])
@pytest.mark.parametrize("depth", [QUICK, THOROUGH], ids=["quick", "thorough"])
def test_each_end_occurs_with_every_seed_in_a_check_with_several_draws(draw, depth):
    most = min(30, depth.largest)
    for seed in range(60):
        worlds = drawn(draw, str(seed), depth)
        assert {0, most} <= {count for _, count, _ in worlds}
        amounts = [[amount for amount, _ in items] for _, _, items in worlds]
        assert any(0 in of_world for of_world in amounts)
        assert any(99 in of_world for of_world in amounts)
        several = [items for _, _, items in worlds if len(items) > 1]
        assert any(len(set(items)) == 1 for items in several), "all equal"
        assert any(len(set(items)) > 1 for items in several)
        assert {"a", "e"} <= {letter for items in several for _, letter in items}
        if draw is not items_only:
            assert {1, 1 + min(39, depth.largest)} <= {limit for limit, _, _ in worlds}
            assert any(limit > count for limit, count, _ in worlds)
            assert any(limit == 1 < count for limit, count, _ in worlds)


def test_a_single_value_is_falsy_and_largest_in_a_quick_search():
    for seed in range(60):
        seen = drawn(lambda case: case.integer(0, 99), str(seed), QUICK)
        assert {0, 99} <= set(seen)


def test_most_worlds_are_small():
    counts = drawn(lambda case: case.size(1, 60), depth=Depth("many", 200, 0, 0, 0))
    assert sum(count <= 7 for count in counts) > sum(count > 7 for count in counts) > 0


# --- what is drawn depends on the seed alone ----------------------------------------------------


def test_the_same_seed_draws_the_same_on_both_backends_and_another_seed_something_else():
    def inputs(backend: str, seed: str) -> list[object]:
        case = Case(Setting(None, Program(b""), backend, THOROUGH), seed)
        return [
            (items_and_a_limit(case), case.shuffled(range(9)), case.random.random())
            for _ in case.explore()
        ]

    assert inputs("asyncio", "7/x") == inputs("trio", "7/x")
    assert inputs("asyncio", "7/x") != inputs("asyncio", "8/x")


# --- where nothing can be drawn -----------------------------------------------------------------


class Desk(Service):
    """Asks `answer` for what it replies with."""

    def __init__(self, answer: Callable[[], int] = lambda: 0) -> None:
        self._answer = answer

    def ask(self) -> int:
        return self._answer()


def draws_before(case: Case) -> None:
    case.integer(0, 9)
    case.world().run("main", Desk())


def draws_details_before(case: Case) -> None:
    case.random.random()
    case.world().run("main", Desk())


def draws_after(case: Case) -> None:
    for world in case.explore():
        world.run("main", Desk())
    case.integer(0, 9)


def draws_after_the_run(case: Case) -> None:
    for world in case.explore():
        world.run("main", Desk())
        case.integer(0, 9)


def draws_in_a_service(case: Case) -> None:
    for world in case.explore():
        world.run("main", Desk(lambda: case.integer(0, 9)))


def loops_twice(case: Case) -> None:
    for _ in range(2):
        for world in case.explore():
            world.run("main", Desk())


def has_two_worlds(case: Case) -> None:
    for _ in range(2):
        case.world().run("main", Desk())


def runs_a_world_twice(case: Case) -> None:
    for world in case.explore():
        world.run("main", Desk())
        world.run("main", Desk())


IN_THE_LOOP = "inputs are drawn inside the loop over the worlds they are for"


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (draws_before, IN_THE_LOOP),
        (draws_details_before, IN_THE_LOOP),
        (draws_after, IN_THE_LOOP),
        (draws_after_the_run, "inputs are drawn before the submission runs"),
        (draws_in_a_service, "inputs are drawn before the submission runs"),
        (loops_twice, "a check explores its worlds in one loop"),
        (has_two_worlds, "a check explores its worlds in one loop"),
        (runs_a_world_twice, "a world is for one run; take another from the case"),
    ],
)
def test_what_no_replay_could_repeat_is_a_mistake_of_the_author(
    sandbox, backend, function, message
):
    source = b"async def main(desk):\n    await desk.ask()\n"
    tried = try_check(
        check("Never")(function), Setting(sandbox, Program(source), backend), "1/made_up/never"
    )
    assert tried.failure is None
    assert tried.obstacle == f"the check itself raised Misuse: {message}"
