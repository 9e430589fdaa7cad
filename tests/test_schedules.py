"""What comes next: in the order of due times where time is measured, in any legal order elsewhere."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker import Service, takes
from checker.judge.scheduler import Enabled, Timed
from checker.judge.search.walk import RandomWalk
from checker.judge.trace import Returned


class Bank(Service):
    """An account, each of whose calls takes at most a second."""

    latency = 1.0

    def __init__(self) -> None:
        self.balance = 0

    def read(self) -> int:
        return self.balance

    def write(self, balance: int) -> None:
        self.balance = balance


class Post(Service):
    """Takes as many seconds for a letter as the letter says."""

    def __init__(self) -> None:
        self.sent: list[float] = []

    @takes(lambda self, seconds: seconds)
    def send(self, seconds: float) -> float:
        self.sent.append(seconds)
        return seconds


RACE = """
    import anyio

    async def main(bank, amounts):
        async def deposit(amount):
            balance = await bank.read()
            await bank.write(balance + amount)

        async with anyio.create_task_group() as group:
            for amount in amounts:
                group.start_soon(deposit, amount)
    """

LOCKED = """
    import anyio

    async def main(bank, amounts):
        lock = anyio.Lock()

        async def deposit(amount):
            async with lock:
                balance = await bank.read()
                await bank.write(balance + amount)

        async with anyio.create_task_group() as group:
            for amount in amounts:
                group.start_soon(deposit, amount)
    """

# A program whose calls all go out at once, and one that sets itself deadlines meanwhile.
ALL_AT_ONCE = """
    import anyio

    async def main(post, letters):
        got = []

        async def one(seconds):
            got.append(await post.send(seconds))

        async with anyio.create_task_group() as group:
            for seconds in letters:
                group.start_soon(one, seconds)
        return got
    """

WITH_DEADLINES = """
    import anyio

    async def main(post, letters, naps):
        began = anyio.current_time()
        woken = []

        async def one(seconds):
            await post.send(seconds)
            await post.send(seconds / 2)

        async def nap(seconds):
            await anyio.sleep(seconds)
            woken.append([seconds, anyio.current_time() - began])
            await post.send(seconds)

        async with anyio.create_task_group() as group:
            for seconds in letters:
                group.start_soon(one, seconds)
            for seconds in naps:
                group.start_soon(nap, seconds)
        return woken
    """


# --- timed worlds -------------------------------------------------------------------------------


def test_a_timed_world_answers_in_the_order_of_due_times(play):
    post = Post()
    run = play(ALL_AT_ONCE, post, [3.0, 1.0, 2.5, 0.5])
    assert run.value == post.sent == [0.5, 1.0, 2.5, 3.0]
    assert sorted(call.ended for call in run.calls) == [0.5, 1.0, 2.5, 3.0]


def test_in_a_timed_world_what_is_due_at_the_same_time_comes_in_the_order_of_the_calls(play_on):
    post = Post()
    run = play_on("asyncio", ALL_AT_ONCE, post, [1, 1.0, 1, 1.0])
    assert post.sent == [1, 1.0, 1, 1.0]
    assert [call.ended for call in run.calls] == [1.0] * 4


@settings(max_examples=20)
@given(letters=st.lists(st.integers(0, 50), max_size=12))
def test_every_call_of_a_timed_world_takes_exactly_its_latency(play, letters):
    run = play(ALL_AT_ONCE, Post(), [n / 8 for n in letters])
    assert [call.ended - call.started for call in run.calls] == [
        call.arguments[0] for call in run.calls
    ]
    assert run.elapsed == max(letters, default=0) / 8


def test_case_world_is_timed(case_of):
    run = case_of(ALL_AT_ONCE).world().run("main", Post(), [2.0, 1.0])
    assert run.value == [1.0, 2.0]
    assert run.elapsed == 2.0


# --- explored worlds ----------------------------------------------------------------------------


def outcomes(case, source: str, amounts: list[int]) -> list[int]:
    balances = []
    for world in case.explore(orders=True):
        bank = world.add(Bank())
        assert isinstance(world.run("main", bank, amounts).trace.ending, Returned)
        balances.append(bank.balance)
    return balances


def test_an_explored_schedule_finds_a_lost_update(case_of):
    assert any(balance != 60 for balance in outcomes(case_of(RACE), RACE, [10, 20, 30]))


def test_no_schedule_finds_a_lost_update_where_there_is_none(case_of):
    assert set(outcomes(case_of(LOCKED), LOCKED, [10, 20, 30])) == {60}


def test_a_race_that_needs_an_unlikely_order_is_found_too(case_of):
    # The deposits wait for each other unless the first reply to a read comes last.
    source = """
        import anyio

        async def main(bank, amounts):
            first = anyio.Event()

            async def deposit(amount, wait):
                if wait:
                    with anyio.move_on_after(0.5):
                        await first.wait()
                balance = await bank.read()
                await bank.write(balance + amount)
                first.set()

            async with anyio.create_task_group() as group:
                group.start_soon(deposit, amounts[0], False)
                group.start_soon(deposit, amounts[1], True)
        """
    balances = set(outcomes(case_of(source), source, [10, 20]))
    assert 30 in balances
    assert balances - {30}


SEEDS = st.integers(0, 1 << 32)
LATENCIES = st.lists(st.integers(0, 40), min_size=1, max_size=6)


@settings(max_examples=60)
@given(letters=LATENCIES, naps=st.lists(st.integers(0, 40), max_size=3), seed=SEEDS)
def test_in_any_order_no_call_takes_longer_than_its_latency(play, letters, naps, seed):
    run = play(
        WITH_DEADLINES,
        Post(),
        [n / 8 for n in letters],
        [n / 8 for n in naps],
        scheduler=RandomWalk(Random(seed)),
        seed=seed,
    )
    for call in run.calls:
        assert call.outcome == "answered"
        assert call.ended - call.started <= call.arguments[0] + 1e-9


@settings(max_examples=40)
@given(
    letters=LATENCIES,
    naps=st.lists(st.integers(0, 40), min_size=1, max_size=4),
    seed=SEEDS,
)
def test_in_any_order_no_deadline_comes_early_or_late(play, letters, naps, seed):
    run = play(
        WITH_DEADLINES,
        Post(),
        [n / 8 for n in letters],
        [n / 8 for n in naps],
        scheduler=RandomWalk(Random(seed)),
        seed=seed,
    )
    assert sorted(run.value) == [[n / 8, n / 8] for n in sorted(naps)]


@settings(max_examples=30)
@given(letters=LATENCIES, seed=SEEDS)
def test_in_any_order_time_never_goes_back(play, letters, seed):
    run = play(
        """
        import anyio

        async def main(post, letters):
            async def one(seconds):
                await post.send(seconds)
                print(anyio.current_time())

            async with anyio.create_task_group() as group:
                for seconds in letters:
                    group.start_soon(one, seconds)
        """,
        Post(),
        [n / 8 for n in letters],
        scheduler=RandomWalk(Random(seed)),
    )
    times = [p.at for p in run.prints]
    assert times == sorted(times)
    assert run.elapsed <= max(letters) / 8


@settings(max_examples=30)
@given(seed=SEEDS, after=st.integers(1, 32))
def test_in_any_order_a_cancellation_from_outside_comes_when_it_is_due(play, seed, after):
    run = play(
        """
        import anyio

        async def main(post):
            async def again():
                while True:
                    await post.send(0.5)

            async with anyio.create_task_group() as group:
                for _ in range(3):
                    group.start_soon(again)
        """,
        Post(),
        scheduler=RandomWalk(Random(seed)),
        cancel_after=after / 64,
    )
    assert run.was_cancelled
    assert run.elapsed == after / 64


def test_a_hurried_reply_does_not_make_a_timeout_fire_early(play):
    source = """
        import anyio

        async def main(post):
            with anyio.fail_after(1.5):
                await post.send(1.0)
            with anyio.move_on_after(0.25) as scope:
                await post.send(1.0)
            return scope.cancelled_caught
        """
    for seed in range(20):
        run = play(source, Post(), scheduler=RandomWalk(Random(seed)))
        assert run.error is None
        late = run.calls[1]
        if late.outcome == "cancelled":
            assert late.ended - late.started == pytest.approx(0.25)


def test_a_timeout_shorter_than_a_latency_is_sometimes_met_and_sometimes_not(play):
    source = """
        import anyio

        async def main(post):
            with anyio.move_on_after(0.5):
                return await post.send(1.0)
        """
    values = {play(source, Post(), scheduler=RandomWalk(Random(s))).value for s in range(20)}
    assert values == {1.0, None}


def test_a_timeout_longer_than_a_latency_is_never_met(play):
    source = """
        import anyio

        async def main(post):
            with anyio.move_on_after(1.5):
                return await post.send(1.0)
        """
    values = {play(source, Post(), scheduler=RandomWalk(Random(s))).value for s in range(20)}
    assert values == {1.0}


# --- the schedules themselves -------------------------------------------------------------------


def test_only_explored_schedules_hurry_replies():
    assert not Timed().explored
    assert RandomWalk(Random(0)).explored


@given(seed=SEEDS, size=st.integers(1, 20))
def test_a_random_walk_chooses_what_may_happen(seed, size):
    walk = RandomWalk(Random(seed))
    assert 0 <= walk.choose([Enabled("reply", n, n) for n in range(size)]) < size


def test_the_plainest_order_of_ready_tasks_on_trio_is_that_in_which_they_were_started(play_on):
    run = play_on(
        "trio",
        """
        import anyio

        async def main():
            order = []

            async def work(n):
                order.append(n)
                await anyio.sleep(1)
                order.append(n)

            async with anyio.create_task_group() as group:
                for n in range(5):
                    group.start_soon(work, n)
            return order
        """,
        seed=0,
    )
    assert run.value == [*range(5), *range(5)]
