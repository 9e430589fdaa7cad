"""What is told of a run: its causes, its story, and the lanes of its tasks and threads."""

import re

import pytest

from checker import Case, Service, blocking, check, takes
from checker.judge.attempt import play, try_check
from checker.judge.causes import OwnTimeout, SwallowedCancellation, TookTurns, find_causes
from checker.judge.grade import report_on
from checker.judge.launch import Program
from checker.judge.record import record
from checker.judge.setting import Setting
from checker.judge.story import MAX_SENTENCES, tell
from checker.judge.trace import Returned, Trace, Waited
from checker.judge.words import told_cause
from checker.submission import Source
from checker_sandbox.wire.messages import Awaited
from tests.conftest import written


def message_of(tried):
    return report_on(it_runs, "asyncio", Source("exercise.py", b""), tried).message


def told_causes(trace):
    return [told_cause(trace, cause) for cause in find_causes(trace)]


class Desk(Service):
    latency = 1.0

    def __init__(self) -> None:
        self.value = 0

    def read(self) -> int:
        return self.value

    def write(self, value: int) -> None:
        self.value = value

    def fail(self) -> None:
        raise ConnectionError("nobody there")

    @blocking
    def hold(self) -> None:
        pass

    @takes(0.0)
    def glance(self) -> int:
        return self.value


@check("It runs", advice="make it run")
def it_runs(case: Case) -> None:
    world = case.world()
    run = world.attempt("main", world.add(Desk()))
    run.expect(run.error is None and not run.tasks_left, "it went wrong")
    run.expect(not run.blocked, "it was blocked")


@pytest.fixture
def watch(sandbox, backend):
    """The attempt at `it_runs` of a source text, watched."""

    def watch(source: str):
        setting = Setting(sandbox, Program(written(source).encode()), backend)
        tried = try_check(it_runs, setting, "seed")
        if tried.failure is None:
            setting = Setting(sandbox, setting.program, backend, fresh=True, watched=True)
            tried = play(it_runs, setting, "seed")
        return tried

    return watch


def texts(sentences):
    return [sentence.text for sentence in sentences]


def lanes_of(tried):
    return record(
        tried.trace,
        exercise="a/b",
        title="",
        check="",
        token="",
        passed=tried.failure is None,
        message="",
        file="exercise.py",
        source=b"",
    ).lanes


CIRCLE = """
    import anyio

    async def main(desk):
        locks = [anyio.Lock(), anyio.Lock()]

        async def take(first, second):
            async with locks[first]:
                await desk.read()
                async with locks[second]:  # here
                    pass

        async with anyio.create_task_group() as group:
            group.start_soon(take, 0, 1)
            group.start_soon(take, 1, 0)
    """


def test_a_deadlock_names_the_circle_with_its_lines(watch, marked):
    line = marked(CIRCLE)
    (cause,) = told_causes(watch(CIRCLE).trace)
    assert cause.text == (
        f"a circle that nobody can break: task 2 (take) at line {line} waits for "
        f"task 3 (take) at line {line}, which waits for task 2 (take)"
    )
    assert cause.line == line
    assert cause.key


def test_a_lock_that_its_own_holder_waits_for_is_a_circle_of_one(watch):
    cause = told_causes(
        watch("""
        import anyio

        async def main(desk):
            semaphore = anyio.Semaphore(1)
            async with semaphore:
                async with semaphore:
                    pass
        """).trace
    )
    assert "task 1 (main) at line 6 waits for itself" in cause[0].text


def test_a_permit_that_went_with_its_task_is_told_with_the_task(watch):
    source = """
        import anyio

        async def main(desk):
            semaphore = anyio.Semaphore(1)

            async def take():
                await semaphore.acquire()  # here
                await desk.read()

            async with anyio.create_task_group() as group:
                group.start_soon(take)
                group.start_soon(take)
        """
    tried = watch(source)
    (cause,) = told_causes(tried.trace)
    assert "task 2 (take) took a permit and returned at 1 s without giving it back" in cause.text
    assert "waits for one at line 7" in cause.text
    assert "no permits left; task 2 (take) took one and has ended" in message_of(tried)


def test_an_end_of_a_stream_that_was_never_closed_is_told_with_who_has_it(watch):
    message = message_of(
        watch("""
        import anyio

        async def main(desk):
            send, receive = anyio.create_memory_object_stream(1)

            async def read():
                async for _ in receive:
                    pass

            async with anyio.create_task_group() as group:
                group.start_soon(read)
        """),
    )
    assert "(1 send end still open, in task 1 (main))" in message


def test_a_held_loop_is_told_with_whom_it_kept_waiting(watch):
    source = """
        import anyio

        async def main(desk):
            async def hold():
                desk.hold()  # here

            async def read():
                await desk.read()

            async with anyio.create_task_group() as group:
                group.start_soon(read)
                await anyio.sleep(0.5)
                group.start_soon(hold)
        """
    (cause,) = told_causes(watch(source).trace)
    assert cause.text == (
        "task 3 (hold) holds the event loop in hold() at line 5 from 0.5 s to 1.5 s; meanwhile "
        "task 2 (read), which had the reply to read() at 1 s, could not run"
    )


SWALLOWED = """
    import anyio

    async def main(desk):
        async def work():
            while True:
                try:
                    await desk.read()
                except BaseException:  # here
                    pass
                if desk.done:
                    return

        desk.done = True
        async with anyio.create_task_group() as group:
            group.start_soon(work)
            await anyio.sleep(0.5)
            group.cancel_scope.cancel()
        raise ValueError("so that it fails")
    """


def test_a_swallowed_cancellation_is_told_with_its_except(watch, marked):
    causes = texts(told_causes(watch(SWALLOWED).trace))
    line = marked(SWALLOWED)
    assert causes == [
        f"the `except` at line {line} catches the cancellation of task 2 (work) and does not raise it "
        "again"
    ]


def test_a_cancellation_that_is_raised_again_is_not_swallowed(watch):
    causes = find_causes(
        watch("""
        import anyio

        async def main(desk):
            async def work():
                try:
                    await desk.read()
                except BaseException:
                    print("cleaning up")
                    raise

            async with anyio.create_task_group() as group:
                group.start_soon(work)
                await anyio.sleep(0.5)
                group.cancel_scope.cancel()
            with anyio.move_on_after(1):
                await anyio.sleep(5)
            raise ValueError("so that it fails")
        """).trace
    )
    assert not any(isinstance(cause, SwallowedCancellation) for cause in causes)


INSIDE = """
    import anyio

    async def main(desk):
        lock = anyio.Lock()

        async def work():
            {outside}
                try:
                    await desk.read()
                except BaseException:
                    print("cleaning up")
                    raise
            {after}

        async with anyio.create_task_group() as group:
            group.start_soon(work)
            await anyio.sleep(0.5)
            group.cancel_scope.cancel()
        raise ValueError("so that it fails")
    """


@pytest.mark.parametrize(
    ("outside", "after"),
    [
        ("async with lock:", ""),
        ("with anyio.CancelScope():", ""),
        ("async with lock, lock_of_another():", ""),
        ("try:", "finally: print('and more')"),
        ("try:", "except ValueError: print('not this')"),
    ],
)
def test_a_cancellation_that_is_raised_again_inside_of_something_is_not_swallowed(
    watch, outside, after
):
    source = INSIDE.format(outside=outside, after=after).replace("lock_of_another", "anyio.Lock")
    causes = find_causes(watch(source).trace)
    assert not any(isinstance(cause, SwallowedCancellation) for cause in causes)


