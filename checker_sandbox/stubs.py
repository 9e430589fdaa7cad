"""A service as the submission sees it: an object whose methods send messages to the judge."""

from collections.abc import Callable
from typing import Any

from checker_sandbox.kernel import Kernel
from checker_sandbox.wire.messages import MethodSpec, ServiceSpec


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
        self._made: dict[int, Stub] = {}

    def embody(self, spec: ServiceSpec) -> Stub:
        stub = self._made.get(spec.number)
        if stub is None:
            methods = {m.name: self._method(spec, m) for m in spec.methods}
            stub = self._made[spec.number] = type(spec.name, (Stub,), methods)(spec.number)
        return stub

    def _method(self, spec: ServiceSpec, method: MethodSpec) -> Callable[..., Any]:
        stubs, number, name = self, spec.number, method.name

        async def call(self: Stub, /, *args: Any, **kwargs: Any) -> Any:
            return await stubs.kernel.call(number, name, args, kwargs)

        def call_blocking(self: Stub, /, *args: Any, **kwargs: Any) -> Any:
            return stubs.kernel.call_blocking(number, name, args, kwargs)

        function = call_blocking if method.blocking else call
        function.__name__ = name
        function.__qualname__ = f"{spec.name}.{name}"
        return function
