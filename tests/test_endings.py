"""However a submission ends, a learner is told what happened, where, and who waited for whom."""

import re
import textwrap
from dataclasses import replace

import pytest

from checker import Service
from checker.judge.explain import CheckFailed, explain, prints
from checker.judge.run import Run
from checker.judge.trace import Awaited, Deadlocked, Livelocked, Overran, Returned, Spun, Swallowed
from checker_sandbox.wire.limits import (
    CPU_SECONDS,
    MAX_PRINTED,
    MAX_ROUNDS,
    MAX_STEPS,
    MEMORY,
    SILENT_SECONDS,
)


class Desk(Service):
    """Answers after a second, or fails after one."""

    latency = 1.0

    def ask(self, n: int) -> int:
        return n

    def fail(self, text: str) -> None:
        raise ConnectionError(text)


# --- deadlocks ----------------------------------------------------------------------------------


def test_a_cycle_of_locks_names_who_waits_where_for_what_held_by_whom(fail, marked):
    source = """
        import anyio

        async def main(desk):
            a, b = anyio.Lock(), anyio.Lock()

            async def transfer(x, y):
                async with x:
                    await desk.ask(1)
                    async with y:  # here
                        pass

            async with anyio.create_task_group() as group:
                group.start_soon(transfer, a, b)
                group.start_soon(transfer, b, a)
        """
    failure = fail(source, Desk())
    line = marked(source)
    assert failure.message.startswith("deadlock after 1 s")
    for mine, other in ((2, 3), (3, 2)):
        assert (
            f"task {mine} (transfer) waits at line {line} for a Lock, "
            f"held by task {other} (transfer)"
        ) in failure.message
    assert "task 1 (main)" in failure.message
    assert failure.line == line


def test_a_lock_taken_twice_by_one_task_is_told_by_anyio_itself(play):
    run = play("""
        import anyio

        async def main():
            lock = anyio.Lock()
            async with lock, lock:
                pass
        """)
    assert run.error.kind == "RuntimeError"


# Each ends in a deadlock on the line that is marked, for the reason that is given.
DEADLOCKS = {
    "a stream that is never closed": (
        """
        import anyio

        async def main():
            send, receive = anyio.create_memory_object_stream(5)
            send.send_nowait(1)
            async for _ in receive:  # here
                pass
        """,
        "task 1 (main) waits at line 6 for an item from a stream "
        "(1 send end still open, in task 1 (main))",
    ),
    "a clone of a stream that is never closed": (
        """
        import anyio

        async def main():
            send, receive = anyio.create_memory_object_stream(5)
            clones = [send.clone() for _ in range(2)]
            async with send:
                pass
            await receive.receive()  # here
        """,
        "for an item from a stream (2 send ends still open)",
    ),
    "a stream that is full": (
        """
        import anyio

        async def main():
            send, receive = anyio.create_memory_object_stream(1)
            for n in range(2):
                await send.send(n)  # here
        """,
        "task 1 (main) waits at line 6 for room in a stream "
        "(1 receive end still open, in task 1 (main))",
    ),
    "an event that nobody sets": (
        """
        import anyio

        async def main():
            await anyio.Event().wait()  # here
        """,
        "task 1 (main) waits at line 4 for an Event to be set",
    ),
    "a limiter that is full": (
        """
        import anyio

        async def main():
            limiter = anyio.CapacityLimiter(1)

            async def keep():
                await limiter.acquire()
                await anyio.Event().wait()

            async with anyio.create_task_group() as group:
                group.start_soon(keep)
                await anyio.sleep(1)
                async with limiter:  # here
                    pass
        """,
        "task 1 (main) waits at line 13 for a CapacityLimiter (1 of 1 taken), "
        "held by task 2 (keep)",
    ),
    "a semaphore that is never given back": (
        """
        import anyio

        async def main():
            semaphore = anyio.Semaphore(1)
            await semaphore.acquire()
            await semaphore.acquire()  # here
        """,
        "task 1 (main) waits at line 6 for a Semaphore with no permits left",
    ),
    "a condition that nobody notifies": (
        """
        import anyio

        async def main():
            condition = anyio.Condition()
            async with condition:
                await condition.wait()  # here
        """,
        "task 1 (main) waits at line 6 for a Condition to be notified",
    ),
    "a task that waits for its parent": (
        """
        import anyio

        async def main():
            done = anyio.Event()

            async def child():
                await done.wait()  # here

            async with anyio.create_task_group() as group:
                group.start_soon(child)
            done.set()
        """,
        "for its task group, where task 2 (child) is still running",
    ),
    "two results of tasks that wait for each other": (
        """
        import anyio

        async def main():
            handles = []

            async def child(n):
                await anyio.sleep(1)
                await handles[1 - n]  # here

            async with anyio.create_task_group() as group:
                handles += [group.create_task(child(n)) for n in range(2)]
        """,
        "task 2 (child) waits at line 8 for the result of a task (child)",
    ),
    "a start that never says that it has": (
        """
        import anyio

        async def main():
            async def serve(*, task_status):
                await anyio.Event().wait()  # here

            async with anyio.create_task_group() as group:
                await group.start(serve)
        """,
        "task 2 (serve) waits at line 5 for an Event to be set",
    ),
    "a stream inside an async generator": (
        """
        import anyio

        async def items(receive):
            async for item in receive:  # here
                yield item

        async def main():
            send, receive = anyio.create_memory_object_stream(1)
            async for _ in items(receive):
                pass
        """,
        "task 1 (main) waits at line 4 for an item from a stream "
        "(1 send end still open, in task 1 (main))",
    ),
    "an event below several functions": (
        """
        import anyio

        async def outer(event):
            await inner(event)

        async def inner(event):
            await event.wait()  # here

        async def main():
            await outer(anyio.Event())
        """,
        "task 1 (main) waits at line 7 for an Event to be set",
    ),
}


