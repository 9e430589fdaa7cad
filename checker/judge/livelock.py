"""Whether a run still gets anywhere: livelocks, found by what is seen from outside.

Two tasks that give up a lock after five seconds and ask for it again are never stuck, and yet nothing
comes of what they do. What shows it is that nothing new happens: over many steps no reply comes, no
call of the submission ends, nothing is printed, and what happens instead, a call made at some line
and cancelled again, say, has all happened before.
"""

from typing import Final, TypeAlias

from checker_sandbox.wire.messages import (
    CallCancelled,
    Called,
    Ended,
    Event,
    Struck,
    Swallowed,
    TaskStarted,
    TaskSteps,
    ThreadStarted,
    Waiting,
    Warned,
)

STEPS: Final = 500
"""How often in a row timers go off without anything new before the timers themselves are looked at, and
again after that. A program may well look a few hundred times whether it is time for something."""

Happening: TypeAlias = tuple[object, ...]


class Standstill:
    """Counts the steps of a run since anything new happened in it.

    A timer that was set long ago may still change everything, a sleep of an hour beside a loop that
    looks every second whether it is over. So after the first steps the sandbox is asked for the last
    timer. When it has gone off, and nothing new has come of that in as many steps again, and no other
    one has been set that far ahead, then nothing new will come.
    """

    def __init__(self) -> None:
        self.steps = 0
        """How often timers have gone off since then."""
        self.since = 0
        """When that was, in nanoseconds of virtual time."""
        self._seen: set[Happening] = set()
        self._last_timer: int | None = None
        self._steps_after_it = 0

    def reset(self, now: int) -> None:
        """Something happened that may change everything."""
        self.steps, self.since = 0, now
        self._last_timer, self._steps_after_it = None, 0
        self._seen.clear()

    def timer(self, now: int) -> None:
        """A timer went off."""
        self.steps += 1
        if self._last_timer is not None and now > self._last_timer:
            self._steps_after_it += 1

    def hear(self, event: Event, now: int) -> None:
        """The submission did something."""
        match event:
            case Called(_, service, method, _, _, _, _, line):
                happening: Happening = (service, method, line)
            case CallCancelled():
                happening = ("cancelled",)
            case TaskStarted(_, _, _, line):
                happening = ("task", line)
            case Warned(_, line):
                happening = ("warned", line)
            case TaskSteps() | Waiting() | Struck() | Swallowed() | ThreadStarted() | Ended():
                return  # Told only where it was asked for.
            case _:
                self.reset(now)
                return
        if happening not in self._seen:
            seen = {*self._seen, happening}
            self.reset(now)
            self._seen = seen

    @property
    def asks_for_timers(self) -> bool:
        """Whether to ask for the last timer: it proves something, or nothing can be said."""
        return self.steps >= STEPS and (self._last_timer is None or self._steps_after_it >= STEPS)

    def look_at_timers(self, last_timer: int | None, now: int) -> bool:
        """Be told when the last timer goes off; returns whether that proves that nothing new will
        come."""
        last = last_timer or 0
        if last - now > now - self.since:
            self.reset(now)  # Much may happen until then.
        elif self._last_timer is None:
            self._last_timer = last
        else:
            return self._steps_after_it >= STEPS
        return False
