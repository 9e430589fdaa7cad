"""What an author writes as ordinary synchronous Python, a submission awaits: services."""

from collections.abc import Iterator
from typing import Any

import pytest

from checker import Failure, Service, blocking, takes
from checker.judge.service import AnyIOError
from checker.judge.trace import Deadlocked, Raised, Returned
from checker_sandbox.wire.plain import NotPlain


def calling(expression: str) -> str:
    return f"async def main(service):\n    return {expression}\n"


# --- how long a call takes ----------------------------------------------------------------------


class Latencies(Service):
    latency = 2.0

    def __init__(self) -> None:
        self.penalty = 10.0
        self.by_name = {"a": 3.0}

    @takes("penalty")
    def named(self) -> str:
        return "named"

    @takes("seconds")
    def told(self, seconds: float = 4.0) -> str:
        return "told"

    @takes("by_name")
    def found(self, name: str) -> str:
        return "found"

    def usual(self) -> str:
        return "usual"

    @takes(0.5)
    def quick(self) -> str:
        return "quick"

    @takes(lambda self, seconds, *, extra=0.0: seconds + extra)
    def asked(self, seconds: float, *, extra: float = 0.0) -> str:
        return "asked"

    @takes(lambda self: self.penalty)
    def own(self) -> str:
        return "own"

    @takes(0)
    def instant(self) -> str:
        return "instant"

    @blocking
    @takes(0.25)
    def held(self) -> str:
        return "held"


class Default(Service):
    def call(self) -> None: ...


class Growing(Service):
    """Each call takes a second longer than the one before."""

    calls = 0

    def _next(self) -> float:
        self.calls += 1
        return float(self.calls)

    @takes(_next)
    def call(self) -> None: ...


@pytest.mark.parametrize(
    ("expression", "seconds"),
    [
        ("await service.usual()", 2.0),
        ("await service.named()", 10.0),
        ("await service.told(seconds=0.75)", 0.75),
        ("await service.told()", 4.0),
        ("await service.found('a')", 3.0),
        ("await service.found(name='a')", 3.0),
        ("await service.found('b')", 2.0),
        ("await service.quick()", 0.5),
        ("await service.asked(3.25)", 3.25),
        ("await service.asked(1, extra=0.75)", 1.75),
        ("await service.asked(seconds=0.125)", 0.125),
        ("await service.own()", 10.0),
        ("await service.instant()", 0.0),
        ("service.held()", 0.25),
    ],
)
def test_a_call_takes_the_time_that_its_method_says(play, expression, seconds):
    run = play(calling(expression), Latencies())
    assert run.elapsed == seconds
    (call,) = run.calls
    assert run.value == call.method
    assert (call.started, call.ended, call.outcome) == (0.0, seconds, "answered")


def test_without_a_latency_of_its_own_a_service_takes_a_tenth_of_a_second(play):
    assert play(calling("await service.call()"), Default()).elapsed == 0.1


def test_a_latency_that_is_a_function_is_asked_once_a_call(play):
    run = play(calling("[await service.call() for _ in range(3)]"), Growing())
    assert run.elapsed == 1.0 + 2.0 + 3.0


def test_a_call_is_a_checkpoint_even_if_it_takes_no_time(play):
    run = play(
        """
        import anyio

        async def main(service):
            order = []

            async def other():
                order.append("other")

            async with anyio.create_task_group() as group:
                group.start_soon(other)
                await service.instant()
                order.append("main")
            return order
        """,
        Latencies(),
    )
    assert run.value == ["other", "main"]


def test_a_call_in_a_cancelled_scope_never_happens(play):
    run = play(
        """
        import anyio

        async def main(service):
            with anyio.CancelScope() as scope:
                scope.cancel()
                await service.usual()
        """,
        Latencies(),
    )
    assert run.calls == []


def test_the_method_runs_at_the_moment_of_the_reply(play):
    class Counter(Service):
        latency = 1.0

        def __init__(self) -> None:
            self.count = 0

        def add(self) -> int:
            self.count += 1
            return self.count

    counter = Counter()
    run = play(
        """
        import anyio

        async def main(counter):
            with anyio.move_on_after(0.5):
                await counter.add()
            return await counter.add()
        """,
        counter,
    )
    assert run.value == 1
    assert [call.outcome for call in run.calls] == ["cancelled", "answered"]
    assert [call.done for call in run.calls] == [False, True]