@pytest.mark.parametrize("name", DEADLOCKS)
def test_a_deadlock_is_explained_for(play, marked, name):
    source, said = DEADLOCKS[name]
    run = play(source)
    assert isinstance(run.trace.ending, Deadlocked)
    failure = explain(run.trace)
    assert said in failure.message
    assert failure.line == marked(source)


def test_a_deadlock_says_when_it_came_about(fail):
    failure = fail("""
        import anyio

        async def main():
            await anyio.sleep(12.5)
            await anyio.Event().wait()
        """)
    assert failure.message.startswith("deadlock after 12.5 s")


def test_a_sleep_that_grows_for_ever_is_told_in_years_and_not_as_a_deadlock(case_of):
    world = case_of("""
        import anyio

        async def main():
            delay = 1
            while True:
                await anyio.sleep(delay)
                delay *= 2
        """).world()
    with pytest.raises(CheckFailed) as caught:
        world.run("main")
    said = caught.value.message
    assert said.startswith(
        "after 136 years every task is still waiting, and no sleep ends before year 146."
    )
    assert "task 1 (main) waits at line 6 for a sleep to end" in said


def test_a_deadlock_of_many_tasks_names_the_first_and_counts_the_others(fail):
    failure = fail("""
        import anyio

        async def main():
            event = anyio.Event()
            async with anyio.create_task_group() as group:
                for _ in range(50):
                    group.start_soon(event.wait)
        """)
    assert len(failure.message.splitlines()) < 15
    assert " more" in failure.message.splitlines()[-1]


def test_a_program_that_still_has_a_deadline_is_not_stuck(play):
    run = play("""
        import anyio

        async def main():
            with anyio.move_on_after(3):
                await anyio.Event().wait()
        """)
    assert run.trace.ending == Returned(None)


# --- loops that never end -----------------------------------------------------------------------


def test_an_endless_loop_names_the_line_on_which_it_begins(play_on, marked):
    source = """
        async def main():
            n = 0
            while True:  # here
                n += 1
                for _ in range(10):
                    n ^= 1
        """
    # The limit is one of the processor's time, so this is not tried on both backends.
    failure = explain(play_on("trio", source).trace)
    assert failure.message.startswith(
        "it has not let the event loop run since 0 s: it computed for "
        f"{CPU_SECONDS} s without a pause, or waited {SILENT_SECONDS} s for something"
    )
    assert failure.line == marked(source)
    assert failure.costly


def test_an_endless_loop_says_since_when_the_event_loop_has_waited_for_it(play_on, marked):
    source = """
        import anyio, time

        async def main():
            await anyio.sleep(2.5)
            time.sleep(4)
            while True: pass  # here
        """
    failure = explain(play_on("asyncio", source).trace)
    assert failure.message.startswith("it has not let the event loop run since 2.5 s: ")
    assert failure.line == marked(source)


def test_to_compute_for_long_is_no_fault_as_long_as_the_event_loop_has_its_turns(play_on):
    run = play_on(
        "trio",
        """
        import anyio, time

        async def main():
            for n in range(8):
                end = time.thread_time() + 0.45
                while time.thread_time() < end: pass
                await anyio.sleep(1)
            return "done"
        """,
    )
    assert run.value == "done"


SPINNING = """
    import anyio

    async def main(desk):
        done = []

        async def finish():
            done.append(await desk.ask(1))

        async with anyio.create_task_group() as group:
            group.start_soon(finish)
            while not done:
                await anyio.sleep(0)  # here
    """


def test_a_loop_that_polls_without_waiting_is_found(play, marked):
    run = play(SPINNING, Desk())
    assert isinstance(run.trace.ending, Spun)
    failure = explain(run.trace)
    assert failure.line == marked(SPINNING)
    assert failure.message.startswith(
        f"at 0 s, the event loop ran {MAX_ROUNDS:,} rounds without any time passing"
    )
    assert "find what goes on again and again without waiting" in failure.advice
    assert run.elapsed == 0.0


