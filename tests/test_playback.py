"""How things stood at each step of a run: what a picture holds, and that to take one changes nothing."""

from dataclasses import replace

import pytest

from checker import Case, Service, check
from checker.judge.attempt import play
from checker.judge.launch import Program
from checker.judge.playback import MAX_MOMENTS
from checker.judge.record import record
from checker.judge.setting import Setting
from checker.judge.story import tell
from checker.judge.trace import Overran, Returned
from checker_sandbox.wire.limits import MAX_NAMES, MAX_SHOWN
from checker_sandbox.wire.shown import attributes, shown

from .conftest import written


class Desk(Service):
    latency = 1.0

    def __init__(self) -> None:
        self.value = 0
        self._secret = 7

    def read(self) -> int:
        return self.value

    def write(self, value: int) -> None:
        self.value = value


@check("It runs", advice="make it run")
def it_runs(case: Case) -> None:
    world = case.world()
    world.attempt("main", world.add(Desk()))


@pytest.fixture
def trace_of(sandbox, backend):
    """The trace of a run of a source text, pictured or only watched."""

    def trace_of(source: str, *, pictured: bool = True):
        setting = Setting(sandbox, Program(written(source).encode()), backend)
        setting = replace(setting, fresh=True, watched=True, pictured=pictured)
        tried = play(it_runs, setting, "seed")
        assert tried.obstacle is None
        return tried.trace

    return trace_of


@pytest.fixture
def playback_of(trace_of):
    def playback_of(source: str, **options):
        return record(
            trace_of(source, **options),
            exercise="a/b",
            title="",
            check="",
            token="",
            passed=True,
            message="",
            file="exercise.py",
            source=b"",
        ).playback

    return playback_of


def moment_of(playback, text):
    """The step that is told with these words."""
    found = [moment for moment in playback.moments if text in moment.text]
    assert found, [moment.text for moment in playback.moments]
    return found[0]


def values_of(moment, task):
    (place,) = [place for place in moment.places if (place.kind, place.number) == ("task", task)]
    return {value.name: value.text for value in place.values}


UPDATE = """
    import anyio

    async def add(desk, amount):
        balance = await desk.read()  # read
        await desk.write(balance + amount)  # write

    async def outer(desk, amount):
        await add(desk, amount)  # call

    async def main(desk):
        async with anyio.create_task_group() as group:
            group.start_soon(outer, desk, 3)
            group.start_soon(outer, desk, 4)
    """


def test_each_step_shows_lines_callers_and_names_of_whoever_took_it_and_not_yet_of_the_others(
    playback_of, marked
):
    playback = playback_of(UPDATE)
    read, write, call = (marked(UPDATE, f"# {word}") for word in ("read", "write", "call"))
    first, second = [each for each in playback.moments if "calls write" in each.text]
    one, other = first.number, second.number
    lines = {place.number: place.line for place in first.places}
    assert (lines[one], lines[other]) == (write, read)
    lines = {place.number: place.line for place in second.places}
    assert (lines[one], lines[other]) == (write, write)
    assert {place.callers for place in second.places if place.line == write} == {(call,)}
    assert values_of(first, one)["balance"] == "0"
    assert "balance" not in values_of(first, other)


def test_a_reply_is_shown_before_what_follows_upon_it(playback_of, marked):
    playback = playback_of(UPDATE)
    last = [each for each in playback.moments if "write() is done" in each.text][-1]
    lines = {place.number: place.line for place in last.places}
    assert lines[last.number] == marked(UPDATE, "# write")
    assert playback.moments[-1].places == ()


def test_each_step_shows_what_the_services_hold_in_public(playback_of):
    playback = playback_of(UPDATE)
    done = [each for each in playback.moments if "write() is done" in each.text]
    held = [
        [(each.name, value.name, value.text) for each in moment.services for value in each.values]
        for moment in (playback.moments[0], *done)
    ]
    assert held[0] == [("Desk", "value", "0")]
    assert {held[1][0], held[2][0]} == {("Desk", "value", "3"), ("Desk", "value", "4")}


