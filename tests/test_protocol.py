"""Nothing that comes through the pipe can do more than fail the run that sent it.

The properties hold for any bytes; the hostile submissions after them find the pipe's descriptor
and speak to the judge by hand.
"""

import contextlib
import gc
import os
import signal
import socket
import struct
import tracemalloc
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from checker import Service
from checker.course import Course
from checker.judge.case import Case
from checker.judge.explain import CheckFailed, explain
from checker.judge.grade import grade
from checker.judge.launch import Program, Sandbox, SandboxError
from checker.judge.search.walk import RandomWalk
from checker.judge.setting import Setting
from checker.judge.trace import Misbehaved, Raised, Returned
from checker.submission import Source
from checker_sandbox.wire.keys import UnfitKey, expect_fit_keys
from checker_sandbox.wire.limits import MAX_FRAME, SMALL_MESSAGE
from checker_sandbox.wire.link import Closed, Link, Overdue, ProtocolError, weight
from checker_sandbox.wire.messages import (
    ActSpec,
    Answered,
    Called,
    ErrorTree,
    Explain,
    Failed,
    FromSandbox,
    Idle,
    Left,
    Printed,
    Resume,
    RunEnded,
    Start,
    ToSandbox,
    instant,
)
from checker_sandbox.wire.plain import MAX_DEPTH, MAX_ITEMS, NotPlain, plain

INTEGERS = st.integers(-(1 << 63), (1 << 63) - 1)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
LEAVES = st.none() | st.booleans() | INTEGERS | st.floats(allow_nan=False) | TEXTS | st.binary()
KEYS = st.none() | st.booleans() | INTEGERS | TEXTS | st.binary()
PLAIN = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.lists(inner, max_size=5).map(tuple)
        | st.dictionaries(KEYS, inner, max_size=5)
    ),
    max_leaves=30,
)


def connected(sock: socket.socket, receives: object) -> Link:
    link = Link(receives)
    link.connect(sock)
    return link


def hear(data: bytes, receives: object = FromSandbox) -> object:
    """What a link makes of these bytes, when nothing comes after them."""
    return _received(lambda sock: sock.sendall(data), receives)


def carried(message: Any, receives: object = FromSandbox) -> object:
    """`message`, after it went through a link."""
    return _received(lambda sock: connected(sock, ToSandbox).send(message), receives)


def _received(send: Callable[[socket.socket], None], receives: object) -> object:
    ours, theirs = socket.socketpair()
    with ours, theirs, ThreadPoolExecutor(1) as executor:
        sent = executor.submit(send, theirs)
        sent.add_done_callback(lambda _: theirs.shutdown(socket.SHUT_WR))
        try:
            return connected(ours, receives).receive()
        finally:
            ours.shutdown(socket.SHUT_RDWR)
            if (error := sent.exception()) is not None and not isinstance(error, OSError):
                raise error


def expect_a_message_or_an_error(data: bytes) -> None:
    """Nothing but what the judge is prepared for may come of these bytes."""
    with contextlib.suppress(ProtocolError, Closed):
        assert isinstance(hear(data), FromSandbox)


def framed(payload: bytes) -> bytes:
    return struct.pack("!I", len(payload)) + payload


def lists(value: object) -> object:
    """`value` with every tuple in it as a list."""
    if isinstance(value, list | tuple):
        return [lists(item) for item in value]
    if isinstance(value, dict):
        return {key: lists(item) for key, item in value.items()}
    return value


# --- any bytes ----------------------------------------------------------------------------------


@settings(max_examples=150)
@given(data=st.binary(max_size=200))
@example(data=b"")
@example(data=b"\x00\x00\x00\x00")
@example(data=b"\xff\xff\xff\xff")
def test_any_bytes_are_a_message_or_an_error_that_the_judge_expects(data):
    expect_a_message_or_an_error(data)


