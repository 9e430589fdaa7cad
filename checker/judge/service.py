"""Services: the world outside a submission, written as ordinary synchronous classes.

    class Account(Service):
        latency = 0.1

        def __init__(self) -> None:
            self.balance = 0

        def read(self) -> int:
            return self.balance

Each public method can be called by the submission: it awaits `account.read()`, which takes
`latency` virtual seconds, and the method runs at the moment of the reply. So a call that was
cancelled before its reply never happened. `@takes(...)` gives one method a time of its own;
`@blocking` makes it an ordinary function, which holds its thread for that time.

A method that must know when a call arrives, or that something can interrupt, is a generator: it
runs at once up to its first `yield seconds`, goes on when those have passed, and what it returns
is the reply. If the call is cancelled, the generator is closed at its `yield`, so that a `finally`
in it runs.

An exception that a method raises is what the caller sees: built-in ones as they are, those of AnyIO
as classes of their name that are derived from `AnyIOError`, others as the nearest built-in one. Those that nobody raises on purpose (`AttributeError` and such) are the
author's own, and end the check ungraded.
"""

import builtins
import contextlib
import functools
import inspect
import types
from collections.abc import Callable, Generator, Mapping
from itertools import islice
from typing import Any, ClassVar, Final, TypeAlias, TypeVar

import msgspec

from checker_sandbox.wire.limits import MAX_NAME, MAX_NAMES
from checker_sandbox.wire.messages import EndSpec, MethodSpec, ServiceSpec, Value
from checker_sandbox.wire.plain import shortened
from checker_sandbox.wire.shown import attributes, is_code, shown

Latency: TypeAlias = float | Callable[..., float]
"""Virtual seconds, or a function that says them; it is called as the method itself is."""

Condition: TypeAlias = Callable[[], object]
"""What a call waits for until it returns something true."""

Named: TypeAlias = str
"""The argument or the attribute that holds the latency of a call."""

_F = TypeVar("_F", bound=Callable[..., Any])


AUTHORS_ERRORS: Final = (AssertionError, AttributeError, ImportError, NameError, RecursionError)
"""What no service raises on purpose: the check has a mistake, and nobody is charged with it."""


class AnyIOError(Exception):
    """The base of an error that reaches the caller as AnyIO's own of the same name, for those that are not
    here yet. A check need not import AnyIO for it, which would cost every grading its time."""


class EndOfStream(AnyIOError):
    """Reaches the caller as AnyIO's `EndOfStream`: the other side has closed its end, and nothing more will come."""


class ClosedResourceError(AnyIOError):
    """Reaches the caller as AnyIO's `ClosedResourceError`: what is called has been closed on this side."""


class BrokenResourceError(AnyIOError):
    """Reaches the caller as AnyIO's `BrokenResourceError`: the other side has gone, or the connection broke."""


class WouldBlock(AnyIOError):
    """Reaches the caller as AnyIO's `WouldBlock`: the answer is not there yet."""


def blocking(method: _F) -> _F:
    """Make a service's method an ordinary function for the submission, which calls it without `await`: it
    holds the calling thread for its latency. In the event loop's own thread, no task runs meanwhile."""
    method.__blocking__ = True  # type: ignore[attr-defined]
    return method


def takes(latency: Latency | Named) -> Callable[[_F], _F]:
    """Give a service's method a latency of its own, in virtual seconds, instead of that of the service.

    A name, `@takes("seconds")`, is that of the method's argument or else of the service's attribute which
    holds it. If that is a dictionary, it is asked for the first argument of the call, and what it does not
    know takes the service's own latency. A function is called with the service and the arguments of the
    call, as the method itself is."""

    def decorate(method: _F) -> _F:
        method.__latency__ = latency  # type: ignore[attr-defined]
        return method

    return decorate


_PROTOCOLS: Final = frozenset({"__aenter__", "__aexit__", "__anext__"})
"""The methods that a submission does not call by name, but by `async with` and `async for`."""


