"""Several calls of a run, in the words of a check: `run.calls_to("beat").expect_gaps(at_most=0.8)`."""

from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any

from checker.judge.service import Service
from checker.judge.trace import Call, most_in_flight
from checker.translation import _

TOLERANCE = 1e-6
"""Virtual seconds by which sums of times may differ that are meant to be the same."""


def is_later(left: float, right: float) -> bool:
    """Whether one moment or length is later, or longer, than another by more than the rounding of sums:
    a microsecond. All are in virtual seconds."""
    return left - right > TOLERANCE


def same_time(left: float, right: float) -> bool:
    """Whether two moments or lengths, in virtual seconds, are the same but for the rounding of sums."""
    return abs(left - right) <= TOLERANCE


class Calls(list[Call]):
    """Calls in the order of arrival. It is a list, with words for what checks ask of one."""

    def __init__(self, calls: Iterable[Call], expect: Callable[..., None]) -> None:
        """`expect` is that of the run, by which a check fails."""
        super().__init__(calls)
        self._expect = expect

    def where(self, condition: Callable[[Call], object]) -> "Calls":
        """Those of which `condition` holds."""
        return Calls(filter(condition, self), self._expect)

    def to(self, service: Service) -> "Calls":
        """Those of one service."""
        return self.where(lambda call: call.service is service)

    def given(self, **arguments: Any) -> "Calls":
        """Those that were made with these arguments, by the names of the method's parameters."""
        return self.where(
            lambda call: all(call.given[name] == value for name, value in arguments.items())
        )

    @property
    def done(self) -> "Calls":
        """Those that the service carried out."""
        return self.where(lambda call: call.done)

    @property
    def first(self) -> Call | None:
        """The first one; None if there is none. An `at=` takes either."""
        return self[0] if self else None

    @property
    def last(self) -> Call | None:
        """The last one; None if there is none. An `at=` takes either."""
        return self[-1] if self else None

    @property
    def most_in_flight(self) -> int:
        """How many of them were under way at the same time, at the most."""
        return most_in_flight(self)

    def under_way(self, at: float) -> "Calls":
        """Those that had begun by this moment, in virtual seconds, and had not ended yet."""
        return self.where(
            lambda call: call.started <= at and (call.ended is None or call.ended > at)
        )

    def begun_after(self, at: float) -> "Calls":
        """Those that began later than this moment, in virtual seconds."""
        return self.where(lambda call: is_later(call.started, at))

    def expect_started(self, at: float, *, advice: str | None = None) -> None:
        """Fail the check unless each of them began at this moment, in virtual seconds."""
        for call in self:
            self._expect(
                same_time(call.started, at),
                _(
                    "{method}() was called at {started:g} s, and should have been at {at:g} s",
                    method=call.method,
                    started=call.started,
                    at=at,
                ),
                at=call,
                advice=advice,
            )

    def expect_gaps(
        self,
        *,
        at_most: float,
        since: float | None = None,
        until: float | None = None,
        advice: str | None = None,
    ) -> None:
        """Fail the check if more than `at_most` virtual seconds passed between the beginning of one call
        and that of the next; or from `since` to the first, or from the last to `until`, if these are
        given."""
        moments = [(call.started, call) for call in self]
        before = [] if since is None else [(since, None)]
        after = [] if until is None else [(until, None)]
        for (begin, call), (end, following) in pairwise([*before, *moments, *after]):
            self._expect(
                not is_later(end - begin, at_most),
                _(
                    "nothing was called for {gap:g} s, from {begin:g} s to {end:g} s; it may be {at_most:g} s "
                    "at the most",
                    gap=end - begin,
                    begin=begin,
                    end=end,
                    at_most=at_most,
                ),
                at=call or following,
                advice=advice,
            )
