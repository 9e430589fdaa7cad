"""What a run is asked to do: one call from beginning to end, or several acts in one event loop.

Most runs are one call, which task 1 makes itself. Where there are more, task 1 is the checker's own:
it makes the objects, and starts a task for each act when the judge wants it to begin. Each act has its
own cancel scope, and what it raises ends only that act.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import anyio

from checker_sandbox import entropy
from checker_sandbox.errors import describe_error
from checker_sandbox.kernel import Kernel
from checker_sandbox.submission import (
    UnusableSubmission,
    expect_to_fit,
    find,
    find_method,
    first_line,
    load,
)
from checker_sandbox.wire.limits import MAX_NAME
from checker_sandbox.wire.messages import (
    ActEnded,
    ActEnding,
    ActSpec,
    Raised,
    Returned,
    Start,
    Stopped,
)
from checker_sandbox.wire.plain import NotPlain, plain, shortened
from checker_sandbox.wire.reasons import NotAsync, Uncrossable


@dataclass(frozen=True)
class Script:
    """What `Start` asks for, found in the submission."""

    start: Start
    makers: list[Callable[..., Any]]
    """What makes each of the objects."""
    functions: list[Callable[..., Any] | None]
    """For each act its function, or None where it is the method of an object."""

    def name(self) -> str:
        """What task 1 is called: after its function, where it runs one."""
        if not self.start.is_one_call:
            return "checker"
        function = self.functions[0]
        if function is None:
            return self.start.acts[0].function
        return str(getattr(function, "__qualname__", type(function).__qualname__))


def read(start: Start) -> Script:
    """Import the submission and find what is to be called in it. Raises `UnusableSubmission`."""
    before = entropy.state()
    module = load()
    after = entropy.state()

    def found(name: str) -> Callable[..., Any]:
        if not start.apart:
            return find(module, name)
        entropy.restore(
            before
        )  # So that each import draws what the first one drew, and no run another thing.
        fresh = load()
        entropy.restore(after)
        return find(fresh, name)

    return Script(
        start,
        [found(spec.name) for spec in start.objects],
        [found(act.function) if act.object is None else None for act in start.acts],
    )


async def perform_one(kernel: Kernel, script: Script, scope: anyio.CancelScope) -> Any:
    """Make the only call of a run, in a scope that has been entered, and return what it returned.

    Raises `UnusableSubmission`, and whatever the submission raises.
    """
    kernel.scopes, kernel.under_way = [scope], {0}
    if kernel.steps is not None:
        kernel.steps.take()  # This one: it began before there was anything to cancel.
    return await _call(script, 0, _make_objects(script))


async def perform_several(kernel: Kernel, script: Script) -> None:
    """Make the objects, and carry out every act to its end.

    Raises `UnusableSubmission`, and whatever making the objects raises.
    """
    acts = script.start.acts
    kernel.own_task = kernel.tasks.current()
    objects = _make_objects(script)
    kernel.scopes = [anyio.CancelScope() for _ in acts]
    begun = 0
    async with anyio.create_task_group() as group:
        numbers = script.start.begin
        while True:
            kernel.under_way.update(numbers)
            for number in numbers:
                group.start_soon(_act, kernel, script, number, objects, name=acts[number].function)
            begun += len(numbers)
            if begun == len(acts):
                break
            numbers = await kernel.acts_to_begin()
    kernel.look()  # While there still are the objects, and what they hold.


async def _act(kernel: Kernel, script: Script, number: int, objects: list[Any]) -> None:
    scope = kernel.scopes[number]
    ending: ActEnding = Stopped()
    try:
        with scope:
            ending = await _ending(script, number, objects)
    except BaseException as error:
        # A cancellation that nobody asked for: it is an error like others.
        ending = Raised(describe_error(error))
    kernel.under_way.discard(number)
    kernel.tell_at_length(ActEnded(number, ending))


async def _ending(script: Script, number: int, objects: list[Any]) -> ActEnding:
    try:
        return Returned(crossing(script.start.acts[number], await _call(script, number, objects)))
    except UnusableSubmission as error:
        return error.ending()
    except anyio.get_cancelled_exc_class():
        raise
    except BaseException as error:
        return Raised(describe_error(error))


def crossing(act: ActSpec, value: object) -> Any:
    """What an act returned, as plain data. Raises `UnusableSubmission`."""
    try:
        return plain(value)
    except NotPlain as error:
        kind, within = (shortened(name, MAX_NAME) for name in (error.kind, error.within))
        raise UnusableSubmission(Uncrossable(act.function, error.fault, kind, within)) from None


def _make_objects(script: Script) -> list[Any]:
    objects = []
    for maker, spec in zip(script.makers, script.start.objects, strict=True):
        expect_to_fit(maker, spec.name, spec.arguments)
        objects.append(maker(*spec.arguments))
    return objects


async def _call(script: Script, number: int, objects: list[Any]) -> Any:
    """Await what an act says. Raises `UnusableSubmission` if it cannot be called so."""
    act, function = script.start.acts[number], script.functions[number]
    if function is None:
        assert act.object is not None
        function = find_method(objects[act.object], act.function)
    expect_to_fit(function, act.function, act.arguments)
    awaitable = function(*act.arguments)
    if not inspect.isawaitable(awaitable):
        raise UnusableSubmission(NotAsync(act.function), first_line(function))
    return await awaitable