# --- methods that are generators ----------------------------------------------------------------


class Pool(Service):
    """Lends permits: a call waits with one in its hand."""

    def __init__(self) -> None:
        self.taken = 0
        self.log: list[str] = []

    def work(self, first: float, second: float):
        self.taken += 1
        self.log.append("arrived")
        try:
            yield first
            self.log.append("half")
            yield second
            self.log.append("done")
            return first + second
        finally:
            self.taken -= 1
            self.log.append("left")

    def busy(self, limit: int):
        if self.taken >= limit:
            raise ConnectionError("too busy")
        self.taken += 1
        try:
            yield 1.0
        finally:
            self.taken -= 1

    def at_once(self):
        return "now"
        yield

    def fails_late(self):
        yield 2.0
        raise TimeoutError("gave up")


def test_a_generator_arrives_at_once_and_takes_what_it_yields(play):
    pool = Pool()
    run = play(calling("await service.work(1.5, 2.0)"), pool)
    assert run.value == 3.5
    assert run.elapsed == 3.5
    assert pool.log == ["arrived", "half", "done", "left"]


@pytest.mark.parametrize(
    ("after", "log"),
    [(1.0, ["arrived", "left"]), (2.0, ["arrived", "half", "left"])],
)
def test_a_cancelled_generator_is_closed_at_its_yield(play, after, log):
    pool = Pool()
    run = play(
        """
        import anyio

        async def main(pool, after):
            with anyio.move_on_after(after):
                await pool.work(1.5, 2.0)
            await anyio.sleep(10)
        """,
        pool,
        after,
    )
    assert pool.log == log
    assert pool.taken == 0
    assert [(call.ended, call.outcome) for call in run.calls] == [(after, "cancelled")]


def test_a_generator_may_refuse_a_call_when_it_arrives(play):
    run = play(
        """
        import anyio

        async def main(pool):
            outcomes, began = [], anyio.current_time()

            async def one():
                try:
                    await pool.busy(2)
                    outcomes.append("served")
                except ConnectionError as error:
                    outcomes.append(str(error))

            async with anyio.create_task_group() as group:
                for _ in range(5):
                    group.start_soon(one)
            return sorted(outcomes), anyio.current_time() - began
        """,
        Pool(),
    )
    assert run.value == [["served"] * 2 + ["too busy"] * 3, 1.0]


def test_a_generator_may_reply_without_waiting(play):
    run = play(calling("await service.at_once()"), Pool())
    assert run.value == "now"
    assert run.elapsed == 0.0


def test_a_generator_may_fail_late(play):
    run = play(calling("await service.fails_late()"), Pool())
    assert (run.error.kind, run.error.message) == ("TimeoutError", "gave up")
    assert run.elapsed == 2.0
    assert [call.outcome for call in run.calls] == ["failed"]


def test_an_explored_generator_is_given_back_too(case_of):
    source = """
        import anyio

        async def main(pool):
            with anyio.move_on_after(1):
                async with anyio.create_task_group() as group:
                    for _ in range(3):
                        group.start_soon(pool.work, 0.75, 0.75)
        """
    for world in case_of(source).explore(orders=True):
        pool = world.add(Pool())
        world.run("main", pool)
        assert pool.taken == 0
        assert pool.log.count("arrived") == pool.log.count("left") == 3


# --- methods that fail --------------------------------------------------------------------------


class Refused(ConnectionError):
    """A kind of its own, below a built-in one."""


class Odd(Exception):
    """A kind of its own, below none but the most general."""


class Failing(Service):
    def raises(self, name: str):
        errors = {
            "builtin": ValueError("no"),
            "below a builtin": Refused("refused"),
            "of its own": Odd("odd"),
            "a key": KeyError("alice"),
            "of the system": FileNotFoundError(2, "no such file"),
            "of unicode": UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad byte"),
            "a group": ExceptionGroup("two", [ValueError("a"), KeyError("b")]),
            "without text": TimeoutError(),
            "very long": ValueError("x" * 2_000_000),
        }
        raise errors[name]

    @blocking
    def holds(self) -> None:
        raise ConnectionError("no answer")

    def stops(self) -> None:
        raise StopIteration("a mistake of the author's")


