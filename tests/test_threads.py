"""Worker threads share the run's clock and take turns, so that what they do is exact and repeats."""

import os
import subprocess
import sys

import pytest

from checker import Service, blocking
from checker.judge.trace import Awaited, Blocked, Deadlocked, Returned
from checker.report import BACKENDS


class Client(Service):
    """A blocking client of a slow server, with one method that is awaited."""

    latency = 1.0

    @blocking
    def get(self, n: int) -> int:
        return n * 2

    def ask(self, n: int) -> int:
        return n * 2

    @blocking
    def fail(self) -> None:
        raise ConnectionError("no answer")


# --- to_thread ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tokens", "calls", "elapsed"), [(1, 4, 4.0), (3, 10, 4.0), (5, 10, 2.0), (100, 60, 1.0)]
)
def test_a_limiter_lets_so_many_threads_run_at_a_time(play, tokens, calls, elapsed):
    client = Client()
    run = play(
        """
        import anyio

        async def main(client, tokens, calls):
            limiter = anyio.CapacityLimiter(tokens)
            answers = {}

            async def one(n):
                answers[n] = await anyio.to_thread.run_sync(client.get, n, limiter=limiter)

            async with anyio.create_task_group() as group:
                for n in range(calls):
                    group.start_soon(one, n)
            return answers
        """,
        client,
        tokens,
        calls,
    )
    assert run.value == {n: n * 2 for n in range(calls)}
    assert run.elapsed == elapsed
    assert run.most_in_flight("get") == min(tokens, calls)
    assert run.blocked == []
    assert all(call.thread for call in run.calls)


def test_without_a_limiter_of_its_own_a_call_takes_from_the_forty_tokens_of_the_default(play):
    run = play(
        """
        import anyio

        async def main(client):
            async with anyio.create_task_group() as group:
                for n in range(100):
                    group.start_soon(anyio.to_thread.run_sync, client.get, n)
        """,
        Client(),
    )
    assert run.elapsed == 3.0
    assert run.most_in_flight() == 40


def test_the_default_limiter_can_be_changed(play):
    run = play(
        """
        import anyio

        async def main(client):
            anyio.to_thread.current_default_thread_limiter().total_tokens = 2
            async with anyio.create_task_group() as group:
                for n in range(6):
                    group.start_soon(anyio.to_thread.run_sync, client.get, n)
        """,
        Client(),
    )
    assert run.elapsed == 3.0
    assert run.most_in_flight() == 2


def test_a_call_in_a_thread_counts_for_the_task_that_waits_for_it(play):
    run = play(
        """
        import anyio

        async def main(client):
            await anyio.to_thread.run_sync(client.get, 0)

            async def child():
                await anyio.to_thread.run_sync(client.get, 1)

            async with anyio.create_task_group() as group:
                group.start_soon(child)
        """,
        Client(),
    )
    names = {task.number: task.name for task in run.tasks}
    assert [names[call.task] for call in run.calls] == ["main", "child"]


def test_an_error_in_a_thread_arrives_where_it_is_awaited(play):
    run = play(
        """
        import anyio

        async def main(client):
            try:
                await anyio.to_thread.run_sync(client.fail)
            except ConnectionError as error:
                return str(error)
        """,
        Client(),
    )
    assert run.value == "no answer"
    assert [call.outcome for call in run.calls] == ["failed"]


def test_the_loop_goes_on_while_threads_wait(play):
    run = play(
        """
        import anyio

        async def main(client):
            began = anyio.current_time()
            beats = []

            async def beat():
                for _ in range(4):
                    await anyio.sleep(0.3)
                    beats.append(round(anyio.current_time() - began, 3))

            async with anyio.create_task_group() as group:
                group.start_soon(beat)
                await anyio.to_thread.run_sync(client.get, 1)
                beats.append("answer")
            return beats
        """,
        Client(),
    )
    assert run.value == [0.3, 0.6, 0.9, "answer", 1.2]


def test_the_clock_stands_still_while_a_thread_computes(play):
    run = play("""
        import anyio

        async def main():
            async with anyio.create_task_group() as group:
                group.start_soon(anyio.sleep, 0.001)
                began = anyio.current_time()
                total = await anyio.to_thread.run_sync(lambda: sum(range(500_000)))
                return [total, anyio.current_time() - began]
        """)
    assert run.value == [sum(range(500_000)), 0.0]