def test_a_cancellation_that_is_swallowed_again_and_again_is_found(play, marked):
    source = """
        import anyio

        async def main():
            while True:
                try:
                    await anyio.sleep(1)  # here
                except BaseException:
                    pass
        """
    trace = play(source, cancel_after=3.5).trace
    assert isinstance(trace.ending, Spun)
    failure = explain(trace)
    assert failure.line == marked(source)
    assert failure.message.startswith("at 3.5 s, the event loop ran")
    assert "checks something" not in failure.message
    assert "find what goes on again and again" in failure.advice
    # To be watched takes time, which such a run may not have.
    trace.watched.swallowed.append(Swallowed(1, marked(source) + 1, 3.5, 1))
    assert explain(trace).advice == (
        "raise the cancellation again at the end of that `except`, or do not catch it"
    )


def test_a_cancellation_that_is_swallowed_once_is_no_cancellation(play):
    run = play(
        """
        import anyio

        async def main():
            try:
                await anyio.sleep(10)
            except anyio.get_cancelled_exc_class():
                return "swallowed"
        """,
        cancel_after=3,
    )
    assert not run.was_cancelled
    assert run.elapsed == 3.0


def test_a_heartbeat_that_counts_its_beats_meets_a_limit_of_steps(play):
    run = play(
        """
        import anyio

        async def main(desk):
            beats = 0
            while True:
                beats += 1
                await anyio.sleep(1)
                await desk.ask(1)
        """,
        Desk(),
    )
    assert isinstance(run.trace.ending, Overran)
    assert f"{MAX_STEPS:,} steps" in explain(run.trace).message


LOOKS_WHILE_ASKED = """
    import anyio

    async def main(desk, looks):
        async with anyio.create_task_group() as group:
            group.start_soon(desk.ask, 1)
            number = 0
            while number != looks:
                number += 1
                await anyio.wait_all_tasks_blocked()
        return number
    """
"""Looks whether all other tasks are blocked, while a call is under way."""


def test_to_look_often_whether_all_is_quiet_is_a_small_part_of_what_a_run_may_do(play):
    run = play(LOOKS_WHILE_ASKED, Desk(), 2 * MAX_STEPS)
    assert run.value == 2 * MAX_STEPS
    assert run.elapsed == 1.0


def test_to_look_for_ever_whether_all_is_quiet_meets_the_limit_of_steps(play):
    run = play(LOOKS_WHILE_ASKED, Desk(), -1)
    assert isinstance(run.trace.ending, Overran)
    assert f"{MAX_STEPS:,} steps" in explain(run.trace).message


def test_a_heartbeat_that_remembers_nothing_is_proved_to_go_on_for_ever(play):
    run = play(
        """
        import anyio

        async def main(desk):
            while True:
                await anyio.sleep(1)
                await desk.ask(1)
        """,
        Desk(),
    )
    assert isinstance(run.trace.ending, Livelocked)
    assert run.trace.steps < 50
    assert "so what happened in between repeats for ever" in explain(run.trace).message


# Each looks the same from outside, time and again, and ends after a few hundred rounds.
BOUNDED = {
    "by a variable": """
        n = 0
        while n < 300:
            n += 1
            await anyio.sleep(1)
    """,
    "by an iterator that nobody names": """
        for _ in itertools.repeat(None, 300):
            await anyio.sleep(1)
    """,
    "by the clock": """
        until = anyio.current_time() + 300
        while anyio.current_time() < until:
            await anyio.sleep(1)
    """,
    "by the time since the beginning": """
        began = time.monotonic()
        while time.monotonic() - began < 300:
            await anyio.sleep(1)
    """,
    "by another task": """
        done = []

        async def wait():
            await anyio.sleep(300)
            done.append(1)

        async with anyio.create_task_group() as group:
            group.start_soon(wait)
            while not done:
                await anyio.sleep(1)
    """,
    "by a time limit around it": """
        with anyio.move_on_after(300):
            while True:
                await anyio.sleep(1)
    """,
    "by an attribute of an object": """
        class Retries:
            left = 300

            def again(self):
                self.left -= 1
                return self.left

        retries = Retries()
        while retries.again():
            await anyio.sleep(1)
    """,
    "by an attribute that has a slot": """
        class Retries:
            __slots__ = ("left",)

        retries = Retries()
        retries.left = 300
        while retries.left:
            retries.left -= 1
            await anyio.sleep(1)
    """,
    "by what a closure counts": """
        left = 300

        def again():
            nonlocal left
            left -= 1
            return left

        while again():
            await anyio.sleep(1)
    """,
    "by a generator": """
        async def ticks():
            for _ in itertools.repeat(None, 300):
                await anyio.sleep(1)
                yield

        async for _ in ticks():
            pass
    """,
    "by how much is in a stream": """
        send, receive = anyio.create_memory_object_stream(300)
        with send, receive:
            try:
                while True:
                    send.send_nowait(None)
                    await anyio.sleep(1)
            except anyio.WouldBlock:
                pass
    """,
    "by the permits of a semaphore": """
        semaphore = anyio.Semaphore(300)
        while semaphore.value:
            semaphore.acquire_nowait()
            await anyio.sleep(1)
    """,
    "by chance": """
        while random.random() > 0.005:
            await anyio.sleep(1)
    """,
    "by how many tasks there are": """
        async with anyio.create_task_group() as group:
            tasks = []
            while len(tasks) < 60:
                tasks.append(group.start_soon(anyio.sleep, 100))
                await anyio.sleep(1)
    """,
}


