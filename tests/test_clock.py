"""The clock of a run is the judge's: exact, the same on both backends, and never the machine's."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker import Service, blocking
from checker.judge.trace import Deadlocked, Died, Returned
from checker.report import BACKENDS

YEAR = 365 * 86_400


class Desk(Service):
    """Answers after a second."""

    latency = 1.0

    def ask(self, n: int) -> int:
        return n

    @blocking
    def get(self, n: int) -> int:
        return n


# --- how long things take -----------------------------------------------------------------------


def test_a_sleep_of_a_year_takes_a_year_to_the_nanosecond(play):
    run = play(
        """
        import anyio

        async def main(seconds):
            await anyio.sleep(seconds)
        """,
        YEAR,
    )
    assert run.trace.ending == Returned(None)
    assert run.elapsed == YEAR


def test_fractions_of_a_second_add_up_exactly(play):
    run = play("""
        import anyio

        async def main():
            await anyio.sleep(0.1)
            await anyio.sleep(0.2)
        """)
    assert run.elapsed == 0.3


@settings(max_examples=20)
@given(delays=st.lists(st.integers(0, 100_000_000_000), max_size=30))
def test_any_delays_one_after_another_take_their_sum(play, delays):
    run = play(
        """
        import anyio

        async def main(delays):
            for delay in delays:
                await anyio.sleep(delay / 1e9)
        """,
        delays,
    )
    assert run.elapsed == sum(delays) / 1e9


@settings(max_examples=20)
@given(delays=st.lists(st.integers(0, 100_000_000_000), min_size=1, max_size=30))
def test_any_delays_all_at_once_take_the_longest_of_them(play, delays):
    run = play(
        """
        import anyio

        async def main(delays):
            async with anyio.create_task_group() as group:
                for delay in delays:
                    group.start_soon(anyio.sleep, delay / 1e9)
        """,
        delays,
    )
    assert run.elapsed == max(delays) / 1e9


def test_calls_take_their_latency_one_after_another_and_together(play):
    run = play(
        """
        import anyio

        async def main(desk):
            for n in range(3):
                await desk.ask(n)
            async with anyio.create_task_group() as group:
                for n in range(10):
                    group.start_soon(desk.ask, n)
        """,
        Desk(),
    )
    assert run.elapsed == 4.0


def test_computing_takes_no_time(play):
    run = play("""
        async def main():
            return sum(range(200_000))
        """)
    assert run.elapsed == 0.0


def test_checkpoints_take_no_time(play):
    run = play("""
        import anyio

        async def main():
            for _ in range(500):
                await anyio.sleep(0)
                await anyio.lowlevel.checkpoint()
        """)
    assert run.elapsed == 0.0


def test_thousands_of_tasks_sleep_side_by_side(play):
    run = play("""
        import anyio

        async def main():
            woken = []

            async def nap(seconds):
                await anyio.sleep(seconds)
                woken.append(seconds)

            async with anyio.create_task_group() as group:
                for n in range(3000):
                    group.start_soon(nap, n % 7)
            return [len(woken), woken == sorted(woken)]
        """)
    assert run.value == [3000, True]
    assert run.elapsed == 6.0


def test_tasks_wake_in_the_order_of_their_deadlines(play):
    run = play("""
        import anyio

        async def main():
            woken = []

            async def nap(seconds):
                await anyio.sleep(seconds)
                woken.append(seconds)

            async with anyio.create_task_group() as group:
                for seconds in (3, 1, 2.5, 0.25, 2):
                    group.start_soon(nap, seconds)
            return woken
        """)
    assert run.value == [0.25, 1, 2, 2.5, 3]


# --- which clocks follow it ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        ("anyio.current_time()", 2.5),
        ("time.monotonic()", 2.5),
        ("time.perf_counter()", 2.5),
        ("time.time()", 2.5),
        ("time.monotonic_ns()", 2_500_000_000),
        ("time.perf_counter_ns()", 2_500_000_000),
        ("time.time_ns()", 2_500_000_000),
    ],
)
@pytest.mark.parametrize("wait", ["await anyio.sleep(2.5)", "time.sleep(2.5)"])
def test_every_clock_says_how_long_a_wait_was(play, clock, expected, wait):
    run = play(f"""
        import time
        import anyio

        async def main():
            before = {clock}
            {wait}
            return {clock} - before
        """)
    assert run.value == expected


def test_a_clock_that_was_imported_by_name_is_the_judges_too(play):
    run = play("""
        from time import monotonic, sleep, time

        async def main():
            before = monotonic(), time()
            sleep(4)
            return monotonic() - before[0], time() - before[1]
        """)
    assert run.value == [4.0, 4.0]


@pytest.mark.parametrize("seconds", [0.1, 0.7, 1 / 3, 86_400.1])
def test_who_sleeps_for_what_is_left_until_a_moment_gets_there_by_any_clock(play, seconds):
    run = play(
        """
        import anyio, time

        async def main(seconds):
            for now in (time.monotonic, anyio.current_time, time.time):
                until = now() + seconds
                while (left := until - now()) > 0:
                    await anyio.sleep(left)
        """,
        seconds,
    )
    assert run.trace.ending == Returned(None)
    assert run.elapsed == pytest.approx(3 * seconds, abs=1e-6)


def test_the_loop_of_asyncio_reads_the_same_clock(play_on):
    run = play_on(
        "asyncio",
        """
        import asyncio, time

        async def main():
            loop = asyncio.get_running_loop()
            before = loop.time()
            woken = asyncio.Event()
            loop.call_later(2, woken.set)
            async with asyncio.timeout(5):
                await woken.wait()
            await asyncio.sleep(0.5)
            return loop.time() - before, loop.time() == time.monotonic()
        """,
    )
    assert run.value == [2.5, True]


def test_trios_own_functions_read_the_same_clock(play_on):
    run = play_on(
        "trio",
        """
        import time, trio

        async def main():
            before = trio.current_time(), time.monotonic()
            with trio.move_on_after(2):
                await trio.sleep_forever()
            await trio.sleep(0.5)
            after = trio.current_time(), time.monotonic()
            return [b - a for a, b in zip(before, after)]
        """,
    )
    assert run.value == [2.5, 2.5]


def test_trios_clock_is_not_that_of_the_time_module(play_on):
    """As outside: a program that takes the one for the other is wrong on trio."""
    source = """
        import time, anyio

        async def main():
            return anyio.current_time() == time.monotonic()
        """
    assert [play_on(backend, source).value for backend in BACKENDS] == [True, False]


def test_a_run_begins_at_the_same_hour_whenever_it_is_made(play):
    source = """
        import time

        async def main():
            return [time.time(), time.monotonic(), time.perf_counter()]
        """
    assert play(source).value == play(source).value


def test_a_run_does_not_begin_at_zero_so_that_a_delay_is_never_taken_for_a_deadline(play):
    run = play("""
        import anyio

        async def main():
            with anyio.CancelScope(deadline=5):
                await anyio.sleep(1)
                return "slept"
            return "cancelled"
        """)
    assert run.value == "cancelled"


# --- timeouts -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outer", "inner", "caught"),
    [(3, 5, [True, False]), (5, 3, [False, True])],
)
def test_the_shorter_of_two_nested_timeouts_ends_the_wait(play, outer, inner, caught):
    run = play(
        """
        import anyio

        async def main(outer, inner):
            with anyio.move_on_after(outer) as a:
                with anyio.move_on_after(inner) as b:
                    await anyio.sleep(10)
            return [a.cancelled_caught, b.cancelled_caught]
        """,
        outer,
        inner,
    )
    assert run.value == caught
    assert run.elapsed == 3.0


def test_many_nested_timeouts_end_at_the_earliest_and_go_on_from_there(play):
    run = play("""
        import anyio

        async def main():
            began = anyio.current_time()
            ends = []
            with anyio.move_on_after(9):
                with anyio.move_on_after(4):
                    with anyio.move_on_after(1.5):
                        await anyio.sleep_forever()
                    ends.append(anyio.current_time() - began)
                    await anyio.sleep_forever()
                ends.append(anyio.current_time() - began)
                await anyio.sleep_forever()
            ends.append(anyio.current_time() - began)
            return ends
        """)
    assert run.value == [1.5, 4.0, 9.0]


def test_fail_after_raises_at_its_deadline(play):
    run = play("""
        import anyio

        async def main():
            with anyio.fail_after(2.25):
                await anyio.sleep(3)
        """)
    assert run.error.kind == "TimeoutError"
    assert run.elapsed == 2.25


def test_a_shield_holds_a_timeout_off_until_it_ends(play):
    run = play("""
        import anyio

        async def main():
            with anyio.move_on_after(1) as scope:
                with anyio.CancelScope(shield=True):
                    await anyio.sleep(4)
                await anyio.sleep(100)
            return scope.cancelled_caught
        """)
    assert run.value is True
    assert run.elapsed == 4.0


def test_a_timeout_cancels_a_call_that_is_under_way_at_its_deadline(play):
    run = play(
        """
        import anyio

        async def main(desk):
            with anyio.move_on_after(0.75):
                await desk.ask(1)
        """,
        Desk(),
    )
    (call,) = run.calls
    assert (call.started, call.ended, call.outcome) == (0.0, 0.75, "cancelled")


def test_a_deadline_that_is_moved_is_met_where_it_was_moved_to(play):
    run = play("""
        import anyio

        async def main():
            with anyio.move_on_after(5) as scope:
                await anyio.sleep(1)
                scope.deadline += 2
                await anyio.sleep(100)
        """)
    assert run.elapsed == 7.0


def test_a_sleep_that_never_ends_can_be_timed_out(play):
    run = play("""
        import anyio

        async def main():
            with anyio.move_on_after(3):
                await anyio.sleep_forever()
        """)
    assert run.elapsed == 3.0


@pytest.mark.parametrize("sleep", ["anyio.sleep_forever()", "anyio.sleep(float('inf'))"])
def test_a_sleep_that_never_ends_and_that_nothing_ends_is_a_deadlock(play, sleep):
    run = play(f"""
        import anyio

        async def main():
            await {sleep}
        """)
    assert isinstance(run.trace.ending, Deadlocked)
    assert run.elapsed == 0.0


@pytest.mark.parametrize("seconds", ["10**9", "2**62", "1e100", "1.7e308", "float('inf')"])
def test_a_timeout_beyond_the_end_of_time_is_no_timeout(play, seconds):
    run = play(
        f"""
        import anyio

        async def main(desk):
            with anyio.fail_after({seconds}):
                return await desk.ask(7)
        """,
        Desk(),
    )
    assert run.value == 7
    assert run.elapsed == 1.0


@pytest.mark.parametrize("seconds", ["1e10", "1.7e308"])
@pytest.mark.parametrize("sleep", ["await anyio.sleep", "time.sleep"])
def test_a_sleep_beyond_the_end_of_time_is_no_error_of_ours(play, seconds, sleep):
    run = play(f"""
        import anyio, time

        async def main():
            {sleep}({seconds})
        """)
    assert not isinstance(run.trace.ending, Died)


def test_deadlines_are_the_same_on_both_backends(play_on):
    source = """
        import anyio

        async def main(desk):
            seen, began = [], anyio.current_time()

            def note(what):
                now, deadline = anyio.current_time(), anyio.current_effective_deadline()
                seen.append([what, round(now - began, 9), round(deadline - began, 9)])

            async def child(n):
                with anyio.move_on_after(n / 3) as scope:
                    note("in")
                    await desk.ask(n)
                note(["out", scope.cancelled_caught])

            with anyio.move_on_after(8.1):
                note("main")
                for n in range(1, 6):
                    await child(n)
                    with anyio.CancelScope(shield=True):
                        note("shield")
                        await anyio.sleep(0.7)
                await anyio.sleep(100)
            note("end")
            return seen
        """
    one, other = (play_on(backend, source, Desk()) for backend in BACKENDS)
    assert one.value == other.value
    assert one.elapsed == other.elapsed == 8.1


@pytest.mark.parametrize("timeout", [0.999_999_999, 1.0, 1.000_000_001])
def test_a_reply_at_the_moment_of_a_timeout_means_the_same_on_both_backends(play_on, timeout):
    source = """
        import anyio

        async def main(desk, timeout):
            with anyio.move_on_after(timeout):
                return await desk.ask(1)
            return "too late"
        """
    values = {play_on(backend, source, Desk(), timeout).value for backend in BACKENDS}
    assert len(values) == 1


# --- waiting for everybody else -----------------------------------------------------------------


@pytest.mark.parametrize(
    "spelling",
    [
        "import anyio; wait = anyio.wait_all_tasks_blocked",
        "from anyio import wait_all_tasks_blocked as wait",
    ],
    ids=["as an attribute", "by name"],
)
def test_waiting_for_all_tasks_to_block_takes_no_time(play, spelling):
    run = play(f"""
        import anyio
        {spelling}

        async def main():
            steps = []

            async def other(event):
                for n in range(5):
                    await anyio.sleep(0)
                    steps.append(n)
                await event.wait()

            async with anyio.create_task_group() as group:
                event = anyio.Event()
                group.start_soon(other, event)
                await wait()
                seen = list(steps)
                event.set()
            return seen
        """)
    assert run.value == [0, 1, 2, 3, 4]
    assert run.elapsed == 0.0


def test_trios_own_wait_for_all_tasks_to_block_is_the_same(play_on):
    run = play_on(
        "trio",
        """
        import trio
        from trio.testing import wait_all_tasks_blocked

        async def main(desk):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(trio.sleep, 60)
                nursery.start_soon(desk.ask, 1)
                await wait_all_tasks_blocked()
                nursery.cancel_scope.cancel()
        """,
        Desk(),
    )
    assert run.elapsed == 0.0
    assert [call.outcome for call in run.calls] == ["cancelled"]


def test_a_task_that_sleeps_counts_as_blocked(play):
    run = play(
        """
        import anyio

        async def main(desk):
            async with anyio.create_task_group() as group:
                group.start_soon(anyio.sleep, 60)
                group.start_soon(desk.ask, 1)
                await anyio.wait_all_tasks_blocked()
                group.cancel_scope.cancel()
        """,
        Desk(),
    )
    assert run.elapsed == 0.0
    assert [call.outcome for call in run.calls] == ["cancelled"]


def test_several_tasks_may_wait_for_the_others_to_block(play):
    run = play("""
        import anyio

        async def main():
            async with anyio.create_task_group() as group:
                for _ in range(5):
                    group.start_soon(anyio.wait_all_tasks_blocked)
                group.start_soon(anyio.sleep, 1)
        """)
    assert run.trace.ending == Returned(None)
    assert run.elapsed == 1.0


# --- a cancellation from outside ----------------------------------------------------------------


@pytest.mark.parametrize("seconds", [0, 0.1, 2.5])
def test_a_submission_is_cancelled_from_outside_when_it_was_asked_for(play, seconds):
    run = play(
        """
        import anyio

        async def main():
            try:
                await anyio.sleep(100)
            finally:
                print("cleaning up")
        """,
        cancel_after=seconds,
    )
    assert run.was_cancelled
    assert run.elapsed == seconds
    assert [(p.text, p.at) for p in run.prints] == [("cleaning up\n", seconds)]


def test_a_cancellation_that_comes_too_late_changes_nothing(play):
    run = play(
        """
        import anyio

        async def main():
            await anyio.sleep(1)
            return "done"
        """,
        cancel_after=2,
    )
    assert not run.was_cancelled
    assert run.value == "done"
    assert run.elapsed == 1.0


def test_prints_are_stamped_with_the_time_at_which_they_were_made(play):
    run = play("""
        import anyio

        async def main():
            for n in range(3):
                print(n)
                await anyio.sleep(0.5)
        """)
    assert [(p.text, p.at) for p in run.prints] == [("0\n", 0.0), ("1\n", 0.5), ("2\n", 1.0)]


# --- a deadline at the instant of a reply -------------------------------------------------------

TIE = """
    import anyio

    async def main(desk):
        send, receive = anyio.create_memory_object_stream()

        async def hand_on():
            await send.send(await desk.ask(1))

        async with anyio.create_task_group() as group:
            group.start_soon(hand_on)
            with anyio.move_on_after(1) as limit:
                await receive.receive()
                if limit.cancel_called:
                    print("both")
                else:
                    print("in time")
            if limit.cancelled_caught:
                print("too late")
                group.cancel_scope.cancel()
    """


def test_a_time_limit_may_be_up_in_any_of_the_steps_in_which_a_reply_is_dealt_with(case_of):
    seen = set()
    for seed in range(20):
        for world in case_of(TIE, seed=str(seed)).explore():
            run = world.run("main", world.add(Desk()))
            seen.add("".join(printed.text for printed in run.prints))
            assert run.elapsed == 1
    assert seen == {"in time\n", "too late\n", "both\n"}