def test_imported_by_name_to_thread_takes_turns_too(play):
    run = play(
        """
        from anyio.from_thread import run_sync as in_loop
        from anyio.to_thread import run_sync as in_thread
        from time import sleep

        async def main(client):
            def work():
                sleep(2)
                return in_loop(client.get, 4)
            return await in_thread(work)
        """,
        Client(),
    )
    assert run.value == 8
    assert run.elapsed == 3.0


# --- from_thread --------------------------------------------------------------------------------


def test_threads_call_into_the_loop_in_the_exact_order_of_their_sleeps(play_on):
    source = """
        import anyio, time

        async def main(client):
            log = []
            began = anyio.current_time()

            def note(name, i):
                log.append([name, i, round(anyio.current_time() - began, 6)])

            def work(name, pause):
                for i in range(3):
                    time.sleep(pause)
                    anyio.from_thread.run_sync(note, name, i)
                return anyio.from_thread.run(client.ask, 0)

            async with anyio.create_task_group() as group:
                for name, pause in (("a", 1), ("b", 0.7), ("c", 1.3)):
                    group.start_soon(anyio.to_thread.run_sync, work, name, pause)
            return log
        """
    runs = [play_on(backend, source, Client()) for backend in BACKENDS]
    for run in runs:
        assert run.value == [
            ["b", 0, 0.7],
            ["a", 0, 1.0],
            ["c", 0, 1.3],
            ["b", 1, 1.4],
            ["a", 1, 2.0],
            ["b", 2, 2.1],
            ["c", 1, 2.6],
            ["a", 2, 3.0],
            ["c", 2, 3.9],
        ]
        assert run.elapsed == 4.9


@pytest.mark.parametrize(("rings", "noticed"), [(False, 3), (True, 1), (None, 2)])
def test_a_thread_that_sets_an_event_itself_does_not_wake_up_a_loop_that_sleeps(
    play_on, rings, noticed
):
    """As on the real clock: asyncio's loop finds what the thread has done when it wakes up anyway."""
    source = f"""
        import anyio, time

        rings = {rings}

        async def main(client):
            event = anyio.Event()
            began = anyio.current_time()

            def work():
                time.sleep(1)
                if rings:
                    anyio.from_thread.run_sync(event.set)
                else:
                    event.set()
                time.sleep(2)

            async def wait():
                await event.wait()
                return anyio.current_time() - began

            async with anyio.create_task_group() as group:
                handle = group.start_soon(wait)
                if rings is None:
                    group.start_soon(anyio.sleep, 2)  # Its timer wakes up the loop.
                await anyio.to_thread.run_sync(work)
            return handle.return_value
        """
    assert play_on("asyncio", source, Client()).value == noticed
    trio = play_on("trio", source, Client())
    if rings:
        assert trio.value == noticed
    else:
        assert "must be called from async context" in str(trio.errors)


def test_a_thread_gets_the_value_or_the_error_of_what_it_ran_in_the_loop(play):
    run = play(
        """
        import anyio

        async def main(client):
            async def broken():
                await anyio.sleep(1)
                raise LookupError("lost")

            def broken_at_once():
                raise LookupError("lost at once")

            def work():
                seen = [anyio.from_thread.run(client.ask, 21)]
                for call, function in (
                    (anyio.from_thread.run, broken), (anyio.from_thread.run_sync, broken_at_once)
                ):
                    try:
                        call(function)
                    except LookupError as error:
                        seen.append(str(error))
                return seen

            return await anyio.to_thread.run_sync(work)
        """,
        Client(),
    )
    assert run.value == [42, "lost", "lost at once"]
    assert run.elapsed == 2.0


def test_many_threads_feed_one_stream_in_the_same_order_on_both_backends(play_on):
    source = """
        import anyio, time

        async def main():
            send, receive = anyio.create_memory_object_stream(2)
            got = []

            def produce(name, pause, send):
                for i in range(4):
                    time.sleep(pause)
                    anyio.from_thread.run(send.send, f"{name}{i}")
                anyio.from_thread.run_sync(send.close)

            async with anyio.create_task_group() as group:
                for name, pause in (("a", 1), ("b", 0.7), ("c", 1.3)):
                    group.start_soon(anyio.to_thread.run_sync, produce, name, pause, send.clone())
                send.close()
                async for item in receive:
                    got.append(item)
            return got
        """
    one, other = (play_on(backend, source) for backend in BACKENDS)
    assert one.value == other.value
    assert len(one.value) == 12
    assert one.elapsed == other.elapsed == 5.2


