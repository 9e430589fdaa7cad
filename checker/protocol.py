"""Every message that passes between the judge and a sandbox, and how it is framed.

One run is one conversation over a private stream socket. The sandbox speaks whenever its event
loop has nothing left to do: it sends what happened since it last spoke (`Called`, `Printed`, ...)
and then either says that it is `Idle` and until when, or how the run ended. The judge answers
each `Idle` with exactly one `Resume` (or with `Explain`, if nothing can ever happen again).

The judge believes none of it: a message decodes into one of the types below, within the limits
below, or the run is over. Nothing here can carry code.

All instants are whole nanoseconds of virtual time since the run began.
"""

import socket
import struct
import time
from collections.abc import Callable
from typing import Annotated, Any, Final, Literal, TypeAlias

import msgspec

__all__ = [
    "MAX_FRAME",
    "ActCancelled",
    "ActEnded",
    "ActRaised",
    "ActReturned",
    "ActSpec",
    "ActUnusable",
    "Answered",
    "Awaited",
    "Broken",
    "CallCancelled",
    "Called",
    "Cancelled",
    "Closed",
    "Ended",
    "ErrorTree",
    "Event",
    "Explain",
    "Failed",
    "Flush",
    "FromSandbox",
    "Idle",
    "Left",
    "Link",
    "LoopBlocked",
    "LoopFreed",
    "MethodSpec",
    "NotPlain",
    "ObjectSpec",
    "Outcome",
    "Overdue",
    "Printed",
    "ProtocolError",
    "Raised",
    "Resume",
    "Returned",
    "ServiceSpec",
    "Spinning",
    "Start",
    "Strike",
    "StrikeCame",
    "Struck",
    "Stuck",
    "Swallowed",
    "TaskStarted",
    "TaskSteps",
    "ThreadStarted",
    "ToSandbox",
    "Unusable",
    "Wait",
    "Waiting",
    "Warned",
    "instant",
    "plain",
    "shortened",
]

MAX_FRAME: Final = 1 << 20
"""The largest message either side accepts, in bytes."""

MAX_DEPTH: Final = 32
MAX_ITEMS: Final = 20_000
MAX_TEXT: Final = 1 << 19
"""How many bytes and characters one plain value may hold in all."""

END_OF_TIME: Final = 1 << 62
"""The last instant a deadline may name (146 years)."""

_SERVICE: Final = 1
_HEADER: Final = struct.Struct("!I")


Line: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] | None
"""A line of the learner's file, counted from 1."""


Number: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)]
"""What is counted in a run: calls, tasks, threads, services."""

Name: TypeAlias = Annotated[str, msgspec.Meta(max_length=600)]
"""What the submission calls something."""

Words: TypeAlias = Annotated[str, msgspec.Meta(max_length=3000)]
"""What is told of something. A sandbox cuts names to 100 characters and words to 500, each of which may
be written as six; whoever has taken one over shall not make them longer, since they are told again for
each step."""

Instant: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=1 << 62)]
"""Nanoseconds of virtual time since the run began."""


class ProtocolError(Exception):
    """The other side sent something that is not a message of this protocol."""


class Closed(Exception):
    """The other side hung up, or the process behind it ended."""


class Overdue(Exception):
    """Nothing came within the real time allowed."""


class NotPlain(TypeError):
    """A value that is not plain data cannot cross to the other side; its text says why."""


class _Message(msgspec.Struct, frozen=True, array_like=True, tag=True, forbid_unknown_fields=True):
    pass


# --- what the judge tells the sandbox -----------------------------------------------------------


class MethodSpec(msgspec.Struct, frozen=True, array_like=True):
    """A method of a service: what the sandbox must know to make a stub of it."""

    name: str
    blocking: bool


class ServiceSpec(msgspec.Struct, frozen=True, array_like=True):
    """A service, as it crosses inside a value: the sandbox makes a stub with these methods."""

    number: int
    name: str
    methods: list[MethodSpec]