def test_of_two_excepts_the_one_that_keeps_a_cancellation_is_told(watch, marked):
    source = INSIDE.format(outside="try:", after="except BaseException: pass  # here")
    [cause] = [text for text in texts(told_causes(watch(source).trace)) if "catches" in text]
    assert f"the `except` at line {marked(source)} catches the cancellation" in cause


PASSES = """
    import anyio

    async def main(desk):
        async def work():
            try:
                await desk.read()
            except {kind}:
                print("no answer")
            finally:
                print("cleaning up")

        async with anyio.create_task_group() as group:
            group.start_soon(work)
            await anyio.sleep(0.5)
            group.cancel_scope.cancel()
        raise ValueError("so that it fails")
    """


@pytest.mark.parametrize(
    "kind",
    ["Exception", "(ValueError, OSError)", "anyio.EndOfStream", "(ValueError, anyio.EndOfStream)"],
)
def test_a_cancellation_passes_an_except_that_does_not_take_it_on_its_way_to_a_finally(watch, kind):
    source = PASSES.format(kind=kind)
    [cause] = texts(told_causes(watch(source).trace))
    assert cause.startswith("task 1 (main) called cancel() at line 15 at 0.5 s")
    on_one_line = source.replace(':\n                print("no answer")', ': print("no answer")')
    assert on_one_line != source
    [cause] = texts(told_causes(watch(on_one_line).trace))
    assert cause.startswith("task 1 (main) called cancel() at line 14 at 0.5 s")


def test_an_except_that_takes_a_cancellation_on_its_own_line_is_told(watch, marked):
    source = SWALLOWED.replace(":  # here\n                    pass", ": pass  # here")
    assert source != SWALLOWED
    [cause] = texts(told_causes(watch(source).trace))
    assert f"the `except` at line {marked(source)} catches the cancellation" in cause


def test_a_task_that_was_left_behind_is_told_with_the_line_that_started_it(watch, backend):
    if backend == "trio":
        pytest.skip("trio has no tasks outside a nursery")
    causes = texts(
        told_causes(
            watch("""
            import asyncio

            async def work(desk):
                await desk.read()

            async def main(desk):
                task = asyncio.create_task(work(desk))
                await asyncio.sleep(0)
            """).trace
        )
    )
    assert causes == [
        "main() has ended, and task 2 (work), started at line 7, still waits at line 4 for "
        "the reply to read()"
    ]


def test_a_permit_that_was_leaked_is_told_with_the_error_that_ended_its_task(watch):
    source = """
        import anyio

        async def main(desk):
            semaphore = anyio.Semaphore(1)

            async def take():
                await semaphore.acquire()
                await desk.read()
                raise ValueError("no")  # here

            async def again():
                await anyio.sleep(0.5)
                await semaphore.acquire()

            async with anyio.create_task_group() as group:
                group.start_soon(again)
                try:
                    async with anyio.create_task_group() as inner:
                        inner.start_soon(take)
                except* ValueError:
                    pass
        """
    (cause,) = told_causes(watch(source).trace)
    assert "(take) took a permit and ended with ValueError at line 9 at 1 s" in cause.text


def test_a_task_that_caught_its_error_is_not_said_to_have_ended_with_it(watch):
    (cause,) = told_causes(
        watch("""
        import anyio

        async def main(desk):
            semaphore = anyio.Semaphore(1)

            async def take():
                await semaphore.acquire()
                try:
                    await desk.fail()
                except ConnectionError:
                    pass

            async with anyio.create_task_group() as group:
                group.start_soon(take)
                group.start_soon(take)
        """).trace
    )
    assert "took a permit and returned at 1 s" in cause.text


def test_a_permit_that_was_leaked_by_a_cancelled_task_is_told_so(watch):
    (cause,) = told_causes(
        watch("""
        import anyio

        async def main(desk):
            semaphore = anyio.Semaphore(1)

            async def take():
                await semaphore.acquire()
                await anyio.sleep(5)

            async with anyio.create_task_group() as group:
                group.start_soon(take)
                await anyio.sleep(1)
                group.cancel_scope.cancel()
            await semaphore.acquire()
        """).trace
    )
    assert "task 2 (take) took a permit and was cancelled at line 8 at 1 s" in cause.text


EACH = """
    import anyio
    import anyio.to_thread

    {outside}

    async def use(desk, number):
        {inside}
            {call}

    async def main(desk):
        async with anyio.create_task_group() as group:
            for number in range({tasks}):
                group.start_soon(use, desk, number)
        raise ValueError("so that it fails")
    """


def used_by_each(watch, inside, *, outside="", call="await desk.read()", tasks=2):
    source = EACH.format(inside=inside, outside=outside, call=call, tasks=tasks)
    return texts(told_causes(watch(source).trace))


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ("anyio.Lock()", "the lock at line 7 keeps nobody out"),
        ("anyio.Semaphore(1)", "the semaphore at line 7 limits nothing"),
        ("anyio.CapacityLimiter(1)", "the limiter at line 7 limits nothing"),
    ],
)
def test_a_lock_that_each_task_makes_for_itself_is_named(watch, made, said):
    [cause] = used_by_each(watch, f"async with {made}:")
    assert cause == f"{said}: task 2 (use) and task 3 (use) take one each, never the same"


def test_a_limiter_that_each_thread_is_given_for_itself_is_named(watch):
    [cause] = used_by_each(
        watch,
        "if True:",
        call="await anyio.to_thread.run_sync(desk.hold, limiter=anyio.CapacityLimiter(1))",
    )
    assert cause.startswith("the limiter at line 8 limits nothing: task 2 (use) and task 3 (use)")


@pytest.mark.parametrize(
    ("inside", "outside"),
    [
        ("async with lock:", "lock = anyio.Lock()"),
        ("async with locks[number]:", "locks = [anyio.Lock(), anyio.Lock()]"),
        ("async with places:", "places = anyio.Semaphore(1)"),
        ("async with kept[-1]:", "kept = [anyio.Lock()]"),
    ],
    ids=["one for all", "one for each key", "a semaphore for all", "one that is kept"],
)
def test_a_lock_that_outlives_the_task_that_takes_it_is_not(watch, inside, outside):
    assert used_by_each(watch, inside, outside=outside) == []


def test_a_lock_that_a_single_task_makes_for_itself_is_not(watch):
    assert used_by_each(watch, "async with anyio.Lock():", tasks=1) == []


def test_a_semaphore_that_one_task_takes_and_its_children_release_is_not(watch):
    source = """
        import anyio

        async def parent(desk):
            places = anyio.Semaphore(1)

            async def child():
                await desk.read()
                places.release()

            async with anyio.create_task_group() as group:
                for _ in range(2):
                    await places.acquire()
                    group.start_soon(child)

        async def main(desk):
            async with anyio.create_task_group() as group:
                group.start_soon(parent, desk)
                group.start_soon(parent, desk)
            raise ValueError("so that it fails")
        """
    assert "limits nothing" not in " ".join(texts(told_causes(watch(source).trace)))


def test_a_lock_that_a_task_hands_to_its_children_is_not(watch):
    source = """
        import anyio

        async def child(desk, lock):
            async with lock:
                await desk.read()

        async def parent(desk):
            lock = anyio.Lock()
            async with anyio.create_task_group() as group:
                async with lock:
                    group.start_soon(child, desk, lock)
                    group.start_soon(child, desk, lock)

        async def main(desk):
            async with anyio.create_task_group() as group:
                group.start_soon(parent, desk)
                group.start_soon(parent, desk)
            raise ValueError("so that it fails")
        """
    assert told_causes(watch(source).trace) == []


