"""What the expectations that all checks share say when they do not hold."""

import pytest

from checker import CheckFailed, ClosedResourceError, Service, advise


class Desk(Service):
    latency = 1.0

    def ask(self) -> int:
        return 1

    def fail(self) -> None:
        raise ConnectionError("gone")

    def close(self) -> None:
        raise ClosedResourceError("it was closed")


@pytest.fixture
def call(case_of):
    """One act of a source text in a world with a desk, which may be cancelled, and what its calls were."""

    def call(source, cancel_after=None):
        world = case_of(source).world()
        act = world.call("main", world.add(Desk()))
        run = world.attempt_all(act if cancel_after is None else act.cancel_after(cancel_after))
        return run, act

    return call


SHIELDED = """
    import anyio

    async def main(desk):
        with anyio.CancelScope(shield=True):
            await desk.ask()  # here
"""


def test_a_cancellation_that_is_held_up_is_told_with_the_call_that_went_on(call, marked):
    run, act = call(SHIELDED, cancel_after=0.5)
    with pytest.raises(CheckFailed) as caught:
        run.expect_ended_with(act, run.calls)
    assert caught.value.message == (
        "main() was cancelled from outside at 0.5 s, and ended at 1 s; it must end at once. Its call ask() "
        "went on until 1 s"
    )
    assert caught.value.line == marked(SHIELDED)
    assert "let the cancellation reach ask(): put no shield around it" in caught.value.advice


def test_a_cancellation_that_is_held_up_by_a_sleep_is_told_without_a_call(call):
    source = """
        import anyio

        async def main(desk):
            try:
                await desk.ask()
            finally:
                with anyio.CancelScope(shield=True):
                    await anyio.sleep(3)
        """
    run, act = call(source, cancel_after=0.5)
    with pytest.raises(CheckFailed) as caught:
        run.expect_ended_with(act, run.calls)
    assert caught.value.message.endswith("and ended at 3.5 s; it must end at once")
    assert caught.value.line is None
    assert "do not shield what takes time" in caught.value.advice


def test_a_late_end_can_be_told_of_one_call_of_several(call):
    run, act = call(SHIELDED, cancel_after=0.5)
    with pytest.raises(CheckFailed, match=r"^in call 2 of 3, main"):
        run.expect_ended_with(act, run.calls, place="in call 2 of 3, ")


def test_who_ends_at_once_when_cancelled_is_told_nothing(call):
    run, act = call("async def main(desk):\n    await desk.ask()\n", cancel_after=0.5)
    run.expect_ended_with(act, run.calls)


@pytest.mark.parametrize(
    ("then", "told", "advice"),
    [
        ("raise", None, None),
        ("return", "before it was done, and returned as if all was well", "do not catch it"),
        ("raise ValueError('no')", "and raised ValueError: no", "raise nothing in its place"),
    ],
)
def test_a_cancellation_must_get_out_of_who_was_not_done(call, then, told, advice):
    source = f"""
        import anyio

        async def main(desk):
            try:
                await desk.ask()
            except anyio.get_cancelled_exc_class():
                {then}
        """
    # On asyncio who returns cannot be told from who was woken just before, if a call was cancelled.
    run, act = call(source, cancel_after=0.5)
    if told is None:
        run.expect_gave_way(act, run.calls, done=False)
        return
    with pytest.raises(CheckFailed) as caught:
        run.expect_gave_way(act, [], done=False, place="in call 1 of 2, ")
    assert caught.value.message == f"in call 1 of 2, main() was cancelled at 0.5 s, {told}"
    assert advice in caught.value.advice


def test_who_was_done_when_it_was_cancelled_may_return(call):
    source = """
        import anyio

        async def main(desk):
            try:
                await desk.ask()
            except anyio.get_cancelled_exc_class():
                return
        """
    run, act = call(source, cancel_after=0.5)
    run.expect_gave_way(act, [], done=True)


FAILS = """
    import anyio

    async def main(desk):
        try:
            await desk.fail()
        except ConnectionError as error:
            {then}
    """