class ObjectSpec(msgspec.Struct, frozen=True, array_like=True):
    """An object of the learner's own class: `name(*arguments)`."""

    name: str
    arguments: list[Any]


class ActSpec(msgspec.Struct, frozen=True, array_like=True):
    """One call of the learner's code: `function(*arguments)`, or that method of an object."""

    function: str
    arguments: list[Any]
    object: int | None = None
    """The object's index in `Start.objects`."""


class Strike(msgspec.Struct, frozen=True, array_like=True):
    """A cancellation from outside that comes between two steps of the tasks.

    A task takes a step whenever the event loop resumes it. Steps are counted over all tasks of the
    submission, from 1, the step in which the learner's code first runs. Right before step number
    `step`, the act with the index `act` is cancelled, if it is under way then.
    """

    step: int
    act: int = 0


class Start(_Message, frozen=True):
    """Run the program that was loaded, on this backend: make the objects, in order and inside the
    event loop, and then call what `acts` says, each when the judge wants it to begin."""

    backend: str
    acts: list[ActSpec]
    seed: int
    objects: list[ObjectSpec] = []
    begin: list[int] = msgspec.field(default_factory=lambda: [0])
    """The indices of the acts that begin at once. The others begin when a `Resume` says so."""
    stay: bool = False
    """Whether the process should wait for another `Start` if this run leaves nothing behind."""
    watch: bool = False
    """Whether to tell what every task and thread does, for people to look at."""
    count: bool = False
    """Whether to tell how many steps the tasks take."""
    strike: Strike | None = None

    @property
    def is_one_call(self) -> bool:
        """Whether the run is one call from beginning to end. Its only act then runs in task 1, and
        the last message says how it ended; otherwise task 1 is the checker's own, each act has a
        task and a cancel scope to itself, and `ActEnded` says how each one ended."""
        return len(self.acts) == 1 and self.begin == [0]


class Answered(_Message, frozen=True):
    """The reply to a call."""

    call: int
    value: Any


class Failed(_Message, frozen=True):
    """A call that failed; `kind` names a built-in exception."""

    call: int
    kind: str
    message: str


class Resume(_Message, frozen=True):
    """It is now `now`, and this is what arrived. The acts whose indices are in `begin` begin; those
    in `cancel` are cancelled from outside. `timers` asks for the last timer."""

    now: int
    replies: list[Answered | Failed]
    begin: list[int] = []
    cancel: list[int] = []
    timers: bool = False


class Explain(_Message, frozen=True):
    """Say where every task waits, and end: nothing will ever happen again."""


ToSandbox: TypeAlias = Start | Resume | Explain


# --- what the sandbox tells the judge -----------------------------------------------------------


class TaskStarted(_Message, frozen=True):
    task: Number
    name: Name
    parent: Number | None
    line: Line
    """The learner's line that started it."""


class Called(_Message, frozen=True):
    """A method of a service was called by `task`, from `thread` (0 is the event loop's)."""

    call: Number
    service: Number
    method: Name
    arguments: list[Any]
    keywords: dict[str, Any]
    task: Number
    thread: Number
    line: Line


class CallCancelled(_Message, frozen=True):
    """The task that waited for this call was cancelled, and waits no more."""

    call: Number


class Printed(_Message, frozen=True):
    text: str


class LoopBlocked(_Message, frozen=True):
    """The event loop's own thread now waits for `what`, so that no task can run."""

    what: "Awaited"
    line: Line
    task: Number


class LoopFreed(_Message, frozen=True):
    pass


class Warned(_Message, frozen=True):
    """Python warned about the submission, for example of a coroutine that was never awaited."""

    text: Words
    line: Line


class ThreadStarted(_Message, frozen=True):
    """A worker thread was started by `task`. Told only where the judge watches, as are the next."""

    thread: Number
    name: Name
    task: Number


class Waiting(_Message, frozen=True):
    """From now on a task waits for something; or a worker thread, if `thread` is not 0."""

    task: Number
    thread: Number
    line: Line
    what: "Awaited"