def test_who_holds_and_who_waits_is_shown_under_the_names_of_the_learners(playback_of):
    playback = playback_of("""
        import anyio

        limiter = anyio.CapacityLimiter(2)

        class Shop:
            def __init__(self):
                self.door = anyio.Semaphore(1)

        async def work(desk, number, shop, locks, ready, send):
            async with limiter:
                await ready.wait()
                async with locks[0], shop.door:
                    await desk.read()
                await send.send(number)

        async def main(desk):
            shop, locks, ready = Shop(), [anyio.Lock()], anyio.Event()
            send, receive = anyio.create_memory_object_stream(1)
            async with anyio.create_task_group() as group:
                for number in range(3):
                    group.start_soon(work, desk, number, shop, locks, ready, send)
                await anyio.sleep(1)
                ready.set()
                await anyio.sleep(10)
                for _ in range(3):
                    await receive.receive()
        """)
    seen = {
        (each.kind, each.name, each.facts, len(each.holders), len(each.waiting), len(each.senders))
        for moment in playback.moments
        for each in moment.primitives
    }
    assert ("CapacityLimiter", "limiter", "2 of 2 taken", 2, 1, 0) in seen
    assert ("Event", "ready", "not set", 0, 2, 0) in seen
    assert ("Event", "ready", "set", 0, 0, 0) in seen
    assert ("Lock", "locks[0]", "", 1, 1, 0) in seen
    assert ("Semaphore", "shop.door", "0 permits left", 1, 0, 0) in seen
    streams = {
        (facts, waiting, sending)
        for kind, _, facts, _, waiting, sending in seen
        if kind == "stream"
    }
    assert ("1 item in it, of 1 at the most", 0, 1) in streams


def test_it_is_known_who_wakes_whom(playback_of):
    playback = playback_of("""
        import anyio

        async def waits(ready):
            await ready.wait()

        async def main(desk):
            ready = anyio.Event()
            async with anyio.create_task_group() as group:
                group.start_soon(waits, ready)
                await anyio.sleep(1)
                ready.set()
        """)
    assert [(wake.at, wake.by, wake.task, wake.what) for wake in playback.wakes][:1] == [
        (1.0, 1, 2, "Event")
    ]


def test_it_is_known_which_task_is_the_last_that_a_group_waits_for(playback_of):
    playback = playback_of("""
        import anyio

        async def main(desk):
            async with anyio.create_task_group() as group:
                group.start_soon(anyio.sleep, 1)
                group.start_soon(anyio.sleep, 2)
        """)
    assert [(wake.at, wake.by, wake.task, wake.what) for wake in playback.wakes] == [
        (2.0, 3, 1, "task group")
    ]


HOSTILE = """
    import anyio

    class Meta(type):
        @property
        def __module__(cls):
            raise SystemError("module")

    class Odd(metaclass=Meta):
        def __init__(self):
            self.inside = 1

        def __repr__(self):
            print("repr")
            while True:
                pass

        def __getattribute__(self, name):
            print("getattribute")
            raise SystemError(name)

        def __eq__(self, other):
            print("eq")
            raise SystemError("eq")

        __hash__ = None

    class Text(str):
        def __repr__(self):
            raise SystemError("text")

    class Many(list):
        def __iter__(self):
            raise SystemError("iter")

    async def main(desk):
        odd, text, many = Odd(), Text("x" * 2_000_000), Many([1])
        number, deep = 10 ** 100_000, []
        for _ in range(10_000):
            deep = [deep]
        names = {n: n for n in range(100_000)}
        await desk.read()
        return 1
    """


def test_no_code_of_the_learners_runs_for_a_picture_and_texts_stay_short(trace_of, playback_of):
    trace = trace_of(HOSTILE)
    assert isinstance(trace.ending, Returned)
    assert trace.prints == []
    playback = playback_of(HOSTILE)
    values = values_of(moment_of(playback, "calls read()"), 1)
    assert values["odd"] == "Odd(inside=1)"
    assert values["number"].startswith("<an int of")
    assert max(map(len, values.values())) <= MAX_SHOWN
    assert len(values) <= MAX_NAMES


def test_a_run_that_is_pictured_goes_as_it_goes_without(trace_of):
    pictured, plain = trace_of(UPDATE), trace_of(UPDATE, pictured=False)
    assert plain.watched.picture is None
    assert tell(pictured, passed=True) == tell(plain, passed=True)
    assert pictured.elapsed == plain.elapsed


