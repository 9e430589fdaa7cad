"""Whether a run still gets anywhere: livelocks, found by what is seen from outside.

Two tasks that give up a lock after five seconds and ask for it again are never stuck, and yet nothing
comes of what they do. What shows it is that nothing new happens: over many steps no reply comes, no
call of the submission ends, nothing is printed, and what happens instead, a call made at some line
and cancelled again, say, has all happened before. A reply is nothing new either, between calls that
are given up, if the same one has come before and has left its service as it was then.

Far fewer steps are enough where a program can say what it remembers: see `Recurrence`.
"""

from collections.abc import Callable
from typing import Final, TypeAlias

import msgspec

from checker.judge.service import Service
from checker_sandbox.wire.messages import (
    CallCancelled,
    Called,
    CancelCalled,
    Ended,
    Event,
    PassedBy,
    Primitives,
    Stands,
    Struck,
    Swallowed,
    TaskStarted,
    TaskSteps,
    ThreadStarted,
    TimedOut,
    Unshared,
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

FIRST_LOOK: Final = 32
"""After how many steps a run is first looked at for whether it comes back to where it is then. If it does
not, it is looked at again after twice as many, and so on."""

MOST_LOOKS: Final = 100
"""How often a program is asked in one run what it remembers, which takes a while."""

Deed: TypeAlias = tuple[object, ...]

_GIVEN_UP: Final[Deed] = ("cancelled",)


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
        self._seen: set[Deed] = set()
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
                deed: Deed = (service, method, line)
            case CallCancelled():
                deed = _GIVEN_UP
            case TaskStarted(_, _, _, line):
                deed = ("task", line)
            case Warned(_, line):
                deed = ("warned", line)
            case (
                TaskSteps()
                | Waiting()
                | Struck()
                | Swallowed()
                | PassedBy()
                | ThreadStarted()
                | Ended()
                | TimedOut()
                | CancelCalled()
                | Unshared()
                | Stands()
                | Primitives()
                | Woken()
            ):
                return  # Told only where it was asked for, or new only in what it does.
            case _:
                self.reset(now)
                return
        self._is_new(deed, now)

    def _is_new(self, deed: Deed, now: int) -> bool:
        """Whether this has not happened since there was anything that happens once. If it is, what
        happened before stays known."""
        if deed in self._seen:
            return False
        seen = self._seen
        self.reset(now)
        self._seen = seen | {deed}
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


class Recurrence:
    """Finds out whether a run is where it was before, in every way: then it does the same for ever.

    The judge knows its own world. Once that is as it was at an earlier step, the program is asked what it
    remembers, as many steps later again, and whenever the world is the same from then on. As long as the
    world, its calls and what it answers are made of nothing else, and nobody chooses what happens next,
    two moments that agree in both follow each other without end.
    """

    def __init__(self) -> None:
        self.since = 0
        """When everything was as it is now, in nanoseconds of virtual time, once that is proved."""
        self.steps = 0
        """How many steps that was ago."""
        self._step = 0
        self._next_base = FIRST_LOOK
        self._base: tuple[object, bytes | None] | None = None
        self._base_step = 0
        self._period = 0
        self._asks_at = 0
        self._asked = 0
        self._remembered: bytes | None = None
        self._remembered_step = 0

    def forget(self) -> None:
        """Something was chosen, which may be chosen otherwise the next time."""
        self._base = None
        self._asks_at = 0

    def look(
        self, outline: object, world: Callable[[], bytes | None], memory: bytes | None, now: int
    ) -> bool:
        """Look at the next step. `outline` is some of what there is to know of the judge's `world`, and
        quick to compare; `memory` what the program says of itself, if it was asked. Returns whether the
        run is where it was before."""
        self._step += 1
        if self._step == self._next_base:
            self._next_base *= 2
            self._base, self._base_step = (outline, world()), self._step
            self._period = self._asks_at = 0
            self._remembered = None
            return False
        if self._base is None or self._base[0] != outline:
            return False
        if self._base[1] is None or self._base[1] != world():
            return False
        if not self._period:
            self._period = self._step - self._base_step
        elif self._step == self._asks_at:
            self._asked += 1
            if memory is None:
                self._base = None  # It cannot be told of this program; later, maybe.
                return False
            if memory == self._remembered:
                self.steps = self._step - self._remembered_step
                return True
            if self._remembered is None:
                self._remembered, self._remembered_step, self.since = memory, self._step, now
        self._asks_at = self._step + self._period
        return False

    @property
    def asks(self) -> bool:
        """Whether to ask the program what it remembers at the next step."""
        return self._asks_at == self._step + 1 and self._asked < MOST_LOOKS