LIMITED = """
    import anyio

    async def main(desk):
        with anyio.{limit} as scope:
            async with anyio.create_task_group() as group:
                group.start_soon(desk.read)
                {then}
        raise ValueError("so that it fails")
    """


def test_a_time_limit_of_the_learners_own_is_told_with_what_it_gave_up(watch):
    source = LIMITED.format(limit="move_on_after(0.5)", then="await anyio.sleep(5)")
    [cause] = texts(told_causes(watch(source).trace))
    assert cause == (
        "the time limit of 0.5 s at line 4 ran out at 0.5 s and cancelled read() at line 6, begun at 0 s"
    )


RACE = """
    import anyio

    async def main(desk):
        async with anyio.create_task_group() as group:
            async def lose():
                await desk.read()

            handle = group.start_soon(lose)
            await anyio.sleep(0.5)
            {cancel}
        raise ValueError("so that it fails")
    """


LIMITED_LATER = """
    import anyio
    import asyncio

    async def main(desk):
        {make}
        await anyio.sleep(0.2)
        {block}
            {then}
            async with anyio.create_task_group() as group:
                group.start_soon(desk.read)
        raise ValueError("so that it fails")
    """


@pytest.mark.parametrize(
    ("make", "block", "then", "line"),
    [
        ("scope = anyio.move_on_after(0.5)", "with scope:", "pass", 5),
        (
            "pass",
            "with anyio.CancelScope() as scope:",
            "await anyio.sleep(0.1); scope.deadline = anyio.current_time() + 0.5",
            8,
        ),
        (
            "pass",
            "with anyio.move_on_after(9) as scope:",
            "await anyio.sleep(0.1); scope.deadline = anyio.current_time() + 0.5",
            8,
        ),
    ],
    ids=["made before its block", "set within its block", "set anew within its block"],
)
def test_a_time_limit_counts_from_where_it_was_set(watch, make, block, then, line):
    source = LIMITED_LATER.format(make=make, block=block, then=then)
    [cause] = texts(told_causes(watch(source).trace))
    assert cause.startswith(f"the time limit of 0.5 s at line {line} ran out at ")


@pytest.mark.parametrize(
    ("make", "block", "then", "line"),
    [
        ("limit = asyncio.timeout(0.5)", "async with limit:", "pass", 5),
        (
            "pass",
            "async with asyncio.timeout(9) as limit:",
            "await anyio.sleep(0.1); limit.reschedule(asyncio.get_running_loop().time() + 0.5)",
            8,
        ),
    ],
    ids=["made before its block", "set anew within its block"],
)
def test_a_time_limit_of_asyncio_counts_from_where_it_was_set_too(sandbox, make, block, then, line):
    source = LIMITED_LATER.format(make=make, block=block, then=then)
    program = Program(written(source).encode())
    setting = Setting(sandbox, program, "asyncio", fresh=True, watched=True)
    [cause] = texts(told_causes(play(it_runs, setting, "seed").trace))
    assert cause.startswith(f"the time limit of 0.5 s at line {line} ran out at ")


@pytest.mark.parametrize("cancel", ["group.cancel_scope.cancel()", "handle.cancel()"])
def test_where_the_learner_called_cancel_is_told_with_what_was_cancelled(watch, cancel):
    source = RACE.format(cancel=cancel)
    trace = watch(source).trace
    [cause] = texts(told_causes(trace))
    line = 10
    assert cause == (
        f"task 1 (main) called cancel() at line {line} at 0.5 s and cancelled read() at line 6, begun at 0 s"
    )
    assert ("task 1 (main) calls cancel()", line) in [
        (s.text, s.line) for s in tell(trace, passed=False)
    ]


@pytest.mark.parametrize(
    "cancel", ["raise KeyError('it fails')", "group.cancel_scope.deadline = anyio.current_time()"]
)
def test_what_an_error_or_a_deadline_cancelled_is_not_said_to_be_done_by_cancel(watch, cancel):
    trace = watch(RACE.format(cancel=cancel)).trace
    assert trace.watched.cancels == []


IN_A_THREAD = """
    import anyio, anyio.to_thread

    async def main(desk):
        with anyio.move_on_after({limit}):
            await anyio.to_thread.run_sync(desk.hold)
            await anyio.sleep(1)
        raise ValueError("so that it fails")
    """


def test_a_time_limit_that_is_up_beside_a_thread_is_not_said_to_have_cancelled_it(watch):
    [cause] = texts(told_causes(watch(IN_A_THREAD.format(limit=0.5)).trace))
    assert cause == (
        "the time limit of 0.5 s at line 4 ran out at 0.5 s, while hold() at line 5, begun at 0 s, was "
        "under way in a worker thread"
    )
    assert told_causes(watch(IN_A_THREAD.format(limit=2.5)).trace) == []


def test_a_time_limit_of_asyncio_is_told_too(watch, backend):
    if backend == "trio":
        pytest.skip("it is asyncio's")
    source = """
        import asyncio

        async def main(desk):
            async with asyncio.timeout(0.5):
                await desk.read()
        """
    [cause] = texts(told_causes(watch(source).trace))
    assert cause.startswith(
        "the time limit of 0.5 s at line 4 ran out at 0.5 s and cancelled read()"
    )


def test_a_limit_that_ends_when_something_has_been_cancelled_is_not_told_of_it(watch):
    source = """
        import anyio

        async def main(desk):
            with anyio.CancelScope() as outer:
                async with anyio.create_task_group() as group:
                    group.start_soon(desk.read)
                    await anyio.sleep(0.5)
                    group.cancel_scope.cancel()
                    outer.deadline = anyio.current_time()
            raise ValueError("so that it fails")
        """
    assert not any(isinstance(cause, OwnTimeout) for cause in find_causes(watch(source).trace))


@pytest.mark.parametrize(
    ("limit", "then"),
    [
        ("move_on_after(5)", "await anyio.sleep(0.5); scope.cancel()"),
        ("move_on_after(1.5)", "await anyio.sleep(0.3)"),
        ("CancelScope()", "await anyio.sleep(0.5); scope.cancel()"),
    ],
)
def test_a_limit_that_was_not_up_or_gave_up_no_call_is_not_told(watch, limit, then):
    causes = find_causes(watch(LIMITED.format(limit=limit, then=then)).trace)
    assert not any(isinstance(cause, OwnTimeout) for cause in causes)


@check("What is written is kept", advice="keep it")
def writes_are_kept(case: Case) -> None:
    world = case.world()
    desk = world.add(Desk())
    run = world.attempt_all(*(world.call("main", desk, number) for number in (1, 2)))
    write = run.calls_to("write").first
    run.expect(write.done, "it was not written", at=write)


TWO_LIMITS = """
    import anyio

    async def main(desk, number):
        if number == 1:
            with anyio.move_on_after(0.5):
                await desk.read()
        else:
            with anyio.CancelScope() as scope:
                async with anyio.create_task_group() as group:
                    group.start_soon(desk.write, number)
                    await anyio.sleep(0.75)
                    scope.cancel()
    """


def test_a_time_limit_of_another_call_than_the_one_that_failed_is_not_told(sandbox, backend):
    [cause] = causes_in(writes_are_kept, TWO_LIMITS, sandbox, backend)
    assert cause.startswith("task 3 (main) called cancel() at line 12 at 0.75 s")


EARLIER_LIMIT = """
    import anyio

    async def main(desk, number):
        with anyio.move_on_after(0.5):
            await desk.read()
        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as group:
                group.start_soon(desk.write, number)
                await anyio.sleep(0.25)
                scope.cancel()
    """