class Ended(_Message, frozen=True):
    """A task has come to its end; or a worker thread, if `thread` is not 0."""

    task: Number
    thread: Number


class Struck(_Message, frozen=True):
    """An exception first appeared in the learner's code: a cancellation, if it has no `kind`."""

    task: Number
    line: Line
    kind: Words
    message: Words


class Swallowed(_Message, frozen=True):
    """An `except` took a cancellation, and the task went on."""

    task: Number
    line: Line


class ErrorTree(msgspec.Struct, frozen=True, array_like=True):
    """An exception; for an exception group, with those inside it."""

    kind: Words
    message: Words
    line: Line
    """The deepest line of the learner's file in its traceback."""
    children: list["ErrorTree"] = []
    call: Number = 0
    """The number of the failed call that raised this very exception object: not a copy of it, nor one
    that was raised from it. 0 if no call did."""


class ActReturned(_Message, frozen=True):
    value: Any


class ActRaised(_Message, frozen=True):
    error: ErrorTree


class ActCancelled(_Message, frozen=True):
    """The judge cancelled the act, and it let itself be cancelled."""


class ActUnusable(_Message, frozen=True):
    """The act could not be carried out, or returned what cannot cross; `reason` is for the learner."""

    reason: Words
    line: Line


Outcome: TypeAlias = ActReturned | ActRaised | ActCancelled | ActUnusable


class StrikeCame(_Message, frozen=True):
    """The act that `Start.strike` names was cancelled, right before that step."""


class TaskSteps(_Message, frozen=True):
    """So many steps the tasks have taken so far. Told only where they are to be counted."""

    count: Number


class ActEnded(_Message, frozen=True):
    """One of several acts came to its end; `act` is its index."""

    act: Number
    outcome: Outcome


Event: TypeAlias = (
    TaskStarted
    | Called
    | CallCancelled
    | Printed
    | LoopBlocked
    | LoopFreed
    | Warned
    | ThreadStarted
    | Waiting
    | Ended
    | Struck
    | Swallowed
    | ActEnded
    | StrikeCame
    | TaskSteps
)


class Awaited(msgspec.Struct, frozen=True, array_like=True):
    """What somebody waits for."""

    kind: Literal[
        "reply",  # of the service's method `name`
        "sleep",
        "turn",  # nothing: it can run
        "lock",
        "semaphore",  # with `count` permits left
        "limiter",  # `count` of its tokens are taken, of `total`
        "condition",
        "event",
        "future",
        "item",  # from a stream, of which `count` send ends are open
        "room",  # in a stream, of which `count` receive ends are open
        "result",  # of the task `name`
        "children",  # `count` tasks of its task group
        "worker",  # the worker thread `name`, or one that is yet to start
        "thread's sleep",
        "thread's lock",
        "thread's end",  # that of the thread `name`
        "event loop",
        "other",  # of the class, or in the function, `name`
    ]
    name: Name = ""
    count: Number = 0
    total: float = 0.0
    holders: tuple[Number, ...] = ()
    """The living tasks that could end the wait, as far as they are known: who holds the lock, who is in
    the task group, who has the other end of the stream, ..."""
    gone: tuple[Number, ...] = ()
    """The tasks that took a permit and have ended with it."""


class Wait(msgspec.Struct, frozen=True, array_like=True):
    """Where one task (or worker thread) is, and what it waits for."""

    who: Words
    """The name of the task or of the thread."""
    task: Number
    line: Line
    what: Awaited
    started_at: Line = None
    """The line of the code that the task runs, if it is the learner's."""
    is_thread: bool = False
    holds_loop: bool = False
    """Whether it waits in the event loop's own thread, so that no task can run."""


class Left(msgspec.Struct, frozen=True, array_like=True):
    """What still ran when the submission returned."""

    tasks: list[Wait] = []
    threads: list[Wait] = []


class Flush(_Message, frozen=True):
    """What happened so far, because there is much of it; expects no answer."""

    events: list[Event]