@settings(max_examples=150)
@given(payload=st.binary(max_size=200))
@example(payload=b"\xdd\xff\xff\xff\xff")
@example(payload=b"\xdf\xff\xff\xff\xff")
@example(payload=b"\xc6\xff\xff\xff\xff")
@example(payload=b"\x91" * 100_000)
@example(payload=b"\x81" * 100_000)
@example(payload=b"\x94\xa8Returned\x90\x81\x80\x01\x92\x90\x90")
@example(payload=b"\x94\xa8Returned\x90\x81\x91\x80\x01\x92\x90\x90")
@example(payload=b"\x94\xa8Returned\x90\xd6\xff\xff\xff\xff\xff\x92\x90\x90")
@example(payload=b"\x94\xa8RunEnded\x90\x92\xa8Returned\xd4\x01\x00\x92\x90\x90")
@example(payload=b"\x94\xa8RunEnded\x90\x92\xa8Returned\xa2\xff\xfe\x92\x90\x90")
def test_any_frame_is_a_message_or_an_error_that_the_judge_expects(payload):
    expect_a_message_or_an_error(framed(payload))


@settings(max_examples=150)
@given(message=PLAIN)
def test_any_plain_value_in_a_frame_is_a_message_or_an_error_that_the_judge_expects(message):
    expect_a_message_or_an_error(framed(msgspec.msgpack.encode(message)))


@settings(max_examples=100)
@given(
    tag=st.sampled_from(["Idle", "Flush", "RunEnded", "Explained", "Broken", "Returned", "?"]),
    fields=st.lists(
        PLAIN
        | st.lists(
            st.tuples(st.sampled_from(["Called", "Printed", "CallCancelled", "LoopFreed"]), PLAIN)
        ),
        max_size=4,
    ),
)
def test_any_fields_of_a_message_are_that_message_or_an_error_that_the_judge_expects(tag, fields):
    expect_a_message_or_an_error(framed(msgspec.msgpack.encode([tag, *fields])))


@given(st.data())
def test_a_message_with_one_byte_changed_is_a_message_or_an_error_that_the_judge_expects(data):
    payload = bytearray(
        msgspec.msgpack.encode(
            Idle([Called(1, 0, "ask", [1, "x"], {"a": 2.5}, 1, 0, None), Printed("hello")], 10**12)
        )
    )
    payload[data.draw(st.integers(0, len(payload) - 1))] = data.draw(st.integers(0, 255))
    expect_a_message_or_an_error(framed(bytes(payload)))


def test_a_message_that_is_too_large_is_refused_before_it_is_read():
    with pytest.raises(ProtocolError, match=f"{MAX_FRAME + 1} bytes"):
        hear(struct.pack("!I", MAX_FRAME + 1))


def test_a_message_that_is_too_large_is_not_sent():
    with pytest.raises(NotPlain, match=f"more than {MAX_FRAME >> 20} MiB"):
        carried(RunEnded([], Returned(b"x" * MAX_FRAME), Left()))


def test_a_message_cut_short_is_the_end_of_the_conversation():
    payload = msgspec.msgpack.encode(Idle([], None))
    for length in range(len(payload)):
        with pytest.raises(Closed):
            hear(struct.pack("!I", len(payload)) + payload[:length])


def test_messages_that_arrive_in_pieces_and_together_are_told_apart():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        link = connected(ours, FromSandbox)
        data = b"".join(framed(msgspec.msgpack.encode(Idle([], n))) for n in range(5))
        for at in range(0, len(data), 3):
            theirs.sendall(data[at : at + 3])
        assert [link.receive() for _ in range(5)] == [Idle([], n) for n in range(5)]


def test_a_message_that_does_not_come_in_time_is_overdue():
    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises(Overdue):
        connected(ours, FromSandbox).receive(until=0)


def test_what_the_judge_says_is_no_message_of_a_sandbox():
    for message in (Explain(), Resume(0, []), Start("trio", [ActSpec("main", [])], 0)):
        with pytest.raises(ProtocolError):
            hear(framed(msgspec.msgpack.encode(message)))