def test_a_portal_carries_calls_from_a_thread_into_the_loop(play):
    run = play(
        """
        import anyio
        from anyio.from_thread import BlockingPortal

        async def main(client):
            async with BlockingPortal() as portal:
                def work():
                    futures = [portal.start_task_soon(client.ask, n) for n in range(3)]
                    return [future.result() for future in futures] + [portal.call(client.ask, 9)]
                return await anyio.to_thread.run_sync(work)
        """,
        Client(),
    )
    assert run.value == [0, 2, 4, 18]
    assert run.elapsed == 2.0


def test_a_call_into_the_loop_waits_until_the_loop_is_free(play):
    run = play("""
        import anyio, time

        async def main():
            began = anyio.current_time()

            def work():
                time.sleep(1)
                return anyio.from_thread.run_sync(anyio.current_time) - began

            async with anyio.create_task_group() as group:
                handle = group.create_task(anyio.to_thread.run_sync(work))
                await anyio.sleep(0.5)
                time.sleep(4)
                return await handle
        """)
    assert run.value == 4.5


# --- threads that are cancelled -----------------------------------------------------------------


def test_an_abandoned_thread_is_left_to_itself(play, marked):
    source = """
        import anyio, time

        def work():
            time.sleep(10)  # here

        async def main():
            with anyio.move_on_after(2.5) as scope:
                await anyio.to_thread.run_sync(work, abandon_on_cancel=True)
            return scope.cancelled_caught
        """
    run = play(source)
    assert run.value is True
    assert run.elapsed == 2.5
    (left,) = run.threads_left
    assert (left.who, left.line, left.what) == (
        "work",
        marked(source),
        Awaited("thread's sleep"),
    )


def test_an_abandoned_thread_goes_on_beside_the_program(play):
    run = play(
        """
        import anyio

        async def main(client):
            with anyio.move_on_after(0.5):
                await anyio.to_thread.run_sync(client.get, 1, abandon_on_cancel=True)
            await anyio.sleep(5)
        """,
        Client(),
    )
    assert run.elapsed == 5.5
    assert [(call.ended, call.outcome) for call in run.calls] == [(1.0, "answered")]
    assert run.threads_left == ()


def test_a_thread_that_may_not_be_abandoned_is_waited_for(play):
    run = play("""
        import anyio, time

        async def main():
            with anyio.move_on_after(2.5) as scope:
                await anyio.to_thread.run_sync(time.sleep, 10)
                await anyio.sleep(100)
            return scope.cancelled_caught
        """)
    assert run.value is True
    assert run.elapsed == 10.0
    assert run.threads_left == ()


def test_a_thread_can_ask_whether_it_was_cancelled(play):
    run = play("""
        import anyio, time

        async def main():
            rounds = []

            def work():
                while True:
                    time.sleep(1)
                    anyio.from_thread.check_cancelled()
                    rounds.append(1)

            with anyio.move_on_after(2.5):
                await anyio.to_thread.run_sync(work)
            return len(rounds)
        """)
    assert run.value == 2
    assert run.elapsed == 3.0


def test_a_call_that_waits_for_a_token_is_no_thread_and_can_be_cancelled(play):
    run = play(
        """
        import anyio

        async def main(client):
            limiter = anyio.CapacityLimiter(1)
            async with anyio.create_task_group() as group:
                for n in range(3):
                    group.start_soon(
                        lambda n=n: anyio.to_thread.run_sync(client.get, n, limiter=limiter)
                    )
                await anyio.sleep(0.5)
                group.cancel_scope.cancel()
            return limiter.borrowed_tokens
        """,
        Client(),
    )
    assert run.value == 0
    assert run.elapsed == 1.0
    assert len(run.calls) == 1


def test_cancelled_from_outside_a_submission_waits_for_its_threads(play):
    run = play(
        """
        import anyio

        async def main(client):
            await anyio.to_thread.run_sync(client.get, 1)
            await anyio.sleep(100)
        """,
        Client(),
        cancel_after=0.5,
    )
    assert run.was_cancelled
    assert run.elapsed == 1.0


# --- threads of other makes ---------------------------------------------------------------------