class Service:
    """Something that a submission calls. Subclass it: every public method is one that the submission can
    await.

    A call takes its latency, and the method runs at the moment of the reply, so that a call that was
    cancelled before then never happened. What the method raises, the caller sees: built-in exceptions
    as they are, those that are derived from `AnyIOError` as AnyIO's own of that name, others as the
    nearest built-in one. Arguments that do not fit the method's signature or its annotations are a
    `TypeError` for the caller. `AssertionError`, `AttributeError`, `ImportError`, `NameError` and
    `RecursionError` are mistakes of the author: the check is then not graded.

    A method that is a generator runs at once up to its first `yield seconds`, goes on when those virtual
    seconds have passed, and what it returns is the reply. With `yield condition`, a function without arguments,
    it goes on as soon as that returns something true, which other calls see to: `yield lambda: self.free > 0`.
    If several wait for the same, one goes on after the other, and each is asked again. If the call is cancelled, the generator is
    closed at its `yield`, so that a `finally` in it runs.

    It may return plain data, or another service.

    With `__aenter__(self)` and `__aexit__(self, error: str | None)` a service can stand in an `async with`.
    The first is called as any method is, and what it returns stands after `as`. The second hears the name
    of the exception with which the block was left, which is `Cancelled` for a cancellation, or None; if it
    returns something true, that exception is dropped. A cancelled task still calls it, but does not wait
    for its reply, so let it be a generator if it must do something then. With `__anext__(self)`, a service
    can stand in an `async for`, which ends when it raises `StopAsyncIteration`. A method `aclose(self)` is called by a
    cancelled task, too, as that of every resource in AnyIO."""

    latency: Latency = 0.1
    """How long each call takes, in virtual seconds: a number, or a method of the service that is called
    with the arguments of the call."""

    scoped: ClassVar[bool] = False
    """Whether a cancel scope is open between `__aenter__` and `__aexit__`, as in a context manager that has
    tasks of its own: then both must be called in the same task, and what was entered last is left first."""

    end: EndSpec | None = None
    """Not None for the end of a stream that the sandbox makes: see `World.stream`."""

    _methods: ClassVar[dict[str, MethodSpec]] = {}

    def __repr__(self) -> str:
        # Without an address, which would be another one in every run that is shown.
        return f"<{type(self).__name__}>"

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls._methods = {
            name: MethodSpec(name, hasattr(function, "__blocking__"))
            for name, function in inspect.getmembers(cls, inspect.isfunction)
            if not name.startswith("_") or name in _PROTOCOLS
        }
        if len(cls._methods.keys() & {"__aenter__", "__aexit__"}) == 1:
            raise TypeError(
                f"{cls.__name__} has one of __aenter__ and __aexit__: define the other one as well"
            )
        if taken := cls._methods.keys() & {"end", "scoped"}:
            raise TypeError(
                f"{cls.__name__} has a method {min(taken)}(), which is a word of the kit's for every service: "
                "give it another name"
            )


class NoSuchMethod(Exception):
    """The sandbox called what is not a public method of the service."""


def specify(service: Service, number: int) -> ServiceSpec:
    """What the sandbox needs to know of a service to make a stub of it."""
    methods = list(service._methods.values())
    return ServiceSpec(number, type(service).__name__, methods, service.scoped, service.end)


def method_of(service: Service, name: str) -> MethodSpec:
    """What is known of the public method of that name. Raises `NoSuchMethod`."""
    try:
        return service._methods[name]
    except KeyError:
        raise NoSuchMethod(f"{type(service).__name__}.{name}") from None