def test_a_call_that_failed_has_its_error_as_data_and_no_reply(play):
    run = play(
        """
        async def main(service):
            for name in ("builtin", "a key", "without text"):
                try:
                    await service.raises(name)
                except Exception:
                    pass
        """,
        Failing(),
    )
    told, key, _silent = run.calls
    assert told.reply is None
    assert told.failure == Failure("ValueError", "no")
    assert told.failed_with(ValueError("no"))
    assert told.failed_with(TimeoutError(), ValueError("no"))
    assert not told.failed_with(ValueError("nothing"), TypeError("no"))
    assert key.failed_with(KeyError("alice"))
    assert [str(call.failure) for call in run.calls] == [
        "ValueError: no",
        "KeyError: alice",
        "TimeoutError",
    ]


def test_a_call_that_was_answered_failed_with_nothing(play):
    (call,) = play(calling("await service.usual()"), Latencies()).calls
    assert call.reply == "usual"
    assert call.failure is None
    assert not call.failed_with(ValueError("no"))


@pytest.mark.parametrize(
    ("name", "kind", "text"),
    [
        ("builtin", "ValueError", "no"),
        ("below a builtin", "ConnectionError", "refused"),
        ("of its own", "Exception", "odd"),
        ("a key", "KeyError", "'alice'"),
        ("of the system", "FileNotFoundError", "[Errno 2] no such file"),
        ("of unicode", "UnicodeError", None),
        ("a group", "Exception", None),
        ("without text", "TimeoutError", ""),
    ],
)
def test_what_a_method_raises_is_what_the_caller_sees(play, name, kind, text):
    run = play(
        """
        async def main(service, name):
            try:
                await service.raises(name)
            except Exception as error:
                return [type(error).__name__, str(error)]
        """,
        Failing(),
        name,
    )
    assert run.value[0] == kind
    if text is not None:
        assert run.value[1] == text
    assert [call.outcome for call in run.calls] == ["failed"]


class EndOfStream(AnyIOError):
    """Has the name of an error of AnyIO's."""


class Drained(EndOfStream):
    """A kind of an author's own, below it."""


class Closed(Service):
    def receive(self) -> None:
        raise Drained("no more")


def test_an_error_named_after_one_of_anyio_arrives_as_that_one(play):
    run = play(
        """
        import anyio

        async def main(service):
            try:
                await service.receive()
            except anyio.EndOfStream as error:
                return str(error)
        """,
        Closed(),
    )
    assert run.value == "no more"


def test_an_error_with_a_very_long_text_is_cut_and_not_an_error_of_ours(play):
    run = play(calling("await service.raises('very long')"), Failing())
    assert run.error.kind == "ValueError"
    assert run.error.message.startswith("xxx")


def test_a_blocking_method_fails_in_the_thread_that_called_it(play):
    run = play(
        """
        import anyio

        async def main(service):
            def work():
                try:
                    service.holds()
                except ConnectionError as error:
                    return str(error)
            return await anyio.to_thread.run_sync(work)
        """,
        Failing(),
    )
    assert run.value == "no answer"


def test_a_failed_call_that_nobody_caught_names_the_line_of_the_call(play, marked):
    source = """
        async def main(service):
            await service.raises("builtin")  # here
        """
    run = play(source, Failing())
    assert run.error.line == marked(source)


# --- arguments ----------------------------------------------------------------------------------


class Typed(Service):
    latency = 0.0

    def number(self, n: int) -> int:
        return n

    def real(self, x: float) -> float:
        return x

    def maybe(self, text: str | None = None) -> str | None:
        return text

    def pairs(self, pairs: list[tuple[int, str]]) -> int:
        return len(pairs)

    def table(self, table: dict[str, int]) -> int:
        return len(table)

    def anything(self, value):
        return value

    def many(self, *names: str) -> list[str]:
        return list(names)

    def options(self, **options: int) -> dict[str, int]:
        return options

    def keyword(self, *, key: str) -> str:
        return key

    def data(self, data: bytes) -> int:
        return len(data)

    @blocking
    def held(self, n: int) -> int:
        return n


