"""Counts the steps of tasks, and cancels from outside right before one of them.

A task takes a step whenever the event loop resumes it. Between two steps nothing of the submission
runs, but any other task of a real program could: a caller could have cancelled at that very moment. So
a program that drops what it was just handed is caught.
"""

from checker_sandbox.kernel import Kernel
from checker_sandbox.wire.messages import Start, StrikeCame, TaskSteps


class Steps:
    """Counts the steps of one run. The driver calls `before` ahead of each."""

    def __init__(self, kernel: Kernel, start: Start) -> None:
        self._kernel = kernel
        self._strike = start.strike
        self._is_counting = start.count
        self._count = 0
        self._told = 0

    def before(self, task: object) -> None:
        """Called right before `task` is resumed; it may be the backend's own, or the checker's."""
        number = self._kernel.tasks.number(task)
        if number and number != self._kernel.own_task and self._kernel.scopes:
            self.take()

    def take(self) -> None:
        """Count one step, and cancel what is to be cancelled before it."""
        self._count += 1
        strike = self._strike
        if strike is None or self._count != strike.step:
            return
        if strike.act in self._kernel.under_way:
            self._kernel.tell(StrikeCame())
            self._kernel.scopes[strike.act].cancel()

    def news(self) -> list[TaskSteps]:
        """How many steps there have been, if that is to be told and has changed."""
        if not self._is_counting or self._count == self._told:
            return []
        self._told = self._count
        return [TaskSteps(self._count)]