def test_a_link_begins_each_conversation_with_nothing_of_the_one_before():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        link = connected(ours, FromSandbox)
        theirs.sendall(framed(msgspec.msgpack.encode(Idle([], 1))) + b"\0\0")
        assert link.receive() == Idle([], 1)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        link.connect(ours)
        theirs.sendall(framed(msgspec.msgpack.encode(Idle([], 2))))
        assert link.receive() == Idle([], 2)


# --- plain data ---------------------------------------------------------------------------------


@given(value=PLAIN)
def test_a_plain_value_arrives_as_it_was_but_for_tuples(value):
    message = carried(RunEnded([], Returned(plain(value)), Left()))
    assert isinstance(message, RunEnded)
    assert isinstance(message.ending, Returned)
    assert message.ending.value == lists(value)
    assert repr(message.ending.value) == repr(lists(value))


@given(value=PLAIN)
def test_plain_data_made_plain_again_is_the_same(value):
    assert plain(plain(value)) == plain(value)


@given(value=PLAIN, call=st.integers(0, 1 << 62))
def test_a_reply_arrives_as_it_was_sent(value, call):
    replies = [Answered(call, plain(value)), Failed(call, "ValueError", "no")]
    assert carried(Resume(5, replies), ToSandbox) == Resume(5, replies)


class Number(int):
    pass