def test_a_time_limit_that_ran_out_before_a_call_was_given_up_is_not_told(sandbox, backend):
    [cause] = causes_in(writes_are_kept, EARLIER_LIMIT, sandbox, backend)
    assert "called cancel() at line 10 at 0.75 s and cancelled" in cause


GIVES_UP = """
    import anyio

    async def main(desk):
        lock, places, room = anyio.Lock(), anyio.Semaphore(1), anyio.CapacityLimiter(1)
        stop, (send, receive) = anyio.Event(), anyio.create_memory_object_stream[int](0)

        async def hold():
            async with lock, places, room:
                await anyio.sleep(5)
                await desk.read()

        async def ask():
            with anyio.{limit}:
                {waits}  # here
            await desk.write(1)

        async with anyio.create_task_group() as group:
            group.start_soon(hold)
            await anyio.sleep(1)
            group.start_soon(ask)
        raise ValueError("so that it fails")
    """


@pytest.mark.parametrize(
    ("waits", "told"),
    [
        ("await lock.acquire()", "the wait for a Lock"),
        ("await places.acquire()", "the wait for a Semaphore"),
        ("await room.acquire()", "the wait for a CapacityLimiter"),
        ("await stop.wait()", "the wait for an Event"),
        ("await receive.receive()", "the wait for an item from a stream"),
        ("await send.send(1)", "the wait for room in a stream"),
        ("await anyio.sleep(3)", "the sleep"),
    ],
)
def test_a_time_limit_that_gave_up_a_wait_is_told_with_it(watch, marked, waits, told):
    source = GIVES_UP.format(limit="move_on_after(2)", waits=waits)
    tried = watch(source)
    line = marked(source)
    assert texts(told_causes(tried.trace)) == [
        f"the time limit of 2 s at line {line - 1} ran out at 3 s and ended {told} at line {line}, begun at 1 s"
    ]
    report = report_on(it_runs, "asyncio", Source("exercise.py", b""), tried)
    assert report.advice.startswith("take out the time limit that ran out")


def test_a_time_limit_round_a_task_group_is_told_with_what_its_tasks_waited_for(watch):
    source = """
        import anyio

        async def main(desk):
            stop = anyio.Event()
            with anyio.move_on_after(2):
                async with anyio.create_task_group() as group:
                    group.start_soon(stop.wait)
                    group.start_soon(anyio.sleep, 3)
            raise ValueError("so that it fails")
        """
    [cause] = texts(told_causes(watch(source).trace))
    assert cause.startswith("the time limit of 2 s at line 5 ran out at 2 s and ended the wait for")
    assert cause.endswith("and 1 more wait")


@pytest.mark.parametrize(
    ("limit", "waits"),
    [
        ("move_on_after(9)", "await lock.acquire()"),
        ("fail_after(9)", "await lock.acquire()"),
        ("CancelScope()", "await lock.acquire()"),
        ("move_on_after(2, shield=True)", "await desk.read()"),
        (
            "move_on_after(2)",
            "\n                    with anyio.CancelScope(shield=True): await lock.acquire()",
        ),
        ("move_on_after(2)", "\n                    while True: await anyio.sleep(0.3)"),
    ],
    ids=["in time", "in time, or an error", "no limit", "a call", "shielded", "a while of sleeps"],
)
def test_a_time_limit_that_gave_up_no_wait_is_not_told(watch, limit, waits):
    source = GIVES_UP.format(limit=limit, waits=waits)
    assert told_causes(watch(source).trace) == []


HEART = """
    import anyio

    async def main(desk):
        stop = anyio.Event()

        async def beat():
            while not stop.is_set():
                {before}
                with anyio.move_on_after(0.5):
                    await stop.wait()
                {after}

        async with anyio.create_task_group() as group:
            group.start_soon(beat)
            await anyio.sleep({seconds})
            stop.set()
        raise ValueError("so that it fails")
    """


@pytest.mark.parametrize(
    ("before", "after"), [("await desk.write(1)", "pass"), ("pass", "await desk.write(1)")]
)
@pytest.mark.parametrize("seconds", [1.7, 5.2])
def test_a_time_limit_that_is_meant_to_run_out_is_not_told(watch, before, after, seconds):
    source = HEART.format(before=before, after=after, seconds=seconds)
    assert told_causes(watch(source).trace) == []


def test_a_cancellation_from_outside_is_no_time_limit(case_of):
    case = case_of(LIMITED.format(limit="move_on_after(5)", then="await anyio.sleep(5)"))
    case._setting = Setting(
        case._setting.sandbox, case._setting.program, case.backend, fresh=True, watched=True
    )
    world = case.world()
    run = world.run("main", world.add(Desk()), cancel_after=0.5)
    assert run.was_cancelled
    assert told_causes(run.trace) == []


def test_an_error_that_replaced_the_one_of_a_call_is_told_with_both(watch):
    source = """
        async def main(desk):
            try:
                await desk.fail()
            except ConnectionError:
                raise ValueError("it went wrong")  # here
        """
    [cause] = texts(told_causes(watch(source).trace))
    assert cause == (
        "fail() at line 3 failed with ConnectionError: nobody there, which did not come out; "
        "what came out is ValueError: it went wrong at line 5"
    )


def test_an_error_that_replaced_another_one_in_the_clean_up_is_told_with_both(watch):
    source = """
        async def main(desk):
            try:
                await desk.fail()
            finally:
                await desk.read()
                raise ValueError("it went wrong")
        """
    [cause] = texts(told_causes(watch(source).trace))
    assert cause == (
        "fail() at line 3 failed with ConnectionError: nobody there, which did not come out; "
        "what came out is ValueError: it went wrong at line 6"
    )


@pytest.mark.parametrize("handle", ["await desk.read()", "pass"])
def test_an_error_that_was_dealt_with_is_not_told_as_replaced(watch, handle):
    source = f"""
        async def main(desk):
            try:
                await desk.fail()
            except ConnectionError:
                {handle}
            raise ValueError("something else")
        """
    assert told_causes(watch(source).trace) == []


def test_a_cause_that_counts_as_false_stands_between_two_errors_all_the_same(watch):
    source = """
        class Empty(ValueError):
            def __bool__(self):
                return False

        async def main(desk):
            try:
                await desk.fail()
            except ConnectionError as error:
                empty = Empty("nothing")
                empty.__cause__ = error
            raise LookupError("it went wrong") from empty
        """
    [cause] = texts(told_causes(watch(source).trace))
    assert cause.startswith("fail() at line 7 failed with ConnectionError")


def test_an_error_of_a_call_that_came_out_in_a_group_was_not_replaced(watch):
    causes = told_causes(
        watch("""
        import anyio

        async def main(desk):
            async def other():
                await anyio.sleep(1)
                raise ValueError("at the same time")

            async with anyio.create_task_group() as group:
                group.start_soon(desk.fail)
                group.start_soon(other)
        """).trace
    )
    assert causes == []


POLLS = """
    import anyio

    async def main(desk):
        found = []

        async def look():
            while not found:
                await anyio.sleep(0.1)
                {between}

        async def read():
            found.append(await desk.read())

        async with anyio.create_task_group() as group:
            group.start_soon(look)
            group.start_soon(read)
        raise ValueError("so that it fails")
    """


THREADS = """
    import anyio, threading

    async def main(desk):
        limiter = {limiter}
        gate = threading.Event()

        async def one():
            await anyio.to_thread.run_sync(gate.wait, 1, limiter=limiter)

        async with anyio.create_task_group() as group:
            for _ in range(43):
                group.start_soon(one)
        raise ValueError("so that it fails")
    """