@pytest.mark.parametrize(
    ("call", "value"),
    [
        ("number(3)", 3),
        ("number(n=3)", 3),
        ("real(1.5)", 1.5),
        ("real(2)", 2),
        ("maybe()", None),
        ("maybe('x')", "x"),
        ("maybe(None)", None),
        ("pairs([(1, 'a'), (2, 'b')])", 2),
        ("table({'a': 1})", 1),
        ("anything([1, {'a': None}])", [1, {"a": None}]),
        ("many('a', 'b')", ["a", "b"]),
        ("many()", []),
        ("options(a=1, b=2)", {"a": 1, "b": 2}),
        ("keyword(key='k')", "k"),
        ("data(b'xyz')", 3),
    ],
)
def test_arguments_that_fit_arrive_as_they_are(play, call, value):
    assert play(calling(f"await service.{call}"), Typed()).value == value


@pytest.mark.parametrize(
    "call",
    [
        "number()",
        "number(1, 2)",
        "number('three')",
        "number(1.5)",
        "number(None)",
        "number(True)",
        "number(m=1)",
        "number(1, n=1)",
        "number(self=1)",
        "real('x')",
        "maybe(1)",
        "pairs([(1, 2)])",
        "pairs([(1,)])",
        "pairs('ab')",
        "table({1: 1})",
        "many('a', 1)",
        "options(a='x')",
        "keyword('k')",
        "data('text')",
        "anything({1, 2})",
        "anything(service)",
        "anything(print)",
        "anything(1 << 70)",
        "anything('\\ud800')",
    ],
)
def test_arguments_that_do_not_fit_are_a_type_error_of_the_caller(play, call):
    run = play(calling(f"await service.{call}"), Typed())
    assert isinstance(run.trace.ending, Raised)
    assert run.error.kind == "TypeError"
    assert call.partition("(")[0] in run.error.message
    assert run.error.line == 2
    assert all(not call.done for call in run.calls)


def test_a_blocking_method_checks_its_arguments_too(play):
    run = play(calling("service.held('three')"), Typed())
    assert run.error.kind == "TypeError"


def test_a_submission_sees_the_public_methods_and_nothing_else(play):
    class Shy(Service):
        latency = 0.0
        limit = 5

        def __init__(self) -> None:
            self.secret = 42

        def hello(self) -> str:
            return self._greet()

        def _greet(self) -> str:
            return "hello"

        @property
        def shown(self) -> int:
            return 1

    run = play(
        """
        async def main(shy):
            return [await shy.hello(), sorted(n for n in dir(shy) if not n.startswith("_"))]
        """,
        Shy(),
    )
    assert run.value == ["hello", ["hello"]]


def test_methods_are_inherited(play):
    class Base(Service):
        latency = 0.5

        def one(self) -> int:
            return 1

    class Derived(Base):
        def two(self) -> int:
            return 2

    run = play(calling("[await service.one(), await service.two()]"), Derived())
    assert run.value == [1, 2]
    assert run.elapsed == 1.0


# --- services as values -------------------------------------------------------------------------


class Connection(Service):
    latency = 1.0

    def __init__(self, name: str) -> None:
        self.name = name
        self.closed = False

    def query(self, text: str) -> str:
        return f"{self.name}: {text}"

    def close(self) -> None:
        self.closed = True


class Database(Service):
    latency = 1.0

    def __init__(self) -> None:
        self.connections: list[Connection] = []

    def connect(self) -> Connection:
        self.connections.append(Connection(f"c{len(self.connections)}"))
        return self.connections[-1]

    def all(self) -> dict[str, list[Connection]]:
        return {"open": self.connections}

    def wrong(self) -> object:
        return {1, 2}


def test_a_reply_may_hand_out_a_service(play):
    database = Database()
    run = play(
        """
        async def main(database):
            first, second = await database.connect(), await database.connect()
            answer = await second.query("hello")
            await first.close()
            again = (await database.all())["open"]
            return [answer, again == [first, second], len({first, second, *again}), repr(first)]
        """,
        database,
    )
    assert run.value == ["c1: hello", True, 2, "<Connection 1>"]
    assert [connection.closed for connection in database.connections] == [True, False]
    first, second = database.connections
    assert [call.service for call in run.calls] == [database, database, second, first, database]
    assert run.elapsed == 5.0