def test_a_long_run_is_pictured_as_far_as_its_limits_allow(trace_of, playback_of):
    source = """
        import anyio

        async def work(desk, number):
            names = {f"name {n}": "x" * 50 for n in range(8)}
            for turn in range(60):
                text = f"{number} {turn}"
                await desk.write(turn)

        async def main(desk):
            async with anyio.create_task_group() as group:
                for number in range(40):
                    group.start_soon(work, desk, number)
        """
    assert isinstance(trace_of(source).ending, Returned)
    playback = playback_of(source)
    assert MAX_MOMENTS <= len(playback.moments) <= MAX_MOMENTS + 2
    assert any("steps more" in moment.text for moment in playback.moments)
    assert not isinstance(trace_of(source).ending, Overran)


FORGERY = """
    import os, socket, struct
    import msgspec

    async def main(desk):
        pipe = socket.socket(fileno=3)
        def send(*message):
            payload = msgspec.msgpack.encode(message)
            pipe.sendall(struct.pack("!I", len(payload)) + payload)
        lock = ["lock", "<b>", 999999999, float("nan"), [7, 8] * 50, [1000000], [3]]
        events = [
            ["Stands", 999, 0, 999999, [999999, None], ["lock"], [["<script>", "\\u202e" * 60]]],
            *(["Stands", n, n % 2, None, [], ["turn"], []] for n in range(5000)),
            ["Primitives", [lock] * 60],
            ["Woken", 5, 999],
            ["Woken", 999, 5],
        ]
        send("Idle", events, None)
        pipe.recv(1000)
    """


def test_a_sandbox_that_makes_a_picture_up_spoils_that_and_nothing_else(trace_of, playback_of):
    forged, plain = trace_of(FORGERY), trace_of(FORGERY, pictured=False)
    assert type(forged.ending) is type(plain.ending)
    playback = playback_of(FORGERY)
    assert all(len(moment.places) <= 120 for moment in playback.moments)


@pytest.mark.parametrize(
    "events",
    [
        '[["Stands", 1, 0, 1, [1] * 100, ["lock"], []]]',
        '[["Stands", 1, 0, 1, [], ["lock"], [["x", "y" * 10_000]]]]',
        '[["Primitives", [["lock", "x"]] * 1000]]',
        '[["Primitives", [["spoon", "x"]]]]',
        '[["Woken", -1, 1]]',
    ],
)
def test_a_picture_beyond_its_limits_ends_the_run(trace_of, events):
    source = FORGERY.replace('send("Idle", events, None)', f'send("Idle", {events}, None)')
    assert "Misbehaved" in type(trace_of(source).ending).__name__


# --- values as texts ----------------------------------------------------------------------------


class Plain:
    def __init__(self, **names: object) -> None:
        vars(self).update(names)


class Slotted:
    __slots__ = ("held",)


class Hidden:
    @property
    def __dict__(self):  # type: ignore[override]
        raise SystemError("asked")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "None"),
        ("a\nb", r"'a\nb'"),
        ([1, [2, [3, [4]]]], "[1, [2, [3, […]]]]"),
        ((1,), "(1,)"),
        ({"b", "a"}, "{'a', 'b'}"),
        (set(), "set()"),
        ({1: {"x": 2}}, "{1: {'x': 2}}"),
        (list(range(100)), "[0, 1, 2, 3, 4, 5, 6, 7, …]"),
        (Plain(held=1, _own=2), "Plain(held=1)"),
        (Plain(), "<Plain>"),
        (Slotted(), "<Slotted>"),
        (Hidden(), "<Hidden>"),
        (1 << 200, "<an int of 201 bits>"),
        (Plain, "<class Plain>"),
        (len, "<builtin_function_or_method>"),
        (True, "True"),
    ],
)
def test_a_value_is_shown_in_few_words(value, text):
    assert shown(value) == text


def test_an_object_that_holds_itself_is_shown():
    circle = Plain()
    vars(circle)["itself"] = circle
    assert shown(circle) == "Plain(itself=Plain(itself=Plain(itself=<Plain>)))"[:MAX_SHOWN]
    assert attributes(circle) == {"itself": circle}
