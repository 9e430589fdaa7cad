"""A service can stand in an `async with`, and in an `async for`."""

import pytest

from checker import Feed, Service
from checker.judge.trace import Raised, Returned, Stopped


class Session(Service):
    latency = 1.0

    def __init__(self) -> None:
        self.left_with: list[str | None] = []
        self.is_open = False

    def __aenter__(self) -> "Session":
        self.is_open = True
        return self

    def __aexit__(self, error: str | None) -> bool:
        self.left_with.append(error)
        self.is_open = False
        return error == "LookupError"

    def ask(self) -> str:
        return "answer"


class Alert(Session):
    """Closes at once, and then takes its time."""

    def __aexit__(self, error: str | None):
        self.left_with.append(error)
        yield 5.0
        self.is_open = False


class Bound(Session):
    scoped = True


class Log(Service):
    latency = 1.0

    def __init__(self, lines: list[str]) -> None:
        self._lines = iter(lines)

    def __anext__(self) -> str:
        for line in self._lines:
            return line
        raise StopAsyncIteration


def inside(body: str) -> str:
    return f"""
import anyio

async def main(session):
    async with session as entered:
        assert entered is session
        {body}
"""


@pytest.mark.parametrize("kind", [Session, Bound])
def test_a_service_can_stand_in_an_async_with(play, kind):
    session = kind()
    run = play(inside("return await entered.ask()"), session)
    assert run.value == "answer"
    assert run.elapsed == 3.0
    assert [call.method for call in run.calls] == ["__aenter__", "ask", "__aexit__"]
    assert session.left_with == [None]


@pytest.mark.parametrize("kind", [Session, Bound])
def test_it_hears_with_which_error_the_block_was_left_and_may_drop_it(play, kind):
    for error, ending in (("ValueError", Raised), ("LookupError", Returned)):
        session = kind()
        run = play(inside(f"raise {error}"), session)
        assert isinstance(run.trace.ending, ending)
        assert session.left_with == [error]


def test_a_block_that_is_cancelled_calls_aexit_and_does_not_wait_for_it(play):
    for session, left_with in ((Session(), []), (Alert(), ["Cancelled"])):
        run = play(inside("await anyio.sleep(60)"), session, cancel_after=2.5)
        assert isinstance(run.trace.ending, Stopped)
        assert run.elapsed == 2.5
        assert run.calls[-1].method == "__aexit__"
        assert run.calls[-1].outcome == "cancelled"
        assert session.left_with == left_with


class Line(Service):
    """Is open until somebody closes it."""

    latency = 1.0
    is_open = True

    def ask(self) -> str:
        return "answer"

    def aclose(self):
        self.is_open = False
        yield 0.0


def test_aclose_is_called_by_a_cancelled_task_too_as_that_of_anyio_s_streams(play):
    for way in ("contextlib.aclosing(line)", "closing(line)"):
        line = Line()
        run = play(
            f"""
            import anyio, contextlib

            @contextlib.asynccontextmanager
            async def closing(line):
                try:
                    yield
                finally:
                    await line.aclose()

            async def main(line):
                async with {way}:
                    await line.ask()
            """,
            line,
            cancel_after=0.5,
        )
        assert isinstance(run.trace.ending, Stopped)
        assert not line.is_open
        assert run.elapsed == 0.5


def test_a_shielded_aexit_goes_to_its_end(play):
    session = Alert()
    run = play(
        """
        import anyio

        async def main(session):
            with anyio.CancelScope(shield=True) as scope:
                with anyio.move_on_after(1.5):
                    try:
                        await session.__aenter__()
                        await anyio.sleep(60)
                    finally:
                        with anyio.CancelScope(shield=True):
                            await session.__aexit__(None, None, None)
        """,
        session,
    )
    assert run.elapsed == 6.5
    assert session.left_with == [None]
    assert not session.is_open


