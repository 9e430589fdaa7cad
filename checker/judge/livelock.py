"""Whether a run still gets anywhere: livelocks, found by what is seen from outside.

Two tasks that give up a lock after five seconds and ask for it again are never stuck, and yet nothing
comes of what they do. What shows it is that nothing new happens: over many steps no reply comes, no
call of the submission ends, nothing is printed, and what happens instead, a call made at some line
and cancelled again, say, has all happened before. A reply is nothing new either, between calls that
are given up, if the same one has come before and has left its service as it was then.
"""

from typing import Final, TypeAlias

import msgspec

from checker.judge.service import Service
from checker_sandbox.wire.messages import (
    CallCancelled,
    Called,
    Ended,
    Event,
    Primitives,
    Stands,
    Struck,
    Swallowed,
    TaskStarted,
    TaskSteps,
    ThreadStarted,
    TimedOut,
    Waiting,
    Warned,
    Woken,
)

ASK: Final = 100
"""How many steps in a row bring nothing new before the timers themselves are looked at."""

STEPS: Final = 500
"""How many do after the last timer has gone off. A program may well look a few hundred times whether it
is time for something."""

ROUNDS: Final = 5
"""How many do, twice, of a livelock that is known already: a few rounds of it."""

Happening: TypeAlias = tuple[object, ...]

_GIVEN_UP: Final[Happening] = ("cancelled",)


class Standstill:
    """Counts the steps of a run since anything new happened in it: timers that go off, and replies that
    came before. In a run that is `known` to stand still from some moment on, a few are enough.

    A timer that was set long ago may still change everything, a sleep of an hour beside a loop that
    looks every second whether it is over. So after the first steps the sandbox is asked for the last
    timer. When it has gone off, and nothing new has come of that in as many steps again, and no other
    one has been set that far ahead, then nothing new will come.
    """

    def __init__(self, known: float | None = None) -> None:
        self.timers = 0
        """How often timers have gone off since then."""
        self.since = 0
        """When that was, in nanoseconds of virtual time."""
        self._known = known
        self._steps = 0
        self._seen: set[Happening] = set()
        self._last_timer: int | None = None
        self._steps_after_it = 0

    def reset(self, now: int) -> None:
        """Something happened that may change everything."""
        self.timers, self._steps, self.since = 0, 0, now
        self._last_timer, self._steps_after_it = None, 0
        self._seen = set()

    def timer(self, now: int) -> None:
        """A timer went off."""
        self.timers += 1
        self._step(now)

    def replied(
        self, service: Service, method: str, given: object, reply: object, now: int
    ) -> None:
        """A call was answered, and left its service as it is now."""
        if _GIVEN_UP not in self._seen:
            self.reset(now)
            return
        try:
            state = hash(msgspec.msgpack.encode((method, given, reply, vars(service))))
        except (TypeError, ValueError, OverflowError, RecursionError):
            # A service may hold what has no plain state, and then nobody knows what it will do.
            self.reset(now)
            return
        if not self._is_new((id(service), state), now):
            self._step(now)

    def _step(self, now: int) -> None:
        self._steps += 1
        if self._last_timer is not None and now > self._last_timer:
            self._steps_after_it += 1

    def hear(self, event: Event, now: int) -> None:
        """The submission did something."""
        match event:
            case Called(_, service, method, _, _, _, _, line):
                happening: Happening = (service, method, line)
            case CallCancelled():
                happening = _GIVEN_UP
            case TaskStarted(_, _, _, line):
                happening = ("task", line)
            case Warned(_, line):
                happening = ("warned", line)
            case (
                TaskSteps()
                | Waiting()
                | Struck()
                | Swallowed()
                | ThreadStarted()
                | Ended()
                | TimedOut()
                | Stands()
                | Primitives()
                | Woken()
            ):
                return  # Told only where it was asked for.
            case _:
                self.reset(now)
                return
        self._is_new(happening, now)

    def _is_new(self, happening: Happening, now: int) -> bool:
        """Whether this has not happened since there was anything that happens once. If it is, what
        happened before stays known."""
        if happening in self._seen:
            return False
        seen = self._seen
        self.reset(now)
        self._seen = seen | {happening}
        return True

    @property
    def asks_for_timers(self) -> bool:
        """Whether to ask for the last timer: it proves something, or nothing can be said."""
        return self._steps >= self._few(ASK) and (
            self._last_timer is None or self._steps_after_it >= self._few(STEPS)
        )

    def _few(self, steps: int) -> int:
        return ROUNDS if self._known == self.since / 1e9 else steps

    def look_at_timers(self, last_timer: int | None, now: int) -> bool:
        """Be told when the last timer goes off; returns whether that proves that nothing new will
        come."""
        last = last_timer or 0
        if last - now > now - self.since:
            self.reset(now)  # Much may happen until then.
        elif self._last_timer is None:
            self._last_timer = last
        else:
            return self._steps_after_it >= self._few(STEPS)
        return False
