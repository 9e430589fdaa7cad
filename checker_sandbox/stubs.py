"""A service as the submission sees it: an object whose methods send messages to the judge."""

import math
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final, Self

import anyio

from checker_sandbox.kernel import Kernel
from checker_sandbox.wire.messages import EndSpec, MethodSpec, ServiceSpec, StreamLeft

CLOSING: Final = frozenset({"__aexit__", "aclose"})
"""Methods that are called even by a task that has been cancelled, as those of every resource in AnyIO and trio:
it does not wait for them, but still says that it leaves the block, or is done with the resource."""


class Stub:
    """A service, as the submission sees it. Equal to itself only."""

    def __init__(self, number: int) -> None:
        self._number = number

    def __hash__(self) -> int:
        # Not by address, so that a set of services has the same order in every run.
        return self._number

    def __eq__(self, other: object) -> bool:
        return self is other

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._number}>"


class Stubs:
    """Makes the stub of a service when it first arrives, and the same one ever after."""

    def __init__(self) -> None:
        self.kernel: Kernel
        self._made: dict[int, object] = {}
        self._streams: dict[int, tuple[Any, Any]] = {}

    def embody(self, spec: ServiceSpec) -> object:
        stub = self._made.get(spec.number)
        if stub is None and spec.end is not None:
            stub = self._made[spec.number] = self._end(spec.end)
        if stub is None:
            methods = protocols({m.name: self._method(spec, m) for m in spec.methods}, spec)
            stub = self._made[spec.number] = type(spec.name, (Stub,), methods)(spec.number)
        return stub

    def _end(self, end: EndSpec) -> object:
        if end.stream not in self._streams:
            room = math.inf if end.buffer is None else end.buffer
            self._streams[end.stream] = anyio.create_memory_object_stream[Any](room)
        send, receive = self._streams[end.stream]
        return send if end.sends else receive

    def streams_left(self) -> list[StreamLeft]:
        """How the streams are that the judge has handed in."""
        left = []
        for number, (send, _) in self._streams.items():
            now = send.statistics()
            left.append(
                StreamLeft(
                    number,
                    now.current_buffer_used,
                    now.open_send_streams,
                    now.open_receive_streams,
                )
            )
        return left

    def _method(self, spec: ServiceSpec, method: MethodSpec) -> Callable[..., Any]:
        stubs, number, name = self, spec.number, method.name

        async def call(self: Stub, /, *args: Any, **kwargs: Any) -> Any:
            return await stubs.kernel.call(number, name, args, kwargs, sure=name in CLOSING)

        def call_blocking(self: Stub, /, *args: Any, **kwargs: Any) -> Any:
            return stubs.kernel.call_blocking(number, name, args, kwargs)

        function = call_blocking if method.blocking else call
        function.__name__ = name
        function.__qualname__ = f"{spec.name}.{name}"
        return function


def protocols(methods: dict[str, Callable[..., Any]], spec: ServiceSpec) -> dict[str, Any]:
    """The methods of a stub, with what `async with` and `async for` ask of an object beside the calls that
    the service answers."""
    made: dict[str, Any] = dict(methods)
    if "__anext__" in methods:
        made["__aiter__"] = _itself
    if "__aexit__" in methods:
        made |= _block(methods["__aenter__"], methods["__aexit__"], spec)
    return made


def _itself(stub: Any) -> Any:
    return stub


def _block(
    enter: Callable[..., Any], leave: Callable[..., Any], spec: ServiceSpec
) -> dict[str, Any]:
    """The methods of an asynchronous context manager. If it is `scoped`, a cancel scope is open from its
    beginning to its end, as in most that have tasks of their own."""
    scopes: dict[Any, anyio.CancelScope] = {}

    async def aenter(self: Any) -> Any:
        if not spec.scoped:
            return await enter(self)
        if self in scopes:
            raise RuntimeError(f"this {spec.name} has been entered before, and not been left since")
        with _Kept(scopes, self):
            return await enter(self)

    async def aexit(
        self: Any,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> Any:
        if spec.scoped:
            if self not in scopes:
                raise RuntimeError(f"this {spec.name} has not been entered")
            # Before anything is said of it: whoever is not where it was entered cannot leave it.
            scopes.pop(self).__exit__(None, None, None)
        name = None
        if kind is not None:
            name = (
                "Cancelled" if issubclass(kind, anyio.get_cancelled_exc_class()) else kind.__name__
            )
        return await leave(self, name)

    return {"__aenter__": aenter, "__aexit__": aexit}


class _Kept:
    """A cancel scope that is entered here, and left elsewhere unless something goes wrong."""

    def __init__(self, scopes: dict[Any, anyio.CancelScope], key: Any) -> None:
        self._scopes = scopes
        self._key = key

    def __enter__(self) -> Self:
        scope = self._scopes[self._key] = anyio.CancelScope()
        scope.__enter__()
        return self

    def __exit__(self, kind: Any, error: Any, traceback: Any) -> bool | None:
        if kind is None:
            return None
        return bool(self._scopes.pop(self._key).__exit__(kind, error, traceback))