def test_what_has_a_scope_of_its_own_must_be_left_in_the_task_that_entered_it(play):
    session = Bound()
    run = play(
        """
        import anyio

        async def main(session):
            entered, left = anyio.Event(), anyio.Event()

            async def owner():
                async with session:
                    entered.set()
                    await left.wait()

            async with anyio.create_task_group() as group:
                group.start_soon(owner)
                await entered.wait()
                try:
                    await session.__aexit__(None, None, None)
                except RuntimeError:
                    print("refused")
                left.set()
        """,
        session,
    )
    assert [printed.text for printed in run.prints] == ["refused\n"]
    # And its own task, whose scope is spoilt, hears of it too.
    assert {error.kind for error in run.errors} == {"RuntimeError"}
    assert [call.method for call in run.calls] == ["__aenter__"]
    assert session.left_with == []


def test_without_a_scope_of_its_own_anybody_may_leave_it(play):
    session = Session()
    run = play(
        """
        import anyio

        async def main(session):
            async with anyio.create_task_group() as group:
                group.start_soon(session.__aenter__)
                await anyio.sleep(2)
                group.start_soon(session.__aexit__, None, None, None)
        """,
        session,
    )
    assert isinstance(run.trace.ending, Returned)
    assert session.left_with == [None]


def test_a_service_can_stand_in_an_async_for(play):
    run = play(
        """
        async def main(log):
            return [line async for line in log]
        """,
        Log(["a", "b"]),
    )
    assert run.value == ["a", "b"]
    assert run.elapsed == 3.0
    assert [call.reply for call in run.calls] == ["a", "b", None]
    assert [call.outcome for call in run.calls] == ["answered"] * 3


def test_an_author_who_forgets_one_half_of_a_block_is_told_so():
    with pytest.raises(TypeError, match="define the other one as well"):

        class Half(Service):
            def __aenter__(self) -> None: ...


def test_a_method_may_not_be_called_as_what_the_kit_keeps_of_every_service():
    with pytest.raises(TypeError, match=r"Line has a method end\(\).*give it another name"):

        class Line(Service):
            def end(self) -> None: ...


class Inbox(Feed):
    pass


class Generator(Feed):
    ends_if_left = True


READS_ALL = """
    async def main(feed):
        return [item async for item in feed]
    """

READS_WITH_A_LIMIT = """
    import anyio

    async def main(feed):
        items = []
        for _ in range(3):
            with anyio.move_on_after(2):
                items.append(await anext(feed, "the end"))
        return items
    """


def test_a_feed_hands_out_each_item_after_its_time_and_then_ends(play):
    run = play(READS_ALL, Inbox(["a", "", "c"], [1.0, 2.0, 0.5, 4.0]))
    assert run.value == ["a", "", "c"]
    assert [call.ended for call in run.calls] == [1.0, 3.0, 3.5, 7.5]


def test_the_last_gap_of_a_feed_holds_for_all_that_is_left(play):
    assert play(READS_ALL, Inbox([1, 2, 3], [0.5])).elapsed == 2.0


def test_an_error_among_the_items_of_a_feed_is_raised_in_its_place(play):
    run = play(READS_ALL, Inbox([1, LookupError("lost"), 3], [0.5]))
    assert isinstance(run.trace.ending, Raised)
    assert run.error.message == "lost"
    assert run.elapsed == 1.0


@pytest.mark.parametrize(("kind", "after"), [(Inbox, "c"), (Generator, "the end")])
def test_a_wait_that_is_broken_off_loses_an_item_of_a_feed_or_ends_it(play, kind, after):
    run = play(READS_WITH_A_LIMIT, kind(["a", "b", "c"], [1.0, 5.0, 1.0]))
    assert run.value == ["a", after]


def test_only_one_may_wait_for_the_next_item_of_a_feed(play):
    run = play(
        """
        import anyio

        async def main(feed):
            async with anyio.create_task_group() as group:
                group.start_soon(anext, feed)
                group.start_soon(anext, feed)
        """,
        Inbox([1, 2], [1.0]),
    )
    [error] = [call.failure for call in run.calls if call.failure]
    assert str(error) == "RuntimeError: somebody waits for the next item already"