def test_services_may_stand_anywhere_in_the_arguments(play):
    one, other = Connection("one"), Connection("other")
    run = play(
        """
        async def main(where):
            return [await where["a"][0].query("x"), await where["b"].query("y")]
        """,
        {"a": [one], "b": other},
    )
    assert run.value == ["one: x", "other: y"]


def test_a_service_that_stands_twice_in_the_arguments_is_one(play):
    one = Connection("one")
    run = play("async def main(a, b): return a is b", one, one)
    assert run.value is True


def test_a_reply_that_is_not_plain_is_the_authors_mistake_and_no_mark(play):
    with pytest.raises((TypeError, NotPlain), match="a service replied with a set"):
        play(calling("await service.wrong()"), Database())
    assert play("async def main(): ...").trace.ending == Returned(None)


def test_a_submission_cannot_call_what_it_was_not_given(play):
    database = Database()
    hidden = Connection("hidden")
    database.connections.append(hidden)
    run = play(
        """
        async def main(database):
            kernel = database.connect.__func__.__closure__
            return type(database).__name__
        """,
        database,
    )
    assert run.value == "Database"
    assert not hidden.closed


def test_an_exception_that_is_raised_again_and_again_holds_on_to_no_frames(case_of):
    gone = ConnectionError("gone")

    class Line(Service):
        def dial(self) -> None:
            raise gone

    case = case_of("""
        async def main(line):
            for _ in range(3):
                try:
                    await line.dial()
                except ConnectionError:
                    pass
        """)
    world = case.world()
    world.run("main", world.add(Line()))
    assert gone.__traceback__ is None
    assert gone.__context__ is None


# --- a call that waits for another one -----------------------------------------------------------


class Shelf(Service):
    """Whoever takes waits until something lies there; who came first is not first."""

    latency = 0

    def __init__(self) -> None:
        self.lies: list[int] = []
        self.log: list[str] = []

    def put(self, item: int) -> None:
        self.lies.append(item)

    def take(self) -> Iterator[Any]:
        try:
            yield lambda: self.lies
        finally:
            self.log.append("no longer waits")
        return self.lies.pop(0)

    def look(self, checkpoints: int) -> Iterator[Any]:
        for _ in range(checkpoints):
            yield 0.0
        return len(self.lies)


def test_a_call_waits_until_another_one_lets_it_go_on(play):
    run = play(
        """
        import anyio

        async def main(shelf):
            taken = []

            async def take():
                taken.append(await shelf.take())

            async with anyio.create_task_group() as group:
                group.start_soon(take)
                group.start_soon(take)
                await anyio.sleep(5)
                await shelf.put(1)
                await anyio.sleep(5)
                await shelf.put(2)
            return taken
        """,
        Shelf(),
    )
    assert sorted(run.value) == [1, 2]
    assert [call.ended for call in run.calls_to("take")] == [5.0, 10.0]


def test_a_call_that_nothing_lets_go_on_is_a_deadlock_at_once(play):
    shelf = Shelf()
    run = play("async def main(shelf): await shelf.take()", shelf)
    assert isinstance(run.trace.ending, Deadlocked)
    assert run.elapsed == 0.0


def test_a_cancelled_call_waits_no_more(play):
    shelf = Shelf()
    run = play(
        """
        import anyio

        async def main(shelf):
            with anyio.move_on_after(3):
                await shelf.take()
            await shelf.put(1)
            return await shelf.take()
        """,
        shelf,
    )
    assert run.value == 1
    assert run.elapsed == 3.0
    assert len(shelf.log) == 2


@pytest.mark.parametrize("checkpoints", [0, 1, 5])
def test_what_takes_no_time_is_over_when_all_tasks_are_blocked(play, checkpoints):
    run = play(
        """
        import anyio

        async def main(shelf, checkpoints):
            seen = []

            async def look():
                seen.append(await shelf.look(checkpoints))

            async def take():
                seen.append(await shelf.take())

            async with anyio.create_task_group() as group:
                group.start_soon(take)
                group.start_soon(look)
                await anyio.wait_all_tasks_blocked()
                before = list(seen)
                await shelf.put(7)
                await anyio.wait_all_tasks_blocked()
                return before, list(seen)
        """,
        Shelf(),
        checkpoints,
    )
    assert run.value == [[0], [0, 7]]
    assert run.elapsed == 0.0