class Text(str):
    __slots__ = ()


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({1}, "a set"),
        (frozenset(), "a frozenset"),
        (object(), "an object"),
        (1j, "a complex"),
        (range(3), "a range"),
        (bytearray(b"x"), "a bytearray"),
        (memoryview(b"x"), "a memoryview"),
        (print, "a builtin_function_or_method"),
        (ValueError("x"), "a ValueError"),
        (Number(1), "a Number"),
        (Text("x"), "a Text"),
        ({(1, 2): 3}, "a dict with a tuple as a key"),
        ({1.5: 3}, "a dict with a float as a key"),
        (1 << 63, "an integer of more than 64 bits"),
        (-(1 << 63) - 1, "an integer of more than 64 bits"),
        ({1 << 63: 0}, "an integer of more than 64 bits"),
        ("\ud800", "lone surrogate"),
        ({"\ud800": 0}, "lone surrogate"),
        ([0] * (MAX_ITEMS + 1), f"more than {MAX_ITEMS:,} items"),
        ("x" * (MAX_FRAME + 1), "a value of more than"),
        ([b"x" * (MAX_FRAME // 2)] * 3, "a value of more than"),
    ],
    ids=lambda value: repr(value)[:40].partition(" at 0x")[0],
)
@pytest.mark.parametrize("place", [lambda v: v, lambda v: [v], lambda v: {"k": (0, v)}])
def test_a_value_that_is_not_plain_is_refused_and_named(value, said, place):
    with pytest.raises(NotPlain, match=said.replace("(", r"\(")):
        plain(place(value))


def test_a_value_nested_too_deep_is_refused():
    value: list[object] = []
    for _ in range(MAX_DEPTH + 1):
        value = [value]
    with pytest.raises(NotPlain, match=f"nested more than {MAX_DEPTH} deep"):
        plain(value)


def test_a_value_that_holds_itself_is_refused():
    value: list[object] = []
    value.append(value)
    with pytest.raises(NotPlain):
        plain(value)


def test_what_is_plain_fits_in_a_message():
    for value in (["x" * 1000] * 500, b"x" * 500_000, {str(n): n for n in range(9000)}):
        assert carried(RunEnded([], Returned(plain(value)), Left()))


@given(seconds=st.floats(allow_nan=False))
def test_any_number_of_seconds_is_an_instant_or_never_comes(seconds):
    at = instant(seconds)
    if at is None:
        assert seconds > 1e9
    else:
        assert 0 <= at <= 1 << 62


# --- submissions that speak to the judge by hand ------------------------------------------------

HOSTILE = """\
import os, socket, struct
import msgspec

pipe = socket.socket(fileno=3)

def write(data):
    pipe.sendall(data)

def send(*message):
    payload = msgspec.msgpack.encode(message)
    write(struct.pack("!I", len(payload)) + payload)

def hear():
    def take(size):
        data = b""
        while len(data) < size:
            part = pipe.recv(size - len(data))
            if not part:
                os._exit(1)
            data += part
        return data
    return msgspec.msgpack.decode(take(struct.unpack("!I", take(4))[0]))

def called(number, service=0, method="read", arguments=(), keywords={}):
    return ["Called", number, service, method, arguments, keywords, 1, 0, None]

LEFT = [[], []]

def begin():
    # Everything after this is forged, and this would come first of what is not.
    send("Flush", [["TaskStarted", 1, "main", None, None]])

"""


class Account(Service):
    latency = 1.0

    def __init__(self) -> None:
        self.balance = 5

    def read(self) -> int:
        return self.balance

    def write(self, balance: int) -> None:
        self.balance = balance

    def _secret(self) -> int:
        return 42


@pytest.fixture
def attack(play):
    """Run the body of a `main` that has the pipe in its hands, then see that a run after it is
    like any other. Returns the run and the service."""

    def attack(body: str, *, explored: bool = False):
        account = Account()
        scheduler = RandomWalk(Random(1)) if explored else None
        rows = "\n    ".join(body.strip("\n").splitlines())
        source = f"{HOSTILE}async def main(account):\n    begin()\n    {rows}\n"
        run = play(source, account, scheduler=scheduler)
        after = play("async def main(account): return await account.read() + 1", Account())
        assert after.value == 6
        assert after.elapsed == 1.0
        return run, account

    return attack


NONSENSE = {
    "random bytes": "write(os.urandom(5000))",
    "a frame of random bytes": "write(struct.pack('!I', 200) + os.urandom(200))",
    "an oversized frame": "write(struct.pack('!I', 2**32 - 1) + b'x' * 10_000_000)",
    "text": "write(b'GET / HTTP/1.0\\r\\n\\r\\n')",
    "an unknown message": "send('Passed', [], 3)",
    "a message of the judge": "send('Resume', 0, [], False)",
    "too few fields": "send('Idle')",
    "too many fields": "send('Idle', [], None, None, 1)",
    "fields of other types": "send('Idle', {'a': 1}, 'soon')",
    "a service that is not there": "send('Idle', [called(1, service=1)], None)",
    "a negative service": "send('Idle', [called(1, service=-1)], None)",
    "a method that is not there": "send('Idle', [called(1, method='steal')], None)",
    "a private method": "send('Idle', [called(1, method='_secret')], None)",
    "a special method": "send('Idle', [called(1, method='__init__')], None)",
    "an attribute": "send('Idle', [called(1, method='balance')], None)",
    "a call with the wrong number": "send('Idle', [called(7)], None)",
    "a call with a negative number": "send('Idle', [called(-1)], None)",
    "a call twice": "send('Idle', [called(1), called(1)], None)",
    "a cancellation of no call": "send('Idle', [['CallCancelled', 1]], None)",
    "a cancellation twice": "send('Idle', [called(1)] + [['CallCancelled', 1]] * 2, None)",
    "a cancellation of what was answered": """
send('Idle', [called(1)], None)
hear()
send('Idle', [['CallCancelled', 1]], None)
""",
    "a negative deadline": "send('Idle', [], -1)",
    "a deadline beyond the end of time": "send('Idle', [], 2**64 - 1)",
    "a line that no file has": "send('Idle', [['Warned', 'x', -1]], None)",
    "a task that no run has": "send('Idle', [['TaskStarted', -7, 'x', 2**63]], None)",
    "a loop freed that was free": "send('Idle', [['LoopFreed']], 5)",
    "a loop blocked twice": "send('Idle', [['LoopBlocked', 'x', 1, 1]] * 2, 5)",
    "arguments nested without end": """
deep = b'\\x91' * 5000 + b'\\xc0'
head = msgspec.msgpack.encode(called(1))
payload = b'\\x93\\xa4Idle\\x91' + head.replace(b'\\xa4read\\x90', b'\\xa4read' + deep) + b'\\xc0'
write(struct.pack('!I', len(payload)) + payload)
""",
    "arguments that are no plain data": """
send('Idle', [called(1, arguments=[msgspec.msgpack.Ext(1, b'x')])], None)
""",
    "a time as an argument": """
send('Idle', [called(1, arguments=[msgspec.msgpack.Ext(-1, b'\\0' * 8)])], None)
""",
    "a time in the returned value": "send('RunEnded', [], ['Returned', msgspec.msgpack.Ext(-1, b'\\0' * 8)], LEFT)",
    "a service in the returned value": """
spec = msgspec.msgpack.encode([0, 'Account', [['read', False]]])
send('RunEnded', [], ['Returned', msgspec.msgpack.Ext(1, spec)], LEFT)
""",
    "a returned value nested too deep": """
value = []
for _ in range(40):
    value = [value]
send('RunEnded', [], ['Returned', value], LEFT)
""",
    "a returned value with odd keys": "send('RunEnded', [], ['Returned', {1.5: 1}], LEFT)",
    "an error nested without end": """
error = b'\\x94\\xa1E\\xa1m\\xc0'
payload = b'\\x94\\xa8RunEnded\\x90\\x92\\xa6Raised' + (error + b'\\x91') * 5000 + error + b'\\x90\\x92\\x90\\x90'
write(struct.pack('!I', len(payload)) + payload)
""",
}


@pytest.mark.parametrize("name", NONSENSE)
def test_a_submission_that_sends_by_hand(attack, name):
    run, account = attack(NONSENSE[name])
    assert isinstance(run.trace.ending, Misbehaved)
    assert "sent the checker what no exercise sends" in explain(run.trace).message
    assert account.balance == 5


FAILING = {
    "hangs up": "os.close(3); pipe.detach()",
    "hangs up in the middle of a message": "write(b'\\0\\0\\1\\0abc'); os._exit(0)",
    "hangs up and goes on": "pipe.shutdown(socket.SHUT_RDWR); await __import__('anyio').sleep(5)",
    "asks for nothing for ever": """
while True:
    send('Idle', [], None)
    hear()
""",
    "lets time pass for ever": """
now = 0
while True:
    now += 1
    send('Idle', [], now)
    hear()
""",
    "lets no time pass for ever": """
while True:
    send('Idle', [], 0)
    hear()
""",
    "tells of things for ever": """
while True:
    send('Flush', [['TaskStarted', n, 'x', None] for n in range(1000)])
""",
    "prints for ever": """
while True:
    send('Flush', [['Printed', 'x' * 1000]] * 100)
""",
    "warns for ever": """
while True:
    send('Flush', [['Warned', 'x', None]] * 5000)
""",
    "calls for ever": """
number = 0
while True:
    send('Flush', [called(number + n) for n in range(1, 2001)])
    number += 2000
""",
    "says that it is stuck": "send('Explained', [], [['me', 1, None, 'you', None]])",
    "says that it spins": "send('RunEnded', [], ['Spun', [['me', 5, 5, '\\x1b[2J', 7]]])",
    "says that it cannot be run": "send('RunEnded', [], ['NotRunnable', ['Missing', 'function', 'the dog ate it', '', ''], 999])",
    "waits for the end of time, and then for more": """
send('Idle', [], 2**62)
hear()
send('Idle', [called(1)], None)
hear()
""",
    "raises by hand an error that is deep": """
error = b'\\x94\\xa1E\\xa1m\\xc0'
payload = b'\\x94\\xa8RunEnded\\x90\\x92\\xa6Raised' + (error + b'\\x91') * 460 + error + b'\\x90\\x92\\x90\\x90'
write(struct.pack('!I', len(payload)) + payload)
""",
    "raises by hand an error that is wide": "send('RunEnded', [], ['Raised', ['E', 'm', 1, [['E', 'm', 1, []]] * 90_000]], LEFT)",
    "is cancelled though nobody asked": "send('RunEnded', [], ['Stopped'], LEFT)",
}


# Some of these meet a limit, which takes a while, and the pipe is the same for both backends.
@pytest.mark.parametrize("backend", ["asyncio"])
@pytest.mark.parametrize("name", FAILING)
def test_a_submission_fails_that(attack, name):
    run, _ = attack(FAILING[name])
    failure = explain(run.trace)
    assert failure.message
    assert len(failure.message) < 1 << 16


def test_a_deadline_in_the_past_comes_now_and_not_before(attack):
    run, _ = attack("""
send('Idle', [], 5_000_000_000)
now = [hear()[1]]
for deadline in (4_000_000_000, 1, 0, 6_000_000_000):
    send('Idle', [], deadline)
    now.append(hear()[1])
send('RunEnded', [], ['Returned', now], LEFT)
""")
    assert run.value == [5_000_000_000] * 4 + [6_000_000_000]
    assert run.elapsed == 6.0


def test_a_forged_call_takes_as_long_as_a_real_one(attack):
    run, _ = attack("""
send('Idle', [called(1)], 0)
hear()
send('Idle', [], None)
answer = hear()
send('RunEnded', [], ['Returned', answer[2][0][2]], LEFT)
""")
    assert run.value == 5
    assert run.elapsed == 1.0


def test_a_forged_return_is_worth_what_it_says_and_makes_no_calls(attack):
    run, account = attack("send('RunEnded', [], ['Returned', None], LEFT)")
    assert run.trace.ending == Returned(None)
    assert run.calls == []
    assert account.balance == 5


def test_a_forged_error_is_an_error(attack):
    run, _ = attack("send('RunEnded', [], ['Raised', ['ValueError', 'forged', None, []]], LEFT)")
    assert run.trace.ending == Raised(ErrorTree("ValueError", "forged", None))


def test_what_is_said_after_the_end_changes_nothing(attack):
    run, account = attack("""
send('RunEnded', [], ['Returned', 1], LEFT)
send('RunEnded', [], ['Returned', 2], LEFT)
send('Idle', [called(1, method='write', arguments=[9])], None)
""")
    assert run.value == 1
    assert account.balance == 5


def test_a_submission_that_says_that_the_checker_is_broken_breaks_its_own_run_alone(play):
    source = f"{HOSTILE}async def main():\n    send('Broken', [], 'Traceback: it was you')\n"
    with pytest.raises(SandboxError, match="it was you"):
        play(source)
    assert play("async def main(): return 1").value == 1


@pytest.mark.parametrize("name", ["SIGKILL", "SIGSEGV"])
def test_a_submission_that_ends_the_server_ends_no_other_run(name):
    setting = f"""
import os, signal

async def main():
    os.kill(os.getppid(), signal.{name})
""".encode()
    # A sandbox of its own: there may be nothing left of it.
    with Sandbox() as sandbox:
        with contextlib.suppress(SandboxError, CheckFailed):
            Case(Setting(sandbox, Program(setting), "trio"), "tests").world().run("main")
        innocent = Case(Setting(sandbox, Program(b"async def main(): return 1"), "trio"), "tests")
        try:
            value = innocent.world().run("main").value
        except SandboxError as error:
            value = str(error)
    gc.collect()  # A socket that was left open should be found here, and not by another test.
    assert value == 1


def test_what_one_run_can_make_the_judge_keep_is_bounded(attack):
    run, _ = attack("""
for _ in range(64):
    send('Flush', [['Warned', 'x' * 1_000_000, None]])
    send('Flush', [['TaskStarted', _, 'x' * 1_000_000, None]])
send('RunEnded', [], ['Returned', None], LEFT)
""")
    kept = sum(len(w.text) for w in run.warnings) + sum(len(t.name) for t in run.tasks)
    assert kept < 32 << 20


def test_a_process_that_was_given_up_on_does_not_live_on(play, tmp_path):
    # It says that the checker is broken, which ends the run, and then waits for ever.
    pid_file = tmp_path / "pid"
    source = f"""{HOSTILE}
async def main():
    with open({str(pid_file)!r}, "w") as file:
        file.write(str(os.getpid()))
    send("Broken", [], "forged")
    import signal
    signal.sigwait([signal.SIGUSR1])
"""
    with contextlib.suppress(SandboxError):
        play(source)
    for _ in range(2):  # Processes that were ended are cleared away when the next ones start.
        play("async def main(): ...")
    pid = int(pid_file.read_text())
    with pytest.raises(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


# --- and what it earns --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        "send('RunEnded', [], ['Returned', None], LEFT)",
        "send('RunEnded', [['Printed', 'all is well']], ['Returned', None], LEFT)",
        "send('Idle', [called(1), called(2, method='write', arguments=[100])], None); hear(); "
        "send('RunEnded', [], ['Returned', None], LEFT)",
        "send('Broken', [], 'forged')",
        "send('RunEnded', [], ['Stopped'], LEFT)",
        "write(b'passed')",
    ],
)
def test_no_forgery_earns_a_point_of_an_exercise(sandbox, body):
    (exercise,) = Course.find(Path(__file__).parent).select(["lost_update"])
    source = f"{HOSTILE}async def deposit_all(accounts, deposits):\n    {body}\n"
    report = grade(exercise, Source("exercise.py", source.encode()), sandbox=sandbox, seed=1)
    assert report.points == 0
    assert report.status != "passed"
    assert all(check.status != "passed" for check in report.checks)


