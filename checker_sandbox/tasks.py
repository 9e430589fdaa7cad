"""Numbers for tasks: 1 is the one that runs the submission, the others follow as they start.

The backends tell tasks apart by address, which says nothing to a reader and differs from run to
run. A number says which came first, and is the same every time.
"""

import re
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from checker_sandbox.lines import calling_line
from checker_sandbox.wire.limits import MAX_NAME
from checker_sandbox.wire.messages import TaskStarted
from checker_sandbox.wire.plain import shortened


class Tasks:
    """The tasks of one run."""

    def __init__(self) -> None:
        self.current_task: Callable[[], object | None] = lambda: None
        """The backend's own object for the running task; the backend is known last."""
        self._numbers: WeakKeyDictionary[object, int] = WeakKeyDictionary()
        self._names: dict[int, str] = {}
        self._lines: dict[int, int | None] = {}
        self._parents: dict[int, int | None] = {}
        self._last = 0
        # A task is given its name only after it was made, so the name is read later.
        self._unnamed: list[tuple[object, int, int | None]] = []
        self._news: list[TaskStarted] = []

    def started(self, task: object) -> int:
        """Give `task`, which the running task just made, the next number."""
        self._last = number = self._last + 1
        parent = self.current() or None
        self._numbers[task] = number
        self._lines[number] = calling_line()
        self._parents[number] = parent
        self._unnamed.append((task, number, parent))
        return number

    def number(self, task: object) -> int:
        """The number of `task`, 0 for one of the backend's own."""
        return self._numbers.get(task, 0)

    def name(self, number: int) -> str:
        self._read_names()
        return self._names.get(number, "the event loop")

    def line(self, number: int) -> int | None:
        """The learner's line that started task `number`."""
        return self._lines.get(number)

    def parent(self, number: int) -> int | None:
        """The task that started task `number`, if one did."""
        return self._parents.get(number)

    def alive(self) -> list[tuple[int, object]]:
        """The tasks that have not ended, with their numbers, oldest first."""
        tasks = [(number, task) for task, number in self._numbers.items()]
        return sorted((pair for pair in tasks if _is_alive(pair[1])), key=lambda pair: pair[0])

    def children(self, number: int) -> list[int]:
        """The tasks that task `number` started and that have not ended."""
        return [child for child, _ in self.alive() if self._parents.get(child) == number]

    def current(self) -> int:
        """The number of the running task, 0 outside any task."""
        task = self.current_task()
        return 0 if task is None else self._numbers.get(task, 0)

    def take_news(self) -> list[TaskStarted]:
        """The tasks that started since this was last asked."""
        self._read_names()
        news, self._news = self._news, []
        return news

    def _read_names(self) -> None:
        for task, number, parent in self._unnamed:
            self._names[number] = name = readable_name(task)
            self._news.append(TaskStarted(number, name, parent, self._lines[number]))
        self._unnamed.clear()


# Python 3.13.0 names a task that a task factory made "None".
_DEFAULT_NAME = re.compile(r"Task-\d+|None")


def readable_name(task: Any) -> str:
    """`deposit` for a task that AnyIO named `exercise.deposit_all.<locals>.deposit`, and for one
    that asyncio named `Task-7` and that runs `deposit`."""
    name = str(task.name if hasattr(task, "name") else task.get_name())
    if _DEFAULT_NAME.fullmatch(name):
        name = getattr(coroutine_of(task), "__qualname__", name)
    return shortened(name.rpartition(".")[2] or name, MAX_NAME)


def coroutine_of(task: Any) -> Any:
    """The coroutine that a task of either backend runs."""
    return task.coro if hasattr(task, "coro") else task.get_coro()


def _is_alive(task: object) -> bool:
    coroutine = coroutine_of(task)
    return coroutine is not None and getattr(coroutine, "cr_frame", None) is not None