@pytest.mark.parametrize("name", BOUNDED)
def test_a_loop_is_no_endless_one_that_is_bounded(play, name):
    body = textwrap.indent(textwrap.dedent(BOUNDED[name]), " " * 4)
    head = "import itertools, random, time\nimport anyio\n\nasync def main():"
    assert play(f"{head}{body}\n    return 'over'\n").value == "over"


LIVELOCK = """
    import anyio

    async def main():
        ours, theirs = anyio.Lock(), anyio.Lock()

        async def meet(first, second):
            while True:
                with anyio.move_on_after(5):
                    async with first:
                        await anyio.sleep(0.1)
                        async with second:  # here
                            return

        async with anyio.create_task_group() as group:
            group.start_soon(meet, ours, theirs)
            group.start_soon(meet, theirs, ours)
    """


COUNTED = LIVELOCK.replace(
    "            while True:\n",
    "            tries = 0\n            while True:\n                tries += 1\n",
)


def test_a_deadlock_that_is_given_up_and_tried_again_is_seen_after_a_few_rounds(play):
    trace = play(LIVELOCK).trace
    assert isinstance(trace.ending, Livelocked)
    assert trace.steps < 50
    failure = explain(trace)
    assert "everything is exactly as it was" in failure.message
    assert "so what happened in between repeats for ever" in failure.message
    assert not failure.costly


def test_one_that_counts_its_tries_ends_after_some_hundred_timers(play, fail):
    ending = play(COUNTED).trace.ending
    assert isinstance(ending, Livelocked)
    assert [wait.who for wait in ending.waits] == ["main", "meet", "meet"]
    failure = fail(COUNTED)
    assert failure.message.startswith("an endless loop: since 0 s, timers have gone off 602 times")
    assert not failure.costly


def test_a_livelock_that_is_watched_says_what_its_tasks_waited_for_in_turn(case_of, marked):
    case = case_of(LIVELOCK)
    case._setting = replace(case._setting, fresh=True, watched=True)
    with pytest.raises(CheckFailed) as caught:
        case.world().run("main")
    here = marked(LIVELOCK)
    assert caught.value.message.startswith("livelock: at ")
    assert caught.value.advice.startswith("giving up and trying again changes nothing here")
    assert (
        f"task 2 (meet) waits at line {here} for a Lock, held by task 3 (meet)"
        in caught.value.message
    )
    assert (
        f"task 3 (meet) waits at line {here} for a Lock, held by task 2 (meet)"
        in caught.value.message
    )
    assert caught.value.line == here


CALLS_AND_LOCKS = """
    import anyio

    async def main(desk):
        ours, theirs = anyio.Lock(), anyio.Lock()

        async def meet(first, second):
            while True:
                with anyio.move_on_after(5):
                    async with first:
                        await desk.ask(1)  # answered
                        async with second:  # here
                            return

        async with anyio.create_task_group() as group:
            group.start_soon(meet, ours, theirs)
            group.start_soon(meet, theirs, ours)
    """


def test_a_livelock_is_at_what_is_never_had_and_not_at_a_call_that_is_answered_in_each_round(
    case_of, marked
):
    case = case_of(CALLS_AND_LOCKS)
    case._setting = replace(case._setting, fresh=True, watched=True)
    world = case.world()
    with pytest.raises(CheckFailed) as caught:
        world.run("main", world.add(Desk()))
    answered, here = marked(CALLS_AND_LOCKS, "# answered"), marked(CALLS_AND_LOCKS)
    assert f"waits at line {answered} for the reply to ask()" in caught.value.message
    assert caught.value.line == here


def test_a_livelock_is_at_a_call_that_is_given_up_in_each_round(case_of, marked):
    source = """
        import anyio

        async def main(desk):
            lock = anyio.Lock()

            async def ask():
                while True:
                    with anyio.move_on_after(0.25):
                        async with lock:
                            await desk.ask(1)  # here

            async with anyio.create_task_group() as group:
                group.start_soon(ask)
                group.start_soon(ask)
        """
    case = case_of(source)
    case._setting = replace(case._setting, fresh=True, watched=True)
    world = case.world()
    with pytest.raises(CheckFailed) as caught:
        world.run("main", world.add(Desk()))
    assert isinstance(case.last_trace.ending, Livelocked)
    assert caught.value.line == marked(source)


def test_a_thread_that_waits_beside_a_loop_is_told_as_a_thread_that_gave_nothing_up(
    case_of, marked
):
    source = """
        import threading
        import anyio

        never = threading.Event()

        def read():
            never.wait()  # here

        async def main():
            async def beat():
                while True:
                    await anyio.sleep(1)

            async with anyio.create_task_group() as group:
                group.start_soon(beat)
                await anyio.to_thread.run_sync(read)
        """
    case = case_of(source)
    case._setting = replace(case._setting, fresh=True, watched=True)
    with pytest.raises(CheckFailed) as caught:
        case.world().run("main")
    assert (
        f"worker thread read waits at line {marked(source)} for a `threading` lock or event"
        in caught.value.message
    )
    assert caught.value.advice.startswith("for each wait above, ask what should end it")