@pytest.mark.parametrize(("workers", "elapsed"), [(1, 10.0), (3, 4.0), (10, 1.0)])
def test_an_executor_in_a_thread_runs_so_many_at_a_time(play, workers, elapsed):
    run = play(
        """
        import anyio
        from concurrent.futures import ThreadPoolExecutor

        async def main(client, workers):
            def work():
                with ThreadPoolExecutor(workers) as executor:
                    return list(executor.map(client.get, range(10)))
            return await anyio.to_thread.run_sync(work)
        """,
        Client(),
        workers,
    )
    assert run.value == [n * 2 for n in range(10)]
    assert run.elapsed == elapsed
    assert run.most_in_flight() == workers
    assert run.blocked == []


def test_futures_of_an_executor_can_be_waited_for_with_a_timeout(play):
    run = play("""
        import anyio, concurrent.futures, time

        async def main():
            def work():
                with concurrent.futures.ThreadPoolExecutor(2) as executor:
                    slow = executor.submit(time.sleep, 5)
                    quick = executor.submit(time.sleep, 1)
                    done, waiting = concurrent.futures.wait([slow, quick], timeout=2)
                    seen = [done == {quick}, waiting == {slow}, time.monotonic() - 1000]
                    try:
                        slow.result(timeout=1.5)
                    except TimeoutError:
                        seen.append(time.monotonic() - 1000)
                    return seen
            return await anyio.to_thread.run_sync(work)
        """)
    assert run.value == [True, True, 2.0, 3.5]
    assert run.elapsed == 5.0


def test_asyncios_own_threads_follow_the_clock(play_on):
    run = play_on(
        "asyncio",
        """
        import asyncio, time

        async def main(client):
            loop = asyncio.get_running_loop()
            answers = await asyncio.gather(
                asyncio.to_thread(client.get, 1),
                loop.run_in_executor(None, client.get, 2),
                asyncio.to_thread(time.sleep, 2.5),
            )
            return answers, loop.time() - 1000
        """,
        Client(),
    )
    assert run.value == [[2, 4, None], 2.5]
    assert run.blocked == []


def test_asyncios_thread_that_outlives_its_timeout_is_left(play_on):
    run = play_on(
        "asyncio",
        """
        import asyncio, time

        def work():
            time.sleep(10)

        async def main():
            try:
                async with asyncio.timeout(1):
                    await asyncio.to_thread(work)
            except TimeoutError:
                return "too late"
        """,
    )
    assert run.value == "too late"
    assert run.elapsed == 1.0
    assert [left.what.kind for left in run.threads_left] == ["thread's sleep"]


def test_trios_own_threads_are_refused_or_follow_the_clock(play_on):
    run = play_on(
        "trio",
        """
        import trio

        async def main(client):
            return await trio.to_thread.run_sync(client.get, 1)
        """,
        Client(),
    )
    if run.error is None:
        assert run.value == 2
        assert run.elapsed == 1.0
    else:
        assert "start threads with anyio.to_thread.run_sync()" in run.error.message


def test_a_raw_thread_that_the_loop_joins_blocks_it(play, marked):
    source = """
        import threading

        async def main(client):
            thread = threading.Thread(target=client.get, args=(1,), name="helper")
            thread.start()
            thread.join()  # here
            return thread.is_alive()
        """
    run = play(source, Client())
    assert run.value is False
    assert run.blocked == [Blocked(Awaited("thread's end", "helper"), marked(source), 0.0, 1.0)]


def test_a_raw_thread_that_nobody_joins_is_left(play):
    run = play(
        """
        import anyio, threading

        async def main(client):
            threading.Thread(target=client.get, args=(1,), name="helper").start()
            await anyio.sleep(0.5)
        """,
        Client(),
    )
    assert run.elapsed == 0.5
    assert [left.who for left in run.threads_left] == ["helper"]


def test_a_raw_thread_that_has_ended_is_not_left(play):
    run = play("""
        import anyio, threading, time

        async def main():
            thread = threading.Thread(target=time.sleep, args=(1,), daemon=True)
            thread.start()
            await anyio.sleep(2)
            return thread.is_alive()
        """)
    assert run.value is False
    assert run.threads_left == ()


def test_a_join_with_a_timeout_gives_up_when_it_is_over(play):
    run = play("""
        import anyio, threading, time

        async def main():
            def work():
                thread = threading.Thread(target=time.sleep, args=(5,))
                thread.start()
                seen = []
                for timeout in (2, 2, 2):
                    thread.join(timeout)
                    seen.append([thread.is_alive(), time.monotonic() - 1000])
                return seen
            return await anyio.to_thread.run_sync(work)
        """)
    assert run.value == [[True, 2.0], [True, 4.0], [False, 5.0]]