@pytest.mark.parametrize(
    ("then", "told", "advice"),
    [
        ("raise", None, None),
        ("raise ExceptionGroup('all', [error])", None, None),
        ("return", "main() returned at 1 s", "let it out"),
        (
            "raise ConnectionError('gone')",
            "main() raised ConnectionError: gone at 1 s",
            "that very error",
        ),
        (
            "await anyio.sleep(2); raise",
            "and main() raised that at 3 s",
            "raise it at once",
        ),
        (
            "await desk.ask(); raise",
            "and main() raised that at 2 s; ask() went on until then",
            "raise it at once",
        ),
    ],
)
def test_the_very_error_of_a_call_must_be_heard_at_once(call, then, told, advice):
    run, act = call(FAILS.format(then=then))
    failed = run.calls[0]
    if told is None:
        run.expect_heard(act, failed, run.calls, "it failed", advice="let it out")
        return
    with pytest.raises(CheckFailed) as caught:
        run.expect_heard(act, failed, run.calls, "it failed", advice="let it out")
    assert caught.value.message.endswith(told)
    assert caught.value.message.count("gone") == told.count("gone"), "what was raised is told once"
    assert advice in caught.value.advice


def test_what_the_kit_knows_of_an_error_is_not_said_of_one_that_a_service_raised(call):
    run, act = call("async def main(desk):\n    await desk.close()\n")
    [error] = act.errors
    assert (error.kind, advise(error, run.trace.backend)) == ("ClosedResourceError", None)


def test_threads_that_are_left_are_told_as_threads(call):
    source = """
        import threading
        import time

        async def main(desk):
            for _ in range(2):
                threading.Thread(target=time.sleep, args=(5,)).start()
            await desk.ask()
        """
    run, _ = call(source)
    with pytest.raises(CheckFailed) as caught:
        run.expect_nothing_left()
    assert caught.value.message == (
        "2 threads still ran when the function ended; the first, Thread-1 (sleep), was in time.sleep()"
    )
    assert "wait for every thread that you start" in caught.value.advice


def test_a_deadlock_that_is_a_circle_of_locks_asks_for_their_order(fail):
    source = """
        import anyio

        async def main():
            locks = [anyio.Lock(), anyio.Lock()]

            async def take(first, second):
                async with locks[first]:
                    await anyio.sleep(1)
                    async with locks[second]:
                        pass

            async with anyio.create_task_group() as group:
                group.start_soon(take, 0, 1)
                group.start_soon(take, 1, 0)
        """
    assert fail(source).advice.startswith("in what order does each of these tasks take its locks")


def test_a_deadlock_without_a_circle_asks_what_should_end_each_wait(fail):
    source = """
        import anyio

        async def main():
            await anyio.Event().wait()
        """
    assert fail(source).advice.startswith("for each wait above")


def test_a_deadlock_is_told_with_the_error_that_a_call_had_raised_before(case_of):
    source = """
        import anyio

        ready = anyio.Event()

        async def serve():
            await anyio.sleep(1)
            raise ConnectionError("no answer")

        async def ask():
            await ready.wait()
        """
    world = case_of(source).world()
    with pytest.raises(CheckFailed) as caught:
        world.attempt_all(world.call("serve"), world.call("ask"))
    assert caught.value.message.endswith(
        "\nBefore that, at 1 s, serve() had raised ConnectionError: no answer"
    )


@pytest.mark.parametrize(
    ("body", "advice"),
    [
        ("anyyo.sleep(1)", "a missing `import`"),
        ("assert stream() is None", "does the brief promise what the `assert` takes for granted?"),
        (
            "(lambda ends: (ends[0].close(), ends[0].send_nowait(1)))(stream())",
            "a clone() of its own",
        ),
        (
            "(lambda ends: (ends[1].close(), ends[0].send_nowait(1)))(stream())",
            "nobody is left to receive",
        ),
    ],
)
def test_what_to_try_is_said_of_errors_that_many_learners_meet(fail, body, advice):
    source = f"""
        import anyio

        def stream():
            return anyio.create_memory_object_stream(1)

        async def main():
            {body}
        """
    assert advice in fail(source).advice