def test_a_call_that_is_given_up_again_and_again_is_told_with_what_would_help(play):
    run = play(
        """
        import anyio

        async def main(desk):
            while True:
                with anyio.move_on_after(0.5):
                    await desk.ask(1)
        """,
        Desk(),
    )
    assert isinstance(run.trace.ending, Livelocked)
    failure = explain(run.trace)
    assert failure.message.startswith("livelock: ")
    assert "for ever, and ask() was begun and given up again and again" in failure.message
    assert "wait for its reply as long as it takes" in failure.advice


class Tally(Service):
    """Answers the same every time, and counts what it was asked."""

    latency = 1.0

    def __init__(self) -> None:
        self.asked = 0

    def tell(self) -> None:
        self.asked += 1


def test_calls_that_are_answered_and_given_up_in_turn_again_and_again_are_a_livelock(play):
    run = play(
        """
        import anyio

        async def main(desk):
            while True:
                with anyio.move_on_after(1.5):
                    await desk.ask(1)
                    await desk.ask(2)
        """,
        Desk(),
    )
    assert isinstance(run.trace.ending, Livelocked)
    assert run.trace.steps < MAX_STEPS / 4
    assert "and ask() was begun and given up again and again" in explain(run.trace).message


def test_a_file_with_the_protocols_and_the_example_of_an_exercise_is_looked_at_as_closely(play):
    run = play(
        """
        from typing import Protocol
        import anyio

        class Asked(Protocol):
            async def ask(self, number: int) -> int: ...

        async def main(desk: Asked):
            locks = anyio.Lock(), anyio.Lock()

            async def ask(first, second):
                while True:
                    with anyio.move_on_after(5):
                        async with first:
                            await desk.ask(1)
                            async with second:
                                return

            async with anyio.create_task_group() as group:
                group.start_soon(ask, *locks)
                group.start_soon(ask, *reversed(locks))

        if __name__ == "__main__":
            import example

            example.run()
        """,
        Desk(),
    )
    assert isinstance(run.trace.ending, Livelocked)
    assert run.trace.steps < 100


def test_calls_that_change_a_service_are_progress_whatever_is_given_up_between_them(play):
    run = play(
        """
        import anyio

        async def main(tally, desk):
            for _ in range(700):
                with anyio.move_on_after(1.5):
                    await tally.tell()
                    await desk.ask(1)
            return "told"
        """,
        Tally(),
        Desk(),
    )
    assert run.value == "told"


def test_a_known_livelock_is_looked_at_for_a_few_rounds(case_of):
    case = case_of(COUNTED)
    with pytest.raises(CheckFailed):
        case.world().run("main")
    whole = case.last_trace
    again = case_of(COUNTED)
    again._setting = replace(again._setting, fresh=True, watched=True, known=whole.ending)
    with pytest.raises(CheckFailed) as caught:
        again.world().run("main")
    assert again.last_trace.steps < whole.steps / 10
    assert "timers have gone off 602 times" in caught.value.message


def test_a_loop_that_only_sleeps_is_not_told_to_give_nothing_up(play, marked):
    source = """
        import anyio

        async def main():
            async def beat():
                while True:
                    await anyio.sleep(1)  # here

            async with anyio.create_task_group() as group:
                group.start_soon(beat)
        """
    failure = explain(play(source).trace)
    assert failure.message.startswith("an endless loop: ")
    assert "giving up" not in failure.advice
    assert "find the loop around that sleep" in failure.advice
    assert failure.line == marked(source)


def test_a_loop_that_waits_long_for_a_timer_of_another_task_is_no_livelock(play):
    run = play("""
        import anyio

        async def main():
            closed = anyio.Event()

            async def close():
                await anyio.sleep(3_000)
                closed.set()

            async with anyio.create_task_group() as group:
                group.start_soon(close)
                while not closed.is_set():
                    await anyio.sleep(1)
            return "closed"
        """)
    assert run.value == "closed"


def test_a_loop_that_waits_long_for_a_reply_is_no_livelock(play):
    run = play(
        """
        import anyio

        async def main(desk):
            async with anyio.create_task_group() as group:
                asking = group.start_soon(desk.ask, 1)
                for _ in range(3_000):
                    with anyio.move_on_after(0.0001):
                        await anyio.sleep(1)
            return "asked"
        """,
        Desk(),
    )
    assert run.value == "asked"


def test_a_loop_in_a_thread_that_waits_long_for_another_thread_is_no_livelock(play):
    run = play("""
        import time
        from threading import Thread

        import anyio.to_thread

        def wait():
            sleeper = Thread(target=time.sleep, args=(2_000,))
            sleeper.start()
            while sleeper.is_alive():
                time.sleep(1)
            return "slept"

        async def main():
            return await anyio.to_thread.run_sync(wait)
        """)
    assert run.value == "slept"


LIMITED = """
    import anyio

    async def main(desk):
        try:
            with anyio.move_on_after(LIMIT):
                await desk.fail("too busy")
        except ConnectionError:
            pass
        raise TimeoutError("too busy")
    """