def test_a_timer_goes_off_when_it_is_due(play):
    run = play("""
        import anyio, threading, time

        async def main():
            def work():
                rung = []
                early = threading.Timer(3, lambda: rung.append(time.monotonic() - 1000))
                never = threading.Timer(4, lambda: rung.append("never"))
                early.start(); never.start()
                early.join()
                never.cancel()
                never.join()
                return rung
            return await anyio.to_thread.run_sync(work)
        """)
    assert run.value == [3.0]
    assert run.elapsed == 3.0


# --- what threads share -------------------------------------------------------------------------

# Bodies of a function that runs in a worker thread. `spawn(function, *arguments)` starts another
# thread and `at()` says how late it is; each is followed by what it returns.
SHARED = {
    "a lock is handed from one thread to the next": (
        """
        lock, log = threading.Lock(), []
        def hold(n):
            with lock:
                time.sleep(2)
                log.append([n, at()])
        for thread in [spawn(hold, n) for n in range(3)]:
            thread.join()
        return log
        """,
        [[0, 2.0], [1, 4.0], [2, 6.0]],
    ),
    "a lock is waited for no longer than its timeout": (
        """
        lock = threading.Lock()
        def hold():
            with lock:
                time.sleep(5)
        thread = spawn(hold)
        time.sleep(1)
        seen = [lock.acquire(timeout=2), at(), lock.acquire(blocking=False), at()]
        seen += [lock.acquire(timeout=9), at(), lock.locked()]
        return seen
        """,
        [False, 3.0, False, 3.0, True, 5.0, True],
    ),
    "an RLock can be taken again by its holder alone": (
        """
        lock, seen = threading.RLock(), []
        def other():
            seen.append([lock.acquire(timeout=0.5), at()])
        with lock, lock:
            spawn(other).join()
        with lock:
            seen.append(at())
        return seen
        """,
        [[False, 0.5], 0.5],
    ),
    "a semaphore lets so many in": (
        """
        semaphore, inside, most = threading.BoundedSemaphore(3), [0], [0]
        def enter():
            with semaphore:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                time.sleep(1)
                inside[0] -= 1
        for thread in [spawn(enter) for _ in range(10)]:
            thread.join()
        return [most[0], at()]
        """,
        [3, 4.0],
    ),
    "a semaphore is waited for no longer than its timeout": (
        """
        semaphore = threading.Semaphore(0)
        seen = [semaphore.acquire(timeout=1.5), at()]
        threading.Timer(1, semaphore.release).start()
        return seen + [semaphore.acquire(timeout=5), at()]
        """,
        [False, 1.5, True, 2.5],
    ),
    "an event wakes all who wait for it": (
        """
        event, woken = threading.Event(), []
        def wait(n):
            event.wait()
            woken.append([n, at()])
        threads = [spawn(wait, n) for n in range(3)]
        time.sleep(2)
        event.set()
        for thread in threads:
            thread.join()
        return woken
        """,
        [[0, 2.0], [1, 2.0], [2, 2.0]],
    ),
    "an event is waited for no longer than its timeout": (
        """
        event = threading.Event()
        return [event.wait(0), event.wait(0.25), at(), event.set(), event.wait(9), at()]
        """,
        [False, False, 0.25, None, True, 0.25],
    ),
    "a condition wakes as many as are notified": (
        """
        condition, woken = threading.Condition(), []
        def wait(n):
            with condition:
                condition.wait()
                woken.append([n, at()])
        threads = [spawn(wait, n) for n in range(3)]
        for count in (1, 2):
            time.sleep(1)
            with condition:
                condition.notify(count)
        for thread in threads:
            thread.join()
        return woken
        """,
        [[0, 1.0], [1, 2.0], [2, 2.0]],
    ),
    "a condition is waited for no longer than its timeout": (
        """
        condition, ready = threading.Condition(), []
        with condition:
            seen = [condition.wait(1.5), at(), condition.wait_for(lambda: bool(ready), timeout=2), at()]
        def prepare():
            with condition:
                ready.append(1)
                condition.notify_all()
        threading.Timer(3, prepare).start()
        with condition:
            return seen + [condition.wait_for(lambda: bool(ready), timeout=60), at()]
        """,
        [False, 1.5, False, 3.5, True, 6.5],
    ),
    "a barrier opens when all are there": (
        """
        barrier, passed = threading.Barrier(3), []
        def arrive(n):
            time.sleep(n)
            barrier.wait()
            passed.append(at())
        for thread in [spawn(arrive, n) for n in (1, 2, 4)]:
            thread.join()
        return passed
        """,
        [4.0, 4.0, 4.0],
    ),
    "a barrier breaks when its timeout is over": (
        """
        barrier = threading.Barrier(2, timeout=2.5)
        try:
            barrier.wait()
        except threading.BrokenBarrierError:
            return at()
        """,
        2.5,
    ),
    "a queue hands items over and is joined when they are done": (
        """
        items, got = queue.Queue(maxsize=2), []
        def work():
            while (item := items.get()) is not None:
                time.sleep(1)
                got.append([item, at()])
                items.task_done()
        thread = spawn(work)
        for n in range(4):
            items.put(n)
        put = at()
        items.join()
        items.put(None)
        thread.join()
        return [got, put]
        """,
        [[[0, 1.0], [1, 2.0], [2, 3.0], [3, 4.0]], 1.0],
    ),
    "a queue is waited for no longer than its timeout": (
        """
        items, seen = queue.Queue(maxsize=1), []
        try:
            items.get(timeout=1.25)
        except queue.Empty:
            seen.append(["empty", at()])
        items.put(1)
        try:
            items.put(2, timeout=0.75)
        except queue.Full:
            seen.append(["full", at()])
        threading.Timer(1, items.get).start()
        items.put(3, timeout=60)
        return seen + [at()]
        """,
        [["empty", 1.25], ["full", 2.0], 3.0],
    ),
    "a simple queue is waited for no longer than its timeout": (
        """
        items = queue.SimpleQueue()
        try:
            items.get(timeout=1.25)
        except queue.Empty:
            threading.Timer(1, items.put, [7]).start()
            return [items.get(timeout=60), at()]
        """,
        [7, 2.25],
    ),
    "threads pass a turn to and fro": (
        """
        ping, pong, log = threading.Event(), threading.Event(), []
        def other():
            for n in range(3):
                ping.wait(); ping.clear()
                time.sleep(0.5)
                log.append(["pong", at()])
                pong.set()
        thread = spawn(other)
        for n in range(3):
            log.append(["ping", at()])
            ping.set()
            pong.wait(); pong.clear()
        thread.join()
        return log
        """,
        [["ping", 0.0], ["pong", 0.5], ["ping", 0.5], ["pong", 1.0], ["ping", 1.0], ["pong", 1.5]],
    ),
}

PRELUDE = """\
import queue, threading, time
import anyio

def at():
    return time.monotonic() - 1000

def spawn(function, *arguments):
    thread = threading.Thread(target=function, args=arguments)
    thread.start()
    return thread

def work():
{body}

async def main():
    return await anyio.to_thread.run_sync(work)
"""


@pytest.mark.parametrize("name", SHARED)
def test_in_worker_threads(play, name):
    body, expected = SHARED[name]
    indented = "\n".join(row.removeprefix("    ") for row in body.splitlines())
    run = play(PRELUDE.format(body=indented))
    assert run.value == expected
    assert run.blocked == []


def test_an_event_that_no_thread_sets_is_a_deadlock_that_names_the_line(play, marked):
    source = """
        import anyio, threading

        async def main():
            event = threading.Event()

            def work():
                event.wait()  # here

            await anyio.to_thread.run_sync(work)
        """
    run = play(source)
    assert isinstance(run.trace.ending, Deadlocked)
    main, worker = run.trace.ending.waits
    assert main.what == Awaited("worker", "work")
    assert (worker.who, worker.line) == ("work", marked(source))


def test_two_threads_that_hold_each_others_lock_are_a_deadlock(fail):
    failure = fail("""
        import anyio, threading, time

        async def main():
            a, b = threading.Lock(), threading.Lock()

            def take(x, y):
                with x:
                    time.sleep(1)
                    with y:
                        pass

            async with anyio.create_task_group() as group:
                group.start_soon(anyio.to_thread.run_sync, take, a, b)
                group.start_soon(anyio.to_thread.run_sync, take, b, a)
        """)
    assert "deadlock after 1 s" in failure.message
    assert failure.message.count("worker thread take waits at line 9 for") == 2


# --- blocking the loop --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "what", "length"),
    [
        ("time.sleep(2)", Awaited("thread's sleep"), 2.0),
        ("client.get(1)", Awaited("reply", "get"), 1.0),
        ("threading.Event().wait(0.5)", Awaited("thread's lock"), 0.5),
        ("threading.Lock().acquire()", None, 0.0),
    ],
)
def test_a_blocking_call_on_the_loops_thread_is_recorded(play, marked, call, what, length):
    source = f"""
        import anyio, queue, threading, time

        async def main(client):
            await anyio.sleep(0.5)
            {call}  # here
        """
    run = play(source, Client())
    expected = [Blocked(what, marked(source), 0.5, 0.5 + length)] if what else []
    assert run.blocked == expected
    assert run.elapsed == 0.5 + length


def test_no_task_runs_while_the_loop_is_blocked(play):
    run = play("""
        import anyio, time

        async def main():
            async def beat():
                for _ in range(3):
                    await anyio.sleep(1)
                    print("beat")

            async with anyio.create_task_group() as group:
                group.start_soon(beat)
                await anyio.sleep(0.5)
                time.sleep(4)
        """)
    assert [p.at for p in run.prints] == [4.5, 5.5, 6.5]
    assert [(b.started, b.ended) for b in run.blocked] == [(0.5, 4.5)]


def test_replies_that_come_while_the_loop_is_blocked_are_seen_afterwards(play):
    run = play(
        """
        import anyio, time

        async def main(client):
            seen = []
            began = anyio.current_time()

            async def ask():
                seen.append([await client.ask(1), anyio.current_time() - began])

            async with anyio.create_task_group() as group:
                group.start_soon(ask)
                await anyio.sleep(0.5)
                time.sleep(3)
            return seen
        """,
        Client(),
    )
    assert run.value == [[2, 3.5]]
    assert [(call.started, call.ended) for call in run.calls] == [(0.0, 1.0)]


def test_worker_threads_run_on_while_the_loop_is_blocked(play):
    run = play(
        """
        import anyio, time

        async def main(client):
            async with anyio.create_task_group() as group:
                group.start_soon(anyio.to_thread.run_sync, lambda: [client.get(n) for n in range(3)])
                await anyio.sleep(0.5)
                time.sleep(2)
        """,
        Client(),
    )
    assert [(call.started, call.ended) for call in run.calls] == [(0, 1), (1, 2), (2, 3)]
    assert run.elapsed == 3.0


def test_a_loop_that_never_blocks_is_not_accused(play):
    run = play(
        """
        import anyio

        async def main(client):
            await anyio.to_thread.run_sync(client.get, 1)
            await anyio.sleep(1)
            await client.ask(1)
        """,
        Client(),
    )
    assert run.blocked == []


def test_a_loop_blocked_for_ever_is_a_deadlock_that_names_its_line(fail, marked):
    source = """
        import threading

        async def main():
            lock = threading.Lock()
            lock.acquire()
            lock.acquire()  # here
        """
    failure = fail(source)
    assert "deadlock" in failure.message
    assert failure.line == marked(source)


# --- the same every time ------------------------------------------------------------------------

REPEATED = {
    "a crowd of threads behind a limiter": """
        import anyio, random, time

        async def main(client):
            limiter = anyio.CapacityLimiter(4)
            order = []

            def work(n):
                time.sleep(random.random())
                answer = client.get(n)
                order.append(n)
                print(n, answer)
                return answer

            async with anyio.create_task_group() as group:
                for n in range(12):
                    group.start_soon(lambda n=n: anyio.to_thread.run_sync(work, n, limiter=limiter))
            return order
        """,
    "threads that share a queue and call into the loop": """
        import anyio, queue, threading, time

        async def main(client):
            items, log = queue.Queue(), []

            def work(name):
                while (item := items.get()) is not None:
                    client.get(item)
                    anyio.from_thread.run_sync(log.append, (name, item))
                    anyio.from_thread.run(client.ask, item)

            def fill():
                for n in range(9):
                    items.put(n)
                    time.sleep(0.25)
                for _ in range(3):
                    items.put(None)

            async with anyio.create_task_group() as group:
                for name in "abc":
                    group.start_soon(anyio.to_thread.run_sync, work, name)
                group.start_soon(anyio.to_thread.run_sync, fill)
            return log
        """,
    "an executor and threads that are polled": """
        import anyio, threading, time
        from concurrent.futures import ThreadPoolExecutor, as_completed

        async def main(client):
            def work():
                threads = [threading.Thread(target=time.sleep, args=(n,)) for n in range(4)]
                for thread in threads:
                    thread.start()
                alive = []
                while any(thread.is_alive() for thread in threads):
                    alive.append([thread.is_alive() for thread in threads])
                    time.sleep(0.5)
                with ThreadPoolExecutor(3) as executor:
                    futures = [executor.submit(client.get, n) for n in range(7)]
                    return alive, [future.result() for future in as_completed(futures)]
            return await anyio.to_thread.run_sync(work)
        """,
    "threads and tasks that are cancelled": """
        import anyio, time

        async def main(client):
            log = []

            def work(n):
                for i in range(5):
                    time.sleep(n)
                    try:
                        anyio.from_thread.check_cancelled()
                    except BaseException:
                        log.append(("cancelled", n, i))
                        raise

            with anyio.move_on_after(2):
                async with anyio.create_task_group() as group:
                    for n in (0.3, 0.5, 0.7):
                        group.start_soon(anyio.to_thread.run_sync, work, n)
                        group.start_soon(
                            lambda n=n: anyio.to_thread.run_sync(client.get, int(n * 10), abandon_on_cancel=True)
                        )
                    for n in range(5):
                        group.start_soon(client.ask, n)
            return log
        """,
}


@pytest.fixture
def busy_machine():
    """Every core of this machine has more to do than it can."""
    burn = [sys.executable, "-c", "while True: pass"]
    burners = [subprocess.Popen(burn) for _ in range((os.cpu_count() or 1) + 1)]
    yield
    for burner in burners:
        burner.kill()
        burner.wait()


@pytest.mark.parametrize("name", REPEATED)
def test_twenty_runs_of_the_same_source_are_equal(play, name):
    traces = [play(REPEATED[name], Client(), seed=7).trace for _ in range(20)]
    assert isinstance(traces[0].ending, Returned)
    for trace in traces[1:]:
        assert trace == traces[0]


def test_runs_on_a_busy_machine_equal_those_on_an_idle_one(play, request):
    idle = {name: play(source, Client(), seed=7).trace for name, source in REPEATED.items()}
    request.getfixturevalue("busy_machine")
    for _ in range(5):
        for name, source in REPEATED.items():
            assert play(source, Client(), seed=7).trace == idle[name]


def test_threads_that_ask_the_loop_again_and_again_through_a_portal_are_all_served(play):
    class Desk(Service):
        latency = 1.0

        def ask(self, number: int) -> int:
            return number * 2

    run = play(
        """
        import anyio
        import anyio.to_thread
        from anyio.from_thread import BlockingPortal

        async def main(desk):
            async with BlockingPortal() as portal:

                def work(first):
                    asked = [portal.start_task_soon(desk.ask, first + i) for i in range(5)]
                    return [answer.result() for answer in asked]

                return await anyio.amap(
                    lambda first: anyio.to_thread.run_sync(work, first), [0, 10, 20]
                )
        """,
        Desk(),
    )
    assert run.value == [[2 * (first + i) for i in range(5)] for first in (0, 10, 20)]
    assert run.elapsed == 1.0


@pytest.mark.parametrize("abandoned", [False, True], ids=["awaited", "abandoned"])
def test_how_long_a_thread_needs_to_hand_in_its_result_changes_nothing(play, abandoned):
    """While it hands it in, the loop is blocked, and then goes on with other tasks."""
    source = """
        import anyio, sys, threading, time
        from queue import SimpleQueue

        real_sleep = time.sleep

        def hand_in_late(frame, event, argument):
            # What runs a function in its turn, in the sandbox.
            if event == "return" and frame.f_code.co_qualname == "Ticket.run":
                real_sleep(0.02)

        async def main(client, late, abandoned):
            if late:
                threading.setprofile(hand_in_late)
            results = SimpleQueue()

            def work(n):
                results.put(client.get(n))
                return n

            async def one(n):
                with anyio.move_on_after(0.5 if abandoned else 100):
                    print(await anyio.to_thread.run_sync(work, n, abandon_on_cancel=abandoned))

            async def show():
                await anyio.sleep(0.75)
                for n in range(4):
                    print(results.get())
                    await anyio.lowlevel.checkpoint()

            async def beside(n):
                for _ in range(3):
                    await client.ask(n)

            async with anyio.create_task_group() as group:
                for n in range(4):
                    group.start_soon(one, n)
                    group.start_soon(beside, n)
                group.start_soon(show)
        """
    at_once, late = (
        [play(source, Client(), is_late, abandoned, seed=seed).trace for seed in range(1, 5)]
        for is_late in (False, True)
    )
    assert all(isinstance(trace.ending, Returned) for trace in at_once)
    assert late == at_once