class Invocation:
    """A method of a service, called with arguments that a stranger sent.

    `latency` is how long its next stage takes, in virtual seconds; `advance` runs it.
    Raises `NoSuchMethod` when made, and `TypeError` for arguments that do not fit.
    """

    def __init__(
        self, service: Service, method: str, arguments: list[Any], keywords: dict[str, Any]
    ) -> None:
        bound = getattr(service, method_of(service, method).name)
        self._call = functools.partial(bound, *arguments, **keywords)
        self.given = _bind(bound, method, arguments, keywords)
        """The arguments by the names of the method's parameters."""
        self._stages: Generator[float | Condition, None, Any] | None = None
        self._condition: Condition | None = None
        self.latency: float | None
        if inspect.isgeneratorfunction(bound):
            self._stages = self._call()
            self.latency = None
        else:
            latency = getattr(bound, "__latency__", None)
            if isinstance(latency, str):
                latency = self._held(service, latency)
            elif callable(latency):
                latency = functools.partial(latency, service)
            if latency is None:
                latency = service.latency
            self.latency = latency(*arguments, **keywords) if callable(latency) else latency

    def _held(self, service: Service, name: Named) -> Any:
        """The latency that an argument of the call holds, or else an attribute of the service."""
        held = self.given[name] if name in self.given else getattr(service, name)
        if isinstance(held, Mapping):
            return held.get(next(iter(self.given.values()), None))
        return held

    @property
    def has_stages(self) -> bool:
        """Whether it is a generator, and may be anywhere in it."""
        return self._stages is not None

    @property
    def is_held(self) -> bool:
        """Whether it waits for a condition that does not hold."""
        return self._condition is not None and not self._condition()

    def advance(self) -> Any:
        """Run the next stage. Raises `StopIteration` with the reply, or the method's own error;
        otherwise there is another stage, which takes `latency`."""
        if self._stages is None:
            raise StopIteration(self._call())
        step = next(self._stages)
        self._condition, self.latency = (step, 0.0) if callable(step) else (None, step)
        return None

    def cancel(self) -> None:
        """The caller was cancelled and waits no more."""
        if self._stages is not None:
            self._stages.close()


def state(service: Service) -> tuple[Value, ...]:
    """What a service holds for everybody to see: its public attributes, as short texts."""
    held = (
        Value(shortened(name, MAX_NAME), shown(value))
        for name, value in attributes(service).items()
        if name != "latency" and not is_code(value)
    )
    return tuple(islice(held, MAX_NAMES))


class Settled:
    """A call that was decided when it arrived: by a generator that did not wait, or a refusal."""

    latency = None
    has_stages = False
    is_held = False

    def __init__(self, value: Any = None, *, error: Exception | None = None) -> None:
        self._value = value
        self._error = error

    def advance(self) -> Any:
        if self._error is not None:
            raise self._error
        raise StopIteration(self._value)

    def cancel(self) -> None:
        pass


def _bind(
    bound: Callable[..., Any], method: str, arguments: list[Any], keywords: dict[str, Any]
) -> dict[str, Any]:
    """Hold what was sent against the method's signature and annotations, so that the service of an
    author who trusts them cannot be surprised by a stranger."""
    signature = _signature(bound.__func__)  # type: ignore[attr-defined]
    try:
        given = signature.bind(*arguments, **keywords)
    except TypeError as error:
        raise TypeError(f"{method}(): {error}") from None
    for name, value in given.arguments.items():
        parameter = signature.parameters[name]
        annotation: Any = parameter.annotation
        if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
            annotation = types.GenericAlias(tuple, (annotation, ...))
        elif parameter.kind is inspect.Parameter.VAR_KEYWORD:
            annotation = types.GenericAlias(dict, (str, annotation))
        if parameter.annotation is not inspect.Parameter.empty:
            try:
                # Bytes are bytes here, and not text that stands for some.
                msgspec.convert(value, annotation, builtin_types=(bytes,))
            except msgspec.ValidationError as error:
                raise TypeError(f"{method}(): {name}: {error}") from None
    given.apply_defaults()
    return given.arguments


@functools.cache
def _signature(function: Callable[..., Any]) -> inspect.Signature:
    """The signature of a method, without `self`."""
    signature = inspect.signature(function, eval_str=True)
    return signature.replace(parameters=list(signature.parameters.values())[1:])


def error_kind(error: Exception) -> str:
    """The name of the nearest class of `error` that is AnyIO's or built in, and can be made from a text
    alone."""
    for kind in type(error).__mro__:
        if AnyIOError in kind.__bases__:
            return kind.__name__
        if getattr(builtins, kind.__name__, None) is kind:
            with contextlib.suppress(TypeError):
                kind("")
                return str(kind.__name__)
    return "Exception"


def error_text(error: Exception) -> str:
    """What an error was made from: `str` of a KeyError has quotes around it."""
    if len(error.args) == 1 and isinstance(error.args[0], str):
        return error.args[0]
    return str(error)