def test_calls_that_find_no_thread_are_told_with_how_many_there_are(watch):
    [cause] = texts(told_causes(watch(THREADS.format(limiter=None)).trace))
    assert re.fullmatch(
        r"task \d+ \(one\) and 2 other tasks waited for a worker thread at line 8, from 0 s to 1 s: unless "
        r"`run_sync` is given a limiter, all its calls share 40 threads",
        cause,
    )


@pytest.mark.parametrize("tokens", [40, 43])
def test_of_threads_that_a_program_limits_itself_that_is_not_said(watch, tokens):
    source = THREADS.format(limiter=f"anyio.CapacityLimiter({tokens})")
    assert told_causes(watch(source).trace) == []


@pytest.mark.parametrize("total", [-1.0, 0.0, 1e300, float("inf"), float("nan")])
def test_a_number_of_threads_that_is_none_is_not_told(total):
    trace = Trace("asyncio", ending=Returned(None))
    trace.watched.waits.append(Waited(1, 0, 3, Awaited("worker", total=total), 0.0, 1))
    assert told_causes(trace) == []


def test_a_task_that_polls_is_told_with_how_often(watch):
    [cause] = texts(told_causes(watch(POLLS.format(between="pass")).trace))
    assert re.fullmatch(
        r"task 2 \(look\) slept 1[01] times in a row at line 8, from 0 s to [\d.]+ s, and called nothing in between",
        cause,
    )


@pytest.mark.parametrize(
    "between", ["await desk.read()", "found.extend([0] * (anyio.current_time() > 1000.85))"]
)
def test_a_task_that_calls_between_its_sleeps_or_sleeps_a_few_times_does_not_poll(watch, between):
    assert told_causes(watch(POLLS.format(between=between)).trace) == []


NAPS = """
    import anyio

    async def main(desk):
        async def look():
            for number in range({times}):
                {between}
                await anyio.sleep({seconds})  # here
            {then}
            await desk.write(1)

        async with anyio.create_task_group() as group:
            group.start_soon(look)
            group.start_soon(desk.read)
    """


@check("It writes at once", advice="write at once")
def writes_at_once(case: Case) -> None:
    world = case.world()
    run = world.run("main", world.add(Desk()))
    run.fail("it came late", late=run.calls_to("write").last)


@pytest.mark.parametrize("between", ["pass", "await desk.read()"])
def test_a_task_that_slept_again_and_again_before_a_late_call_is_told(
    sandbox, backend, marked, between
):
    source = NAPS.format(times=3, between=between, seconds=0.5, then="pass")
    tried = tried_in(writes_at_once, source, sandbox, backend)
    [cause] = texts(told_causes(tried.trace))
    since, until = (1, 1.5) if between == "pass" else (4, 4.5)
    assert re.fullmatch(
        rf"task \d \(look\) slept 3 times at line {marked(source)}, for the last time from {since} s to {until} s, "
        r"and called write\(\) only then",
        cause,
    )
    report = report_on(writes_at_once, backend, Source("exercise.py", b""), tried)
    assert report.advice.startswith("sleep no more than is asked for")


@pytest.mark.parametrize(
    ("times", "seconds", "then"),
    [(1, 0.5, "pass"), (2, 0.5, "pass"), (3, 0.5, "await desk.read()"), (3, 0, "pass")],
    ids=["once", "twice", "a call after it", "no time"],
)
def test_a_late_call_that_no_repeated_sleep_kept_back_is_not_said_to_be(
    sandbox, backend, times, seconds, then
):
    source = NAPS.format(times=times, between="pass", seconds=seconds, then=then)
    assert causes_in(writes_at_once, source, sandbox, backend) == []


HELD = """
    import anyio

    async def main(desk):
        async def look():
            {first}
            await anyio.sleep(2)
            await desk.write(1)

        async def hold():
            await anyio.sleep({until})
            desk.hold()

        async with anyio.create_task_group() as group:
            group.start_soon(look)
            group.start_soon(hold)
    """


@pytest.mark.parametrize(
    ("first", "until", "told"),
    [
        ("pass", 0.5, False),
        ("desk.hold()", 0.5, False),
        ("pass", 1.5, True),
        ("await desk.read()", 0.5, True),
    ],
    ids=["on time", "after its own call", "the sleep took longer", "the sleep began later"],
)
def test_who_held_the_loop_is_not_told_where_a_sleep_on_time_made_a_call_late(
    sandbox, backend, first, until, told
):
    causes = causes_in(writes_at_once, HELD.format(first=first, until=until), sandbox, backend)
    assert any("holds the event loop" in cause for cause in causes) == told, causes


GIVEN_UP_LATER = """
    import anyio

    async def main(desk):
        async with anyio.create_task_group() as group:
            await anyio.sleep(0.25)
            group.start_soon(desk.write, 1)
            await anyio.sleep(0.25)
            group.cancel_scope.cancel()
    """


@pytest.mark.parametrize("is_late", [True, False])
def test_what_gave_a_call_up_is_not_told_as_what_made_it_late(sandbox, backend, is_late):
    @check("It writes", advice="write")
    def it_writes(case: Case) -> None:
        world = case.world()
        run = world.attempt("main", world.add(Desk()))
        write = run.calls_to("write").first
        run.fail("it came late, or was not kept", at=write, late=write if is_late else None)

    causes = causes_in(it_writes, GIVEN_UP_LATER, sandbox, backend)
    assert (causes == []) == is_late, causes


CLOSURES = """
    import anyio

    async def main(desk, items=None):
        async with anyio.create_task_group() as group:
            for number in [1, 2, 3]:
                async def write({parameter}):
                    await desk.write(number)

                group.start_soon(write)
        raise ValueError("so that it fails")
    """


@check("It writes each", advice="write each")
def writes_each(case: Case) -> None:
    world = case.world()
    run = world.attempt("main", world.add(Desk()), [1, 2, 3])
    run.expect(False, "it went wrong")


@check("Each of two calls does", advice="do it in both")
def in_two_calls(case: Case) -> None:
    world = case.world()
    acts = [
        world.call("main", world.add(Desk()), [[1, 10], [2, 20], [3, 30]]),
        world.call("main", world.add(Desk()), [[4, 40], [5, 50]]),
    ]
    world.attempt_all(*acts).expect(False, "it went wrong")


def tried_in(check, source, sandbox, backend):
    from tests.conftest import written

    return try_check(check, Setting(sandbox, Program(written(source).encode()), backend), "seed")


def causes_in(check, source, sandbox, backend):
    return texts(told_causes(tried_in(check, source, sandbox, backend).trace))


@pytest.mark.parametrize(("parameter", "is_late"), [("", True), ("number=number", False)])
def test_tasks_that_all_use_the_last_item_of_a_loop_are_told(sandbox, backend, parameter, is_late):
    causes = causes_in(writes_each, CLOSURES.format(parameter=parameter), sandbox, backend)
    assert [
        cause.startswith("the 3 tasks that line 9 started all called write(3)") for cause in causes
    ] == ([True] if is_late else [])


BESIDE = """
    import anyio

    async def main(desk, items):
        async with anyio.create_task_group() as group:
            for number, tenfold in {items}:
                {first}
                async def write({parameter}):
                    await anyio.sleep(0)
                    await desk.write({value})

                group.start_soon(write)
    """


@pytest.mark.parametrize("first", ["pass", "await desk.read()"])
@pytest.mark.parametrize("value", ["number", "tenfold"])
def test_late_binding_is_told_of_the_call_that_does_it_and_of_a_part_of_an_item(
    sandbox, backend, value, first
):
    source = BESIDE.format(items="items", parameter="", value=value, first=first)
    tried = tried_in(in_two_calls, source, sandbox, backend)
    [cause] = texts(told_causes(tried.trace))
    if first == "pass":
        shown = {"number": "3", "tenfold": "30"}[value]
        assert cause.startswith(f"the 3 tasks that line 11 started all called write({shown})")
    else:
        shown = {"number": "2", "tenfold": "20"}[value]
        assert cause.startswith(
            f"line 11 started 3 tasks, one for each item; number 1 called write({shown}) of Desk 0, for item 2"
        )
    report = report_on(in_two_calls, backend, Source("exercise.py", b""), tried)
    assert any(note.startswith("Does each task use its own item?") for note in report.notes)


@pytest.mark.parametrize(
    ("items", "parameter", "value"),
    [
        ("items", "number=number", "number"),
        ("reversed(items)", "number=number", "number"),
        ("items", "", "0"),
        ("items", "", "items[0][0]"),
    ],
    ids=["its own", "another order", "none", "always the first"],
)
def test_tasks_that_use_no_later_item_than_their_own_bind_nothing_late(
    sandbox, backend, items, parameter, value
):
    source = BESIDE.format(items=items, parameter=parameter, value=value, first="pass")
    assert causes_in(in_two_calls, source, sandbox, backend) == []


def test_what_tasks_of_different_tasks_mix_up_is_not_said_to_be_bound_late(sandbox, backend):
    source = """
        import anyio

        async def main(desk, items):
            last = {}

            async def write(key):
                await desk.write(last[key])

            async def read(number):
                await desk.read()
                last["the same"] = number
                group.start_soon(write, "the same")

            async with anyio.create_task_group() as group:
                for number, tenfold in items:
                    group.start_soon(read, number)
        """
    assert causes_in(in_two_calls, source, sandbox, backend) == []


def test_an_error_that_was_replaced_is_told_of_the_call_that_raised_it(sandbox, backend):
    source = """
        async def main(desk, items):
            if items[0][0] == 1:
                await desk.read()
            try:
                await desk.fail()
            except ConnectionError:
                raise ValueError("it went wrong")
        """
    [cause] = causes_in(in_two_calls, source, sandbox, backend)
    assert cause == (
        "fail() at line 5 failed with ConnectionError: nobody there, which did not come out; "
        "what came out is ValueError: it went wrong at line 7"
    )


def test_who_replaces_an_error_is_asked_what_should_have_become_of_it(sandbox, backend):
    source = """
        async def main(desk):
            try:
                await desk.fail()
            except ConnectionError:
                raise ValueError("it went wrong")
        """

    @check("It runs to its end", advice="run to the end")
    def it_ends(case: Case) -> None:
        world = case.world()
        world.run("main", world.add(Desk()))

    report = report_on(
        it_ends, backend, Source("exercise.py", b""), tried_in(it_ends, source, sandbox, backend)
    )
    assert report.advice == (
        "line 5 raised this in place of the error of fail(): should that one have come out itself, or been dealt with?"
    )


def test_an_error_after_a_cancellation_from_outside_is_not_told_as_replaced(sandbox, backend):
    source = """
        import anyio

        async def main(desk):
            try:
                with anyio.CancelScope(shield=True):
                    await desk.fail()
            except ConnectionError:
                raise ValueError("it went wrong")
        """

    @check("It ends at once", advice="end at once")
    def it_ends(case: Case) -> None:
        world = case.world()
        act = world.call("main", world.add(Desk())).cancel_after(0.5)
        world.attempt_all(act).fail("it ended late")

    assert causes_in(it_ends, source, sandbox, backend) == []


def test_an_error_of_one_call_does_not_replace_that_of_another(sandbox, backend):
    source = """
        async def main(desk, items):
            if items[0][0] == 1:
                raise ValueError("there is one")
            try:
                await desk.fail()
            except ConnectionError:
                return None
        """
    assert causes_in(in_two_calls, source, sandbox, backend) == []


FAILS = """
    import anyio

    kept = {{}}

    async def use(desk, lock):
        async with lock:
            await desk.fail()

    async def main(desk, items):
        {body}
    """


def test_a_lock_that_each_call_makes_for_itself_is_named_where_they_fail(sandbox, backend):
    source = FAILS.format(body="await use(desk, anyio.Lock())")
    [cause] = causes_in(in_two_calls, source, sandbox, backend)
    assert cause == (
        "the lock at line 6 keeps nobody out: task 2 (main) and task 3 (main) take one each, never the same"
    )


@pytest.mark.parametrize(
    "body",
    [
        "await use(desk, kept.setdefault(items[0][0], anyio.Lock()))",
        "desk.lock = anyio.Lock()\n        await use(desk, desk.lock)",
        """locks = [anyio.Lock(), anyio.Lock()]
        async with anyio.create_task_group() as group:
            for lock in locks:
                group.start_soon(use, desk, lock)""",
    ],
    ids=["one for each key", "one for each desk", "one for each child"],
)
def test_a_lock_that_is_kept_for_others_is_not_named_where_they_fail(sandbox, backend, body):
    assert causes_in(in_two_calls, FAILS.format(body=body), sandbox, backend) == []


TURNS = """
    import anyio

    async def main(desk):
        lock, places, room = anyio.Lock(), anyio.Semaphore(1), anyio.CapacityLimiter(1)

        async def add(number):
            {first}
            async with {held}:  # here
                {inside}
            {then}

        async with anyio.create_task_group() as group:
            group.start_soon(add, 1)
            group.start_soon(add, 2)
            group.start_soon(add, 3)
    """


def turns(held, *, first="pass", inside="await desk.write(number)", then="pass"):
    return TURNS.format(held=held, first=first, inside=inside, then=then)


def apart(run):
    """The calls that write each value."""
    return [run.calls_to("write").given(value=number) for number in (1, 2, 3)]


@check("The calls overlap", advice="let them overlap")
def they_overlap(case: Case) -> None:
    world = case.world()
    run = world.run("main", world.add(Desk()))
    run.expect(run.elapsed <= 1, "it took too long", together=apart(run))


@check("It takes no longer than one call", advice="let them overlap")
def it_is_quick(case: Case) -> None:
    world = case.world()
    world.run("main", world.add(Desk())).expect_elapsed(1, "the calls can overlap")


@check("The calls may take turns", advice="do something else")
def they_may_take_turns(case: Case) -> None:
    world = case.world()
    run = world.run("main", world.add(Desk()))
    run.expect(run.elapsed <= 1, "it took too long", together=[run.calls])


@check("Something else goes wrong", advice="do something else")
def something_else(case: Case) -> None:
    world = case.world()
    world.run("main", world.add(Desk())).fail("it went wrong")


@pytest.mark.parametrize("overlap", [they_overlap, it_is_quick])
@pytest.mark.parametrize(
    ("held", "what"),
    [("lock", "a Lock"), ("places", "a Semaphore"), ("room", "a CapacityLimiter")],
)
def test_who_waited_for_whom_is_told_where_calls_should_have_overlapped(
    sandbox, backend, marked, overlap, held, what
):
    source = turns(held)
    tried = tried_in(overlap, source, sandbox, backend)
    [cause] = texts(told_causes(tried.trace))
    assert re.fullmatch(
        rf"task [234] \(add\) waited from 0 s to 1 s at line {marked(source)} for {what} that task [234] \(add\) "
        r"held while its write\(\) was under way; 1 more task waited there, too",
        cause,
    )
    report = report_on(overlap, backend, Source("exercise.py", b""), tried)
    assert report.line == marked(source)
    assert report.advice.startswith(
        "while one task holds it, the others wait"
        if held == "lock"
        else "check how many the brief allows"
    )


def test_who_waited_for_whose_thread_is_told_where_their_calls_should_have_overlapped(
    sandbox, backend, marked
):
    source = """
        import anyio, anyio.to_thread

        async def main(desk):
            limiter = anyio.CapacityLimiter(1)

            async def hold():
                await anyio.to_thread.run_sync(desk.hold, limiter=limiter)  # here

            async with anyio.create_task_group() as group:
                group.start_soon(hold)
                group.start_soon(hold)
        """
    [cause] = causes_in(it_is_quick, source, sandbox, backend)
    assert re.fullmatch(
        rf"task \d \(hold\) waited from 0 s to 1 s at line {marked(source)} for a CapacityLimiter that task \d "
        r"\(hold\) held while its hold\(\) was under way",
        cause,
    )


def test_who_keeps_a_lock_when_its_call_has_ended_is_told_to_give_it_back(sandbox, backend):
    source = turns("lock", inside="await desk.write(number); await anyio.sleep(1)")
    tried = tried_in(they_overlap, source, sandbox, backend)
    [cause] = texts(told_causes(tried.trace))
    assert re.search(
        r"waited from 0 s to 2 s at line \d+ for a Lock that task \d \(add\) held while its write\(\) was under "
        r"way, and still held when that had ended$",
        cause,
    )
    report = report_on(they_overlap, backend, Source("exercise.py", b""), tried)
    assert report.advice.startswith("give it back as soon as")


def test_a_call_that_began_during_a_wait_is_told_if_its_task_still_held_the_lock(sandbox, backend):
    source = turns("lock", inside="await anyio.sleep(1); await desk.write(number)")
    [cause] = causes_in(they_overlap, source, sandbox, backend)
    assert re.search(
        r"waited from 0 s to 2 s at line \d+ for a Lock that task \d \(add\) held", cause
    )


@pytest.mark.parametrize(
    ("check", "source"),
    [
        (something_else, turns("lock")),
        (they_may_take_turns, turns("lock")),
        (
            they_overlap,
            turns("lock", inside="await anyio.sleep(1)", then="await desk.write(number)"),
        ),
        (they_overlap, turns("lock", first="await desk.write(number)", inside="await desk.read()")),
        (they_overlap, turns("anyio.Semaphore(3)")),
    ],
    ids=[
        "not what the check is about",
        "they may take turns",
        "no call while it is held",
        "no such call after the wait",
        "nobody waits",
    ],
)
def test_a_wait_that_kept_no_call_from_overlapping_is_not_told(sandbox, backend, check, source):
    tried = tried_in(check, source, sandbox, backend)
    assert not any(isinstance(cause, TookTurns) for cause in find_causes(tried.trace))


CUT = """
    import anyio

    async def main(desk, items):
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(desk.write, items[0][0])
                await anyio.sleep({seconds})
                raise KeyError
        except* KeyError:
            pass
        {then}
    """


def test_a_call_that_was_cut_off_by_the_return_of_its_own_act_is_told(sandbox, backend):
    source = CUT.format(seconds="items[0][0] / 5", then="return")
    [cause] = causes_in(in_two_calls, source, sandbox, backend)
    assert cause == (
        "write(), which task 4 (write) began at 0 s at line 6, had no reply yet when main() returned "
        "at 0.2 s, and was cancelled"
    )


def test_a_call_that_was_cancelled_as_another_act_returned_was_not_cut_off(sandbox, backend):
    source = CUT.format(seconds=0.5, then="await desk.read()").replace(
        "try:", "if items[0][0] == 4: return await anyio.sleep(0.5)\n        try:"
    )
    assert causes_in(in_two_calls, source, sandbox, backend) == []


def test_a_call_that_was_given_up_before_the_last_one_was_not_cut_off_however_little_time_passed(
    sandbox, backend
):
    source = CUT.format(seconds="items[0][0] / 5", then="await desk.glance()")
    assert causes_in(in_two_calls, source, sandbox, backend) == []


def test_a_call_that_was_cut_off_by_the_return_is_told(watch):
    source = """
        import anyio

        async def main(desk):
            try:
                async with anyio.create_task_group() as group:
                    group.start_soon(desk.write, 1)
                    await anyio.sleep({seconds})
                    raise KeyError
            except* KeyError:
                pass
            desk.hold()
        """
    assert texts(told_causes(watch(source.format(seconds=0.5)).trace))[1:] == []
    source = source.replace("desk.hold()", "return")
    trace = watch(source.format(seconds=0.5)).trace
    assert texts(told_causes(trace)) == [
        "write(), which task 2 (write) began at 0 s at line 6, had no reply yet when main() returned "
        "at 0.5 s, and was cancelled"
    ]


def test_what_was_used_of_asyncio_on_trio_is_named(watch, backend):
    tried = watch("""
        import asyncio

        async def main(desk):
            await asyncio.create_task(desk.read())
        """)
    causes = texts(told_causes(tried.trace))
    named = [
        "asyncio.create_task at line 4 works in asyncio's event loop alone, and this run is on trio"
    ]
    assert causes == (named if backend == "trio" else [])


def test_an_error_in_an_asyncio_function_that_works_on_trio_is_not_the_backends(watch):
    causes = told_causes(
        watch("""
        import asyncio

        async def main(desk):
            asyncio.Queue(1).get_nowait()
        """).trace
    )
    assert causes == []


def test_services_are_counted_as_the_submission_was_given_them(sandbox, backend):
    from tests.conftest import written

    source = """
        import anyio

        async def main(desks):
            async def add(n):
                value = await desks[1].read()
                await anyio.sleep(n)
                await desks[1].write(value + n)

            await desks[2].read()
            async with anyio.create_task_group() as group:
                group.start_soon(add, 1)
                group.start_soon(add, 2)
        """

    @check("It adds", advice="add")
    def adds(case: Case) -> None:
        world = case.world()
        desks = [Desk() for _ in range(3)]
        world.run("main", desks).expect(desks[1].value == 3, "a number was lost")

    tried = try_check(adds, Setting(sandbox, Program(written(source).encode()), backend), "seed")
    [cause] = texts(told_causes(tried.trace))
    assert cause == (
        "task 3 (add) read 0 from Desk 1 at line 5. Then task 2 (add) wrote 1 at line 7. After that, "
        "task 3 (add) overwrote it with 2 at line 7, without having read what task 2 (add) wrote"
    )


class Connection(Service):
    latency = 1.0

    def __aenter__(self) -> str:
        return "open"

    def __aexit__(self, error: str | None) -> None:
        return None


def test_to_enter_a_block_and_to_leave_it_is_no_lost_update(sandbox, backend):
    source = """
        import anyio

        async def main(connection):
            async def use():
                async with connection:
                    pass

            async with anyio.create_task_group() as group:
                group.start_soon(use)
                group.start_soon(use)
        """

    @check("It is used", advice="use it")
    def is_used(case: Case) -> None:
        world = case.world()
        world.run("main", world.add(Connection())).fail("once too often")

    program = Program(written(source).encode())
    tried = try_check(is_used, Setting(sandbox, program, backend), "seed")
    assert told_causes(tried.trace) == []