class Idle(_Message, frozen=True):
    """Nothing can run before `deadline`, unless a reply arrives. `last_timer` is when the last timer
    goes off, if that was asked for and there is one."""

    events: list[Event]
    deadline: Instant | None
    last_timer: Instant | None = None


class Returned(_Message, frozen=True):
    """The only act returned `value`; or all acts have ended, each in its own way."""

    events: list[Event]
    value: Any
    left: Left
    stays: bool = False
    """Whether the process waits for another `Start`."""


class Raised(_Message, frozen=True):
    """The only act raised, or making one of the objects did."""

    events: list[Event]
    error: ErrorTree
    left: Left
    stays: bool = False


class Cancelled(_Message, frozen=True):
    """The judge cancelled the only act, and it let itself be cancelled."""

    events: list[Event]
    left: Left
    stays: bool = False


class Unusable(_Message, frozen=True):
    """The submission cannot be run at all; `reason` says why, for the learner."""

    events: list[Event]
    reason: Words
    line: Line


class Stuck(_Message, frozen=True):
    """The answer to `Explain`."""

    events: list[Event]
    waits: list[Wait]


class Spinning(_Message, frozen=True):
    """The event loop runs round after round without ever letting time pass."""

    events: list[Event]
    waits: list[Wait]


class Broken(_Message, frozen=True):
    """The sandbox itself failed: an error of ours, never a mark."""

    events: list[Event]
    traceback: str


FromSandbox: TypeAlias = (
    Flush | Idle | Returned | Raised | Cancelled | Unusable | Stuck | Spinning | Broken
)


# --- plain data ---------------------------------------------------------------------------------


def plain(value: object, besides: type | None = None) -> Any:
    """Copy `value` as plain data, the only kind that may cross: exactly None, bool, int (64 bit),
    float, str or bytes, and lists, tuples and dicts of these. A tuple crosses as a list, and a kind
    of list, tuple or dict (a `defaultdict`, a named tuple) as what it is a kind of.

    What is an instance of `besides` passes as it is. Raises `NotPlain`, with a message for the
    learner, for anything else, and for too much of it.
    """
    return _Plain(besides).copy(value, MAX_DEPTH)


class _Plain:
    """Copies one value, and counts what it holds."""

    def __init__(self, besides: type | None) -> None:
        self._besides = besides
        self._items = 0
        self._text = 0

    def copy(self, value: object, depth: int) -> Any:
        self._items += 1
        if self._items > MAX_ITEMS:
            raise NotPlain(f"a value of more than {MAX_ITEMS:,} items")
        kind = type(value)
        if value is None or kind is bool or kind is float:
            return value
        if kind is int:
            if not -(1 << 63) <= value < 1 << 63:  # type: ignore[operator]
                raise NotPlain("an integer of more than 64 bits")
            return value
        if kind is str or kind is bytes:
            return self._count(value)
        if depth == 0:
            raise NotPlain(f"a value nested more than {MAX_DEPTH} deep")
        # What a subclass says of itself is not asked: only what it holds as what it is a kind of.
        if isinstance(value, list):
            return [self.copy(item, depth - 1) for item in list.__iter__(value)]
        if isinstance(value, tuple):
            return [self.copy(item, depth - 1) for item in tuple.__iter__(value)]
        if isinstance(value, dict):
            return {
                self._copy_key(key): self.copy(item, depth - 1) for key, item in dict.items(value)
            }
        if self._besides is not None and isinstance(value, self._besides):
            return value
        raise NotPlain(_indefinite(kind.__name__))

    def _copy_key(self, key: object) -> Any:
        if type(key) not in (str, int, bytes, bool, type(None)):
            raise NotPlain(f"a dict with {_indefinite(type(key).__name__)} as a key")
        return self.copy(key, 0)

    def _count(self, value: Any) -> Any:
        self._text += len(value)
        if self._text > MAX_TEXT:
            raise NotPlain(f"a value of more than {MAX_TEXT >> 10} KiB")
        if type(value) is str:
            try:
                value.encode()
            except UnicodeEncodeError:
                raise NotPlain("a string with a lone surrogate, which is not text") from None
        return value