@pytest.mark.parametrize(("limit", "is_said"), [("0.5", True), ("5", False)])
def test_a_time_limit_is_only_asked_for_where_one_ran_out(case_of, limit, is_said):
    case = case_of(LIMITED.replace("LIMIT", limit))
    case._setting = replace(case._setting, fresh=True, watched=True)
    world = case.world()
    with pytest.raises(CheckFailed) as caught:
        world.run("main", world.add(Desk()))
    assert ("take out the time limit that ran out" in caught.value.advice) == is_said


# --- too much of something ----------------------------------------------------------------------


def test_a_flood_of_prints_is_cut_off_and_keeps_what_came_first(play):
    run = play("""
        async def main():
            print("the first line")
            while True:
                print("x" * 1000)
        """)
    assert isinstance(run.trace.ending, Overran)
    assert run.prints[0].text.startswith("the first line\nxxx")
    assert sum(len(p.text) for p in run.prints) < 1 << 20
    assert f"printed more than {MAX_PRINTED >> 10} KiB" in explain(run.trace).message
    *shown, rest = prints(run.trace)
    assert sum(map(len, shown)) <= 8 * 80
    assert re.fullmatch(r"and \d+ lines more", rest)


def test_a_flood_in_one_print_is_cut_off_too(play):
    run = play("""
        async def main():
            print("first" + "x" * 20_000_000)
        """)
    assert isinstance(run.trace.ending, Overran)
    assert run.prints[0].text.startswith("firstx")


def test_a_program_that_takes_too_much_memory_is_told_so(play, marked):
    source = """
        async def main():
            hoard = [bytearray(1 << 20)]
            while True:
                hoard.append(hoard[-1] * 4)  # here
        """
    run = play(source)
    assert run.error.kind == "MemoryError"
    assert run.error.line == marked(source)
    assert f"{MEMORY >> 30} GiB" in explain(run.trace).advice


# --- ending by force ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "call",
    [
        "os.fork()",
        "os.system('true')",
        "subprocess.run(['true'])",
        "os.posix_spawn('/bin/true', ['true'], {})",
        "os.execv('/bin/true', ['true'])",
    ],
)
def test_starting_another_process_is_refused(play, marked, call):
    source = f"""
        import os, subprocess

        async def main():
            {call}  # here
        """
    run = play(source)
    assert run.error.kind == "PermissionError"
    assert "may not start other processes" in run.error.message
    assert run.error.line == marked(source)


@pytest.mark.parametrize("code", [0, 3])
def test_a_program_that_ends_its_own_process_has_returned_nothing(fail, code):
    failure = fail(f"""
        import os

        async def main():
            os._exit({code})
        """)
    assert f"ended its own process (exit code {code})" in failure.message


@pytest.mark.parametrize("name", ["SIGKILL", "SIGTERM", "SIGSEGV", "SIGABRT"])
def test_a_program_that_kills_itself_has_failed(fail, name):
    assert fail(f"""
        import os, signal

        async def main():
            os.kill(os.getpid(), signal.{name})
            while True: pass
        """).message


def test_a_call_of_exit_is_an_error_and_not_the_end_of_the_checker(play, marked):
    source = """
        import sys

        async def main():
            sys.exit(3)  # here
        """
    run = play(source)
    assert (run.error.kind, run.error.message) == ("SystemExit", "3")
    failure = explain(run.trace)
    assert failure.line == marked(source)
    assert failure.advice == "return from the function instead of ending the program"


def test_a_call_of_exit_in_another_task_is_an_error_too(play, marked):
    source = """
        import anyio, sys

        async def main():
            async def child():
                sys.exit(3)  # here

            async with anyio.create_task_group() as group:
                group.start_soon(child)
        """
    run = play(source)
    assert [error.kind for error in run.errors] == ["SystemExit"]
    failure = explain(run.trace)
    assert "SystemExit: 3" in failure.message
    assert failure.line == marked(source)


def test_a_call_of_exit_at_import_leaves_nothing_to_run(fail, marked):
    source = """
        import sys
        sys.exit(0)  # here

        async def main(): ...
        """
    failure = fail(source)
    assert failure.message == "importing it raised SystemExit: 0"
    assert failure.line == marked(source)
    assert failure.hopeless


@pytest.mark.parametrize("kind", ["KeyboardInterrupt", "BaseException", "GeneratorExit"])
def test_no_exception_of_a_submission_gets_any_further_than_its_run(play, kind):
    run = play(f"""
        async def main():
            raise {kind}("mine")
        """)
    assert run.error.kind == kind


def test_a_cancellation_that_nobody_asked_for_is_an_error(play_on):
    run = play_on(
        "asyncio",
        """
        import asyncio

        async def main():
            raise asyncio.CancelledError("made up")
        """,
    )
    assert run.error.kind == "CancelledError"


# --- imports that never return ------------------------------------------------------------------


def test_an_import_that_sleeps_for_ever_meets_a_limit(play):
    run = play("""
        import time
        while True:
            time.sleep(1)
        """)
    assert isinstance(run.trace.ending, Overran)