def test_rounds_are_told_once_with_how_often_they_were(watch):
    story = texts(
        tell(
            watch("""
            import anyio

            async def main(desk):
                for number in range(30):
                    await desk.write(0)
                await desk.read()
            """).trace,
            passed=True,
        )
    )
    assert story == [
        "task 1 (main) calls write(0)",
        "write() is done for task 1 (main)",
        "task 1 (main) calls write(0)",
        "(these 2 steps, 28 more times)",
        "write() is done for task 1 (main)",
        "task 1 (main) calls read()",
        "read() answers 0 for task 1 (main)",
        "task 1 (main) returns None",
    ]


class Lorry(Service):
    latency = 1.0

    def temperature(self) -> float | None:
        return None

    def stop(self) -> None:
        pass


def test_none_is_told_as_an_answer_where_there_may_be_others(sandbox, backend):
    @check("It asks", advice="ask")
    def asks(case: Case) -> None:
        world = case.world()
        world.run("main", world.add(Lorry())).fail("it asked")

    source = "async def main(lorry):\n    await lorry.temperature()\n    await lorry.stop()\n"
    story = texts(tell(tried_in(asks, source, sandbox, backend).trace, passed=False))
    assert [told for told in story if "()" in told and "calls" not in told] == [
        "temperature() answers None for task 1 (main)",
        "stop() is done for task 1 (main)",
    ]


def test_a_long_story_keeps_the_wait_that_never_ended(watch):
    source = """
        import anyio

        async def main(desk):
            event = anyio.Event()

            async def wait():
                await event.wait()  # here

            async with anyio.create_task_group() as group:
                group.start_soon(wait)
                for number in range(60):
                    await desk.write(number)
        """
    story = texts(tell(watch(source).trace, passed=False))
    assert "task 2 (wait) waits for an Event to be set" in story
    assert len(story) <= MAX_SENTENCES + 5


def test_a_livelock_is_told_in_one_round_with_how_often_it_came(watch):
    story = texts(
        tell(
            watch("""
            import anyio

            async def main(desk):
                lock = anyio.Lock()

                async def hold():
                    await lock.acquire()
                    await anyio.Event().wait()

                async with anyio.create_task_group() as group:
                    group.start_soon(hold)
                    await anyio.sleep(1)
                    while True:
                        with anyio.move_on_after(5):
                            async with lock:
                                return
            """).trace,
            passed=False,
        )
    )
    assert sum("waits for a Lock, held by task 2 (hold)" in text for text in story) <= 2
    assert any("steps, " in text and "more times)" in text for text in story)
    assert re.fullmatch(
        r"everything is as it was at [\d.]+ s, so the same repeats for ever", story[-1]
    )


def test_a_story_tells_what_happened_in_its_order(watch):
    tried = watch("""
        import anyio

        async def main(desk):
            value = await desk.read()
            await anyio.sleep(1)
            await desk.write(value + 5)
            try:
                await desk.fail()
            except ConnectionError:
                return "done"
        """)
    assert [(s.at, s.text, s.line) for s in tell(tried.trace, passed=True)] == [
        (0, "task 1 (main) calls read()", 4),
        (1, "read() answers 0 for task 1 (main)", 4),
        (1, "task 1 (main) sleeps", 5),
        (2, "task 1 (main) calls write(5)", 6),
        (3, "write() is done for task 1 (main)", 6),
        (3, "task 1 (main) calls fail()", 8),
        (4, "fail() fails for task 1 (main) with ConnectionError: nobody there", 8),
        (4, "ConnectionError: nobody there is raised in task 1 (main)", 8),
        (4, "task 1 (main) returns 'done'", None),
    ]


def test_a_long_story_is_cut_in_the_middle(watch):
    tried = watch("""
        async def main(desk):
            for number in range(100):
                await desk.write(number)
        """)
    story = texts(tell(tried.trace, passed=True))
    assert len(story) <= MAX_SENTENCES + 1
    assert story[0] == "task 1 (main) calls write(0)"
    assert any("steps more)" in text for text in story)
    assert story[-1] == "task 1 (main) returns None"


def test_a_message_says_which_calls_were_made_where_some_were_not(watch):
    message = message_of(
        watch("""
        import anyio

        async def main(desk):
            desk.hold()
            await desk.write(1)
            await desk.write(2)
        """),
    )
    assert (
        "It called hold() once and write() 2 times, and never called fail(), glance() or read()"
        in message
    )


def test_lanes_hold_calls_waits_and_sleeps_one_after_another(watch):
    lanes = lanes_of(
        watch("""
        import anyio

        async def main(desk):
            lock = anyio.Lock()

            async def work():
                async with lock:
                    await desk.read()
                await anyio.sleep(0.5)

            async with anyio.create_task_group() as group:
                group.start_soon(work)
                group.start_soon(work)
        """)
    )
    assert [lane.name for lane in lanes] == ["main", "work", "work"]
    kinds = sorted([(s.kind, s.start, s.end) for s in lane.spans] for lane in lanes[1:])
    assert kinds == [
        [("call", 0, 1), ("sleep", 1, 1.5)],
        [("wait", 0, 1), ("call", 1, 2), ("sleep", 2, 2.5)],
    ]
    (group,) = lanes[0].spans
    assert (group.kind, group.start, group.end) == ("wait", 0, 2.5)
    for lane in lanes:
        assert not lane.unfinished
        starts = [span.start for span in lane.spans]
        assert starts == sorted(starts)
        assert all(lane.started <= s.start <= s.end <= lane.ended for s in lane.spans)


def test_worker_threads_have_lanes_of_their_own(watch):
    lanes = lanes_of(
        watch("""
        import anyio
        from anyio import to_thread

        async def main(desk):
            await to_thread.run_sync(desk.hold)
        """)
    )
    (thread,) = [lane for lane in lanes if lane.kind == "thread"]
    assert thread.name == "hold"
    assert [(span.kind, span.start, span.end) for span in thread.spans] == [("call", 0, 1)]


def test_cancellations_errors_and_what_is_stuck_are_marked_where_they_happen(watch):
    lanes = lanes_of(
        watch("""
        import anyio

        async def main(desk):
            async def fail():
                await desk.fail()

            async def wait():
                await anyio.sleep(10)

            try:
                async with anyio.create_task_group() as group:
                    group.start_soon(fail)
                    group.start_soon(wait)
            except* ConnectionError:
                pass
            await anyio.Event().wait()
        """)
    )
    marks = {lane.name: [(mark.kind, mark.at) for mark in lane.marks] for lane in lanes}
    assert marks["fail"] == [("error", 1)]
    assert marks["wait"] == [("cancelled", 1)]
    assert marks["main"][-1] == ("stuck", 1)


def test_a_run_goes_the_same_way_whether_it_is_watched_or_not(sandbox, backend):
    program = Program(CIRCLE.replace("\n    ", "\n").encode())
    plain, watched = (
        play(it_runs, Setting(sandbox, program, backend, fresh=True, watched=w), "seed")
        for w in (False, True)
    )
    assert plain.kind == watched.kind
    assert [c.started for c in plain.trace.calls] == [c.started for c in watched.trace.calls]
    assert plain.trace.ending == watched.trace.ending


def test_an_error_in_a_worker_thread_belongs_to_the_task_that_waits_for_it(watch):
    tried = watch("""
        from anyio import to_thread

        def work():
            raise ValueError("in a thread")

        async def main(desk):
            await to_thread.run_sync(work)
        """)
    assert [(s.task, s.line, s.kind) for s in tried.trace.watched.struck] == [(1, 4, "ValueError")]
