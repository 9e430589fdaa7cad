"""What is told of a run: its causes, its story, and the lanes of its tasks and threads."""

import pytest

from checker import Case, Service, blocking, check
from checker.judge.attempt import play, try_check
from checker.judge.causes import find_causes
from checker.judge.grade import report_on
from checker.judge.launch import Program
from checker.judge.record import record
from checker.judge.setting import Setting
from checker.judge.story import MAX_SENTENCES, tell
from checker.judge.words import told_cause
from checker.submission import Source


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
        from tests.conftest import written

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
    assert "took a permit and ended at 1 s without giving it back" in cause.text
    assert "waits for one at line 7" in cause.text
    assert "(take), which has ended" in message_of(tried)


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
        "task 3 (hold) holds the event loop in hold() at line 5 until 1.5 s, 1 s in all; meanwhile "
        "the reply to read() had come for task 2 (read) at 1 s, which could not run"
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
        f"the `except` at line {line} takes the cancellation of task 2 (work) and lets it go no "
        "further"
    ]


def test_a_cancellation_that_is_raised_again_is_not_swallowed(watch):
    causes = told_causes(
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
    assert causes == []


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
    assert told_causes(watch(source).trace) == []
    on_one_line = source.replace(':\n                print("no answer")', ': print("no answer")')
    assert on_one_line != source
    assert told_causes(watch(on_one_line).trace) == []


def test_an_except_that_takes_a_cancellation_on_its_own_line_is_told(watch, marked):
    source = SWALLOWED.replace(":  # here\n                    pass", ": pass  # here")
    assert source != SWALLOWED
    [cause] = texts(told_causes(watch(source).trace))
    assert f"the `except` at line {marked(source)} takes the cancellation" in cause


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
        "task 1 (main) has ended, and task 2 (work), started at line 7, still waits at line 4 for "
        "the reply to read()"
    ]


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
    assert "It called hold() once and write() 2 times, and never called fail() or read()" in message


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