def test_an_import_that_waits_for_ever_is_a_deadlock(play):
    run = play("""
        import threading
        threading.Event().wait()
        """)
    assert isinstance(run.trace.ending, Deadlocked)


@pytest.mark.parametrize("runner", ["anyio.run(main)", "asyncio.run(main())", "trio.run(main)"])
def test_an_import_that_runs_an_event_loop_is_told_to_leave_that_to_the_checker(
    fail, marked, runner
):
    source = f"""
        import anyio, asyncio, trio

        async def main():
            pass

        {runner}  # here
        """
    failure = fail(source)
    assert "the checker runs the event loop itself" in failure.message
    assert "if __name__ == '__main__':" in failure.message
    assert failure.line == marked(source)


def test_what_stands_under_the_main_guard_is_not_run(play):
    run = play("""
        import anyio

        async def main():
            return "by the checker"

        if __name__ == "__main__":
            anyio.run(main)
        """)
    assert run.value == "by the checker"


def test_a_task_of_asyncio_shows_itself_by_the_name_that_learners_know(play_on):
    run = play_on(
        "asyncio",
        """
        import asyncio

        async def main():
            return repr(asyncio.current_task())
        """,
    )
    assert run.value.startswith("<Task pending name=")


# --- what was forgotten -------------------------------------------------------------------------


def test_a_coroutine_that_was_never_awaited_is_named_with_its_line(play, marked):
    source = """
        async def main(desk):
            desk.ask(1)  # here
            return "done"
        """
    run = play(source, Desk())
    assert run.calls == []
    (warning,) = run.warnings
    assert warning.text == "coroutine 'Desk.ask' was never awaited"
    assert warning.line == marked(source)


def test_a_coroutine_kept_to_the_end_and_never_awaited_is_named_too(play, marked):
    source = """
        async def work():
            pass

        async def main():
            kept = work()  # here
            return "done"
        """
    (warning,) = play(source).warnings
    assert warning.text == "coroutine 'work' was never awaited"
    assert warning.line == marked(source)


def test_an_exception_does_not_hide_a_coroutine_that_was_never_awaited(play, marked):
    source = """
        async def work():
            pass

        async def main():
            kept = work()  # here
            raise ValueError("something else")
        """
    run = play(source)
    assert run.error.kind == "ValueError"
    assert [warning.line for warning in run.warnings] == [marked(source)]


def test_a_stray_task_of_asyncio_is_reported_as_left(play_on, marked):
    source = """
        import asyncio

        async def main(desk):
            async def background():
                await desk.ask(1)  # here

            asyncio.create_task(background())
            await asyncio.sleep(0.5)
        """
    run = play_on("asyncio", source, Desk())
    (left,) = run.tasks_left
    assert (left.who, left.line, left.what) == (
        "background",
        marked(source),
        Awaited("reply", "ask"),
    )
    assert run.elapsed == 0.5


STRAY = """
    import anyio, asyncio, sniffio, trio

    async def background(desk):
        await desk.ask(1)  # here

    async def main(desk):
        {start}
        await anyio.sleep(0.5)
    """


@pytest.mark.parametrize(
    ("backend", "start"),
    [
        ("asyncio", "kept = asyncio.create_task(background(desk))"),
        ("asyncio", "kept = asyncio.ensure_future(background(desk))"),
        ("asyncio", "kept = asyncio.get_running_loop().create_task(background(desk))"),
        ("asyncio", "kept = asyncio.gather(background(desk), asyncio.sleep(0))"),
        ("asyncio", "asyncio.get_running_loop().call_soon(asyncio.create_task, background(desk))"),
        ("trio", "trio.lowlevel.spawn_system_task(background, desk)"),
        (
            "trio",
            "trio.lowlevel.current_trio_token().run_sync_soon("
            "trio.lowlevel.spawn_system_task, background, desk)",
        ),
    ],
)
def test_a_task_that_is_nobodys_child_is_reported_as_left(play_on, marked, backend, start):
    source = STRAY.format(start=start)
    run = play_on(backend, source, Desk())
    (left,) = run.tasks_left
    assert (left.who, left.line, left.what) == (
        "background",
        marked(source),
        Awaited("reply", "ask"),
    )
    assert [(task.number, task.name) for task in run.tasks if task.name == "background"] == [
        (left.task, "background")
    ]


def test_trios_own_tasks_are_not_the_learners(play_on):
    run = play_on(
        "trio",
        """
        import anyio, gc, trio

        async def items():
            try:
                yield 1
            finally:
                pass

        async def main(desk):
            async for _ in items():
                break
            gc.collect()
            with trio.open_signal_receiver(10):
                pass
            await anyio.to_thread.run_sync(anyio.from_thread.run, anyio.sleep, 0)
            await anyio.sleep(1)
        """,
        Desk(),
    )
    assert [task.name for task in run.tasks] == ["main"]
    assert run.tasks_left == ()


def test_a_stray_task_that_has_ended_is_not_reported(play_on):
    run = play_on(
        "asyncio",
        """
        import asyncio

        async def main(desk):
            task = asyncio.create_task(desk.ask(1))
            await asyncio.sleep(2)
            return task.result()
        """,
        Desk(),
    )
    assert run.value == 1
    assert run.tasks_left == ()


def test_a_task_group_leaves_no_task_behind(play):
    run = play(
        """
        import anyio

        async def main(desk):
            async with anyio.create_task_group() as group:
                for n in range(5):
                    group.start_soon(desk.ask, n)
        """,
        Desk(),
    )
    assert run.tasks_left == ()
    assert run.warnings == []


# --- errors -------------------------------------------------------------------------------------


def test_an_error_is_told_with_the_line_of_the_learners_file(play, marked):
    source = """
        import json

        async def main():
            return json.loads("{")  # here
        """
    run = play(source)
    assert run.error.kind == "JSONDecodeError"
    assert run.error.line == marked(source)
    assert explain(run.trace).message.startswith("it raised JSONDecodeError: ")


def test_an_exception_group_is_a_tree_with_the_line_of_each_error(play, marked):
    source = """
        import anyio

        async def main(desk):
            async def first():
                raise ValueError("one")  # value

            async def second():
                async with anyio.create_task_group() as group:
                    group.start_soon(third)

            async def third():
                await desk.fail("two")  # connection

            async def wait_and(function):
                try:
                    await anyio.sleep(5)
                finally:
                    await function()

            async with anyio.create_task_group() as outer:
                outer.start_soon(wait_and, first)
                outer.start_soon(second)
        """
    run = play(source, Desk())
    assert run.error.kind == "ExceptionGroup"
    lines = {error.kind: (error.message, error.line) for error in run.errors}
    assert lines == {
        "ConnectionError": ("two", marked(source, "# connection")),
        "ValueError": ("one", marked(source, "# value")),
    }
    nested = [child.kind for child in run.error.children if child.children]
    assert nested == ["ExceptionGroup"]
    message = explain(run.trace).message
    assert "an ExceptionGroup of 2 (" in message
    assert "an ExceptionGroup (ConnectionError: two)" in message


def test_a_group_of_very_many_errors_stays_short_enough_to_read(play):
    run = play("""
        async def main():
            raise ExceptionGroup("many", [ValueError("x" * 10_000) for n in range(1000)])
        """)
    assert run.error.kind == "ExceptionGroup"
    assert len(explain(run.trace).message) < 20_000


def test_errors_nested_without_end_stay_short_enough_to_read(play):
    run = play("""
        async def main():
            error = ValueError("x")
            for n in range(300):
                error = ExceptionGroup(str(n), [error, ValueError(n)])
            raise error
        """)
    assert run.error.kind == "ExceptionGroup"
    assert len(explain(run.trace).message) < 20_000


def test_an_error_whose_own_text_fails_is_still_told(play):
    run = play("""
        class Mean(Exception):
            def __str__(self):
                raise ValueError("no")

        async def main():
            raise Mean
        """)
    assert run.error.kind == "Mean"


def test_an_error_whose_text_ends_the_process_is_still_a_failure(play):
    run: Run = play("""
        class Mean(Exception):
            def __str__(self):
                raise SystemExit

        async def main():
            raise Mean
        """)
    assert not isinstance(run.trace.ending, Returned)


def test_a_recursion_without_end_is_an_error_like_others(play, marked):
    source = """
        async def main():
            def again():
                again()  # here
            again()
        """
    run = play(source)
    assert run.error.kind == "RecursionError"
    assert run.error.line == marked(source)


def test_asyncios_functions_on_trio_are_explained(play_on):
    run = play_on(
        "trio",
        """
        import asyncio

        async def main():
            await asyncio.sleep(1)
        """,
    )
    failure = explain(run.trace)
    assert "use anyio.sleep" in failure.advice


@pytest.mark.parametrize(
    ("backend", "use"),
    [
        ("trio", "event.set()"),
        ("asyncio", "anyio.current_time()"),
        ("trio", "anyio.current_time()"),
    ],
)
def test_what_belongs_to_the_event_loop_and_is_used_in_a_thread_is_explained(play_on, backend, use):
    run = play_on(
        backend,
        f"""
        import anyio

        async def main():
            event = anyio.Event()

            def work():
                {use}

            async with anyio.create_task_group() as group:
                group.start_soon(event.wait)
                await anyio.sleep(1)
                await anyio.to_thread.run_sync(work)
        """,
    )
    assert "let the loop make the call, through anyio.from_thread" in explain(run.trace).advice


def test_who_calls_from_thread_in_the_event_loops_own_thread_is_not_sent_there(play):
    run = play("""
        import anyio

        async def main():
            anyio.from_thread.run_sync(print, 1)
        """)
    advice = explain(run.trace).advice
    assert "in the event loop's own thread there is no need for it" in advice
    assert "let the loop make the call" not in advice


def test_input_is_refused_with_a_message(play, marked):
    source = """
        async def main():
            return input("your name: ")  # here
        """
    run = play(source)
    assert run.error.kind == "EOFError"
    failure = explain(run.trace)
    assert failure.line == marked(source)
    assert failure.advice == "take the call of input() out"