def _indefinite(noun: str) -> str:
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


def shortened(text: str, length: int = 500) -> str:
    """`text` cut to a length, and without what UTF-8 cannot hold."""
    # A submission's own kind of string is asked for its characters, and for nothing else.
    return str.__getitem__(text, slice(length)).encode(errors="backslashreplace").decode()


def instant(seconds: float) -> int | None:
    """Nanoseconds for `seconds` of virtual time; None for a time that never comes, as any after the
    end of time. What is before the beginning is at the beginning."""
    if not seconds < END_OF_TIME / 1e9:
        return None
    return round(max(seconds, 0.0) * 1e9)


# --- framing ------------------------------------------------------------------------------------


class Link:
    """One end of a conversation: sends and receives whole messages.

    `receives` is the union of the types this end accepts. Values may hold services if this end is
    given a way to describe one (the judge: `describe`) or to make a stub (the sandbox: `embody`).
    Making the codecs takes longer than a short conversation, so a link is made once and `connect`ed
    for each.
    """

    def __init__(
        self,
        receives: Any,
        *,
        describe: Callable[[Any], ServiceSpec] | None = None,
        embody: Callable[[ServiceSpec], object] | None = None,
    ) -> None:
        self.describe = describe
        self.embody = embody
        self._encoder = msgspec.msgpack.Encoder(enc_hook=self._encode_service)
        self._decoder = msgspec.msgpack.Decoder(receives, ext_hook=self._decode_service)

    def connect(self, sock: socket.socket) -> None:
        """Begin a conversation over a stream socket."""
        self.socket = sock
        self._buffer = bytearray()
        self._until: float | None = None
        self.begin()

    def begin(self) -> None:
        """Begin another conversation over the same socket."""
        self.received = len(self._buffer)
        """How many bytes of this conversation have arrived so far."""

    def _encode_service(self, value: object) -> msgspec.msgpack.Ext:
        if self.describe is None:
            raise NotPlain(_indefinite(type(value).__name__))
        return msgspec.msgpack.Ext(_SERVICE, msgspec.msgpack.encode(self.describe(value)))

    def _decode_service(self, code: int, data: memoryview) -> object:
        if self.embody is None or code != _SERVICE:
            raise ProtocolError(f"an extension of type {code}")
        return self.embody(msgspec.msgpack.decode(data, type=ServiceSpec))

    def send(self, message: _Message) -> None:
        """Send one message. Raises `NotPlain` if it is too large, `Closed` if nobody listens."""
        payload = self._encoder.encode(message)
        if len(payload) > MAX_FRAME:
            raise NotPlain(f"a value of more than {MAX_FRAME >> 20} MiB")
        try:
            self.socket.sendall(_HEADER.pack(len(payload)) + payload)
        except TimeoutError:
            raise Overdue from None
        except OSError:
            raise Closed from None

    def receive(self, until: float | None = None) -> Any:
        """Return the next message, waiting for it until `until` on the real `time.monotonic`.

        Raises `ProtocolError`, `Closed` or `Overdue`.
        """
        self._until = until
        if until is not None and time.monotonic() > until:
            raise Overdue
        (size,) = _HEADER.unpack(self._take(_HEADER.size))
        if size > MAX_FRAME:
            raise ProtocolError(f"a message of {size} bytes")
        payload = self._take(size)
        try:
            return self._decoder.decode(payload)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError, ValueError) as error:
            raise ProtocolError(str(error)) from None

    @property
    def has_more(self) -> bool:
        """Whether more has arrived than what was received."""
        return bool(self._buffer)

    def _take(self, size: int) -> bytes:
        while len(self._buffer) < size:
            if self._until is not None:
                left = self._until - time.monotonic()
                if left <= 0:
                    raise Overdue
                self.socket.settimeout(left)
            try:
                part = self.socket.recv(1 << 16)
            except TimeoutError:
                raise Overdue from None
            except OSError:
                raise Closed from None
            if not part:
                raise Closed
            self._buffer += part
            self.received += len(part)
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken
