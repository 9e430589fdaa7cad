"""All that a program remembers at one moment, boiled down to a few bytes.

If a program is twice in the same state, and the world around it too, then what happened in between
happens for ever. What a program remembers is what can be reached from its tasks and its globals: values,
the places in its code, what its iterators have left, locks, timers. Objects are told apart by how they
hang together, not by their addresses, and instants count from now on. So two moments with the same
digest are the same for all that the program can know.

That would be wrong of a program that reads a clock or draws by chance, or that keeps something where
this does not look. Of such a program, and of whatever else is unknown here, there is no digest.
"""

import asyncio
import collections
import contextlib
import contextvars
import dis
import enum
import functools
import gc
import hashlib
import math
import random
import sys
import types
import weakref
from collections.abc import Iterable, Iterator
from typing import Any, Final

import trio
import trio._core._run as trio_run

from checker_sandbox.kernel import EPOCH, Kernel, Pending
from checker_sandbox.lines import DRIVER, EXERCISE
from checker_sandbox.stubs import Stub
from checker_sandbox.submission import codes
from checker_sandbox.tasks import coroutine_of

MAX_OBJECTS: Final = 50_000
"""How many objects are looked at. Whoever has more remembers too much."""

_MODULES: Final = {
    *("__future__", "abc", "anyio", "asyncio", "bisect", "builtins", "collections", "contextlib"),
    *(
        "copy",
        "dataclasses",
        "enum",
        "functools",
        "heapq",
        "itertools",
        "math",
        "operator",
        "random",
    ),
    *("sniffio", "trio", "types", "typing", "typing_extensions"),
    "example",
}
"""What a program may import: nothing that tells the time, or that remembers anything but what is looked at.
The `example` beside it is there only where nobody judges it."""

_TELLING: Final = {
    *("time", "current_time", "when", "now", "deadline", "current_effective_deadline"),
    *("relative_deadline", "get_name", "current_task", "get_current_task", "get_running_tasks"),
    *("all_tasks", "lowlevel", "ContextVar", "SystemRandom", "open", "id", "getattr", "vars"),
    *("globals", "locals", "eval", "exec", "compile", "__import__", "__dict__", "memoryview"),
}
"""Names through which a program could learn the time, a number that grows, or what is outside."""

_READS: Final = {"LOAD_NAME", "LOAD_GLOBAL", "LOAD_ATTR", "LOAD_METHOD", "IMPORT_FROM"}
"""The instructions that look up a name. To set a deadline tells nothing."""

_OWN: Final = ("exercise", "driver")
"""The modules that are loaded anew for each run."""

_PLAIN: Final = (type(None), bool, int, str, bytes, complex, type(Ellipsis), type(NotImplemented))

_WRAPPERS: Final = {
    *("coroutine_wrapper", "async_generator_asend", "anext_awaitable", "FutureIter"),
    *("dict_keys", "dict_values", "dict_items", "mappingproxy"),
    # What an abstract class remembers of others, most of which only makes `isinstance` quicker.
    "_abc_data",
}
"""Types of Python's own that have no name in it, and that hold nothing but what they refer to."""

_COUNTERS: Final = frozenset({"_counter", "_schedule_points", "_cancel_points"})
"""What trio counts in each task, and never looks at itself."""


class Unknown(Exception):
    """Something is remembered in a way that this does not know."""


def digest(kernel: Kernel) -> bytes | None:
    """What the program remembers now, when nothing can run; None if that cannot be told."""
    if kernel.threads.were_any or not _tells_nothing(kernel):
        return None
    try:
        return _Walk(kernel).digest()
    except Exception:  # A submission's classes may do anything when they are looked at.
        return None


def _tells_nothing(kernel: Kernel) -> bool:
    if kernel.is_forgetful is None:
        kernel.is_forgetful = all(_is_forgetful(code) for code in _functions(codes()))
    return kernel.is_forgetful


def _functions(programs: Iterable[types.CodeType]) -> Iterator[types.CodeType]:
    """The code of each program, and of all functions and classes in it."""
    todo = [*programs]
    while todo:
        code = todo.pop()
        yield code
        todo += [const for const in code.co_consts if isinstance(const, types.CodeType)]


def _is_forgetful(code: types.CodeType) -> bool:
    """Whether a function cannot know the time, nor keep anything where nobody looks."""
    for instruction in dis.get_instructions(code):
        name = instruction.argval
        if instruction.opname == "IMPORT_NAME":
            if name.partition(".")[0] not in _MODULES:
                return False
        elif instruction.opname in _READS and name in _TELLING:
            return False
    return True


class _Walk:
    """Goes once through all that can be reached, in an order that depends on nothing but that."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._said: list[object] = []
        self._numbers: dict[int, int] = {}
        self._found: list[object] = []
        """What was reached, in order: also so that nothing that was made on the way goes, and
        leaves its address to another one."""
        self._described = 0
        self._sets: list[tuple[int, Iterable[object]]] = []

    def digest(self) -> bytes:
        kernel = self._kernel
        self._say("chance", hash(random.getstate()))
        self._say("timers", *sorted(map(self._instant, kernel.timers())))
        for number, task in kernel.tasks.alive():
            self._say("own" if number == kernel.own_task else "task")
            self._mention([task, coroutine_of(task)])
        for name in _OWN:
            if (module := sys.modules.get(name)) is not None:
                own = [(k, v) for k, v in vars(module).items() if not k.startswith("__")]
                self._mention([part for pair in own for part in pair])
        self._go_on()
        for number, members in self._sets:  # It grows meanwhile, too.
            self._say("set", number)
            self._mention(sorted(members, key=self._place))
            self._go_on()
        return hashlib.blake2b(repr(self._said).encode(), digest_size=16).digest()

    def _go_on(self) -> None:
        """Describe what was reached, and what is reached from there."""
        while self._described < len(self._found):
            if self._described > MAX_OBJECTS:
                raise Unknown
            found = self._found[self._described]
            self._described += 1
            self._describe(found)

    def _say(self, *words: object) -> None:
        self._said.append(words)

    def _instant(self, seconds: float) -> int:
        return round((seconds - self._kernel.now) * 1e9)

    def _mention(self, values: Iterable[object]) -> None:
        for value in values:
            kind = type(value)
            if kind in _PLAIN:
                self._said.append(value)
            elif kind is float:
                self._said.append(self._number(value))  # type: ignore[arg-type]
            elif (number := self._numbers.get(id(value))) is not None:
                self._say("again", number)
            else:
                self._numbers[id(value)] = len(self._found)
                self._found.append(value)

    def _number(self, value: float) -> object:
        # Every clock reads at least as much. A number that is none differs from now on, which is on the
        # safe side.
        if value >= EPOCH and math.isfinite(value):
            return ("in", self._instant(value))
        return value

    def _describe(self, value: Any) -> None:
        kind = type(value)
        self._say(kind.__module__, kind.__qualname__)
        match value:
            case list() | tuple() | collections.deque() if kind.__module__ in _BUILT_IN:
                self._mention([len(value), *value])
            case dict() if kind.__module__ in _BUILT_IN:
                self._mention([len(value), *(part for pair in value.items() for part in pair)])
                if isinstance(value, collections.defaultdict):
                    self._mention([value.default_factory])
            case set() | frozenset():
                # It has no order of its own, so it waits until its members are known from elsewhere.
                self._say(len(value))
                self._sets.append((self._numbers[id(value)], value))
            case Stub():
                self._say(value._number)
            case Pending():
                # Calls are numbered as they come, and the judge knows those under way in that order.
                self._say(self._kernel.place_of(value))
                self._mention([value.waiting])
            case types.ModuleType():
                self._say(value.__name__)
            case types.CodeType():
                self._say(value.co_filename, value.co_firstlineno, value.co_qualname)
            case type():
                self._say(value.__module__, value.__qualname__)
                if value.__module__ in _OWN:
                    self._mention([part for pair in vars(value).items() for part in pair])
            case enum.Enum():
                self._say(value.name)
            case types.FunctionType():
                self._say(value.__module__, value.__qualname__, value.__code__.co_firstlineno)
                if not _is_ours(value.__module__):
                    self._mention([value.__closure__, value.__defaults__, value.__kwdefaults__])
                if value.__module__ in _OWN:
                    self._mention([vars(value)])
            case types.CellType():
                try:
                    self._mention([value.cell_contents])
                except ValueError:
                    self._say("empty")
            case classmethod() | staticmethod():
                self._mention([value.__func__])
            case property():
                self._mention([value.fget, value.fset, value.fdel])
            case types.MethodType():
                self._mention([value.__func__, value.__self__])
            case types.BuiltinFunctionType() | types.MethodWrapperType():
                self._say(value.__name__)
                self._mention([value.__self__])
            case functools.partial():
                self._mention([value.func, value.args, value.keywords])
            case types.CoroutineType():
                self._suspended(value, value.cr_frame)
            case types.GeneratorType():
                self._suspended(value, value.gi_frame)
            case types.AsyncGeneratorType():
                self._suspended(value, value.ag_frame)
            case asyncio.Task():
                waiter: Any = value
                self._say(value.cancelling(), value.done(), waiter._must_cancel)
                self._mention([value.get_coro(), waiter._fut_waiter, waiter._callbacks])
            case asyncio.Future():
                self._say(value._state)
                self._mention([value._callbacks])
                if value.done() and not value.cancelled():
                    self._mention([value.exception() or value.result()])
            case trio.lowlevel.Task() if not self._kernel.tasks.number(value):
                pass  # trio's own, in which nothing of the program runs.
            case BaseException():
                self._mention([value.args, value.__cause__, value.__context__, vars(value)])
            case weakref.ref():
                self._mention([value()])
            case (
                asyncio.AbstractEventLoop()
                | trio_run.Runner()
                | contextvars.Context()
                | types.FrameType()
                | types.TracebackType()
                | types.GetSetDescriptorType()
                | types.MemberDescriptorType()
            ):
                pass  # What they hold is reached elsewhere, or is none of the program's business.
            case _ if _is_ours(kind.__module__):
                pass
            case _ if kind.__name__ in _WRAPPERS and kind.__module__ in _BUILT_IN:
                self._mention(gc.get_referents(value))
            case _ if _is_pythons(kind):
                self._mention(_attributes(value))
            case _ if hasattr(value, "__next__") or isinstance(value, range | slice):
                self._mention([value.__reduce__()])
            case _ if kind is object:
                pass
            case _:
                raise Unknown(kind)

    def _suspended(self, value: Any, frame: types.FrameType | None) -> None:
        """What runs in frames, and holds its variables, and the iterators of its loops."""
        if frame is None:
            self._say("over")
            return
        code = frame.f_code
        self._say(code.co_filename, code.co_firstlineno, code.co_qualname, frame.f_lasti)
        own = [held for held in gc.get_referents(value) if held is not frame]
        self._mention(own if code.co_filename in (EXERCISE, DRIVER) else filter(_matters, own))

    def _place(self, value: object) -> tuple[int, str]:
        """Where something stands that comes in no order: those first that were met before."""
        number = self._numbers.get(id(value), MAX_OBJECTS)
        return number, repr(value) if type(value) in _PLAIN else type(value).__name__


def _is_ours(module: object) -> bool:
    """Whether a part of the sandbox is meant, which may keep what it likes."""
    return isinstance(module, str) and module.partition(".")[0] == "checker_sandbox"


_BUILT_IN: Final = frozenset({"builtins", "collections", "_abc", "_asyncio"})


def _matters(held: object) -> bool:
    # A function that runs is known by its code.
    return not isinstance(held, types.FunctionType | types.CodeType)


def _is_pythons(kind: type) -> bool:
    """Whether a class is written in Python, with all that it inherits from."""
    return all(
        each is object
        or (
            each.__flags__ & _HEAP
            and not isinstance(vars(each).get("__new__"), types.BuiltinFunctionType)
        )
        for each in kind.__mro__
    )


_HEAP: Final = 1 << 9
"""`Py_TPFLAGS_HEAPTYPE`."""


def _attributes(value: object) -> Iterator[object]:
    """The names and values of all that an object keeps."""
    for name, held in getattr(value, "__dict__", {}).items():
        if name not in _COUNTERS:
            yield from (name, held)
    for kind in type(value).__mro__:
        for name, slot in vars(kind).items():
            if isinstance(slot, types.MemberDescriptorType) and name not in _COUNTERS:
                with contextlib.suppress(AttributeError):
                    yield from (name, slot.__get__(value))