def test_a_kind_of_list_tuple_or_dict_is_taken_for_what_it_is_a_kind_of():
    class Liar(list):
        def __iter__(self):
            return iter(["something else"])

    class Point(NamedTuple):
        x: int
        y: int

    value = [defaultdict(int, a=1), OrderedDict(b=2), Point(3, 4), Liar([5])]
    assert plain(value) == [{"a": 1}, {"b": 2}, [3, 4], [5]]
    assert [type(item) for item in plain(value)] == [dict, dict, list, list]


# --- keys ---------------------------------------------------------------------------------------


@given(PLAIN)
def test_all_plain_data_has_fit_keys(value):
    expect_fit_keys(msgspec.msgpack.encode([value, "x" * SMALL_MESSAGE]))


@given(PLAIN, st.sampled_from([(1, 2), 0.5, ((),)]), PLAIN)
def test_a_key_that_is_a_tuple_or_a_float_is_refused_wherever_it_is(before, key, after):
    value = [before, {"deep": [{key: 1}]}, after, "x" * SMALL_MESSAGE]
    with pytest.raises(UnfitKey):
        expect_fit_keys(msgspec.msgpack.encode(value))


@given(st.binary(min_size=SMALL_MESSAGE + 1, max_size=3 * SMALL_MESSAGE))
def test_what_is_no_messagepack_is_left_to_the_decoder(data):
    with contextlib.suppress(UnfitKey):
        expect_fit_keys(data)


def test_thousands_of_keys_that_are_tuples_end_the_run_before_a_dict_is_made_of_them():
    ours, theirs = socket.socketpair()
    payload = msgspec.msgpack.encode(
        ["Flush", [["Printed", {(number, 1): 1 for number in range(9_000)}]]]
    )
    with ours, theirs:
        theirs.sendall(struct.pack("!I", len(payload)) + payload)
        link = Link(FromSandbox)
        link.connect(ours)
        with pytest.raises(ProtocolError, match="a map with a key of type"):
            link.receive()


@given(PLAIN, st.integers(1, 200))
@example([], 10_000)
@example({"": {}}, 5_000)
@example("\u4e2d", 10_000)
@example("\U0001f600", 10_000)
@example([["ab"], [None, {}], b"ab"], 5_000)
@example(None, 100_000)
@example(1 << 40, 10_000)
@example(0.5, 10_000)
def test_a_message_takes_no_more_memory_than_it_weighs(value, times):
    payload = msgspec.msgpack.encode([value] * times)
    tracemalloc.start()
    try:
        decoded = msgspec.msgpack.decode(payload)
        taken, _most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(decoded) == times
    assert taken <= weight(payload) + 5_000  # Some of which is what the decoder itself keeps.
