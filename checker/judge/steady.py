"""Whether runs of a submission that are given the same choices are the same runs, and who is to blame if
they are not.

A failure is only told once it has been had again. Where that does not work, one of three is to blame, and
only one of them is the submission's doing, which is a failure and not *not graded*:

1. *The check.* It judges one and the same run in two ways, or makes another world each time. Then the
   runs do not differ, only the verdicts do; or what the submission was given differs first.
2. *The machine.* It was too slow, or had no memory left. Such a run meets a limit of real time, or its
   process dies.
3. *The submission.* It asked for something that nobody can repeat: `/dev/urandom`, the addresses of its
   objects, the real time, a race between its own threads.

What proves the third? The plays that are compared are of one world: each has a process of its own, begins
from the same file and the same seed, and hears the same answers at the same virtual times, since all of
these come from the judge. All that a machine can do to such a process is to stop it or to let it die. So
plays that met a limit of real time prove nothing, and are left out; a death counts only if it was seen
twice, while other programs live. If two of the plays that are left are different in what the submission
asked for, or in what it returned, nothing but the submission can have made the difference, unless
the kit itself no longer replays: so a program of the kit's own is played again and again at the same
moment, in the same sandbox, and if *that* differs, or fails to run, nobody is convicted.

Text in which only addresses of objects differ is the same text.
"""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import combinations, zip_longest
from typing import Final

from checker.judge.trace import (
    Call,
    Deadlocked,
    Died,
    Ending,
    Livelocked,
    Overran,
    Raised,
    Returned,
    Spun,
    Trace,
)
from checker.judge.words import error_name, value_shown
from checker.translation import _
from checker_sandbox.wire.plain import shortened

__all__ = ["first_difference", "telling", "without_addresses"]

MAX_LOOKED_THROUGH: Final = 1 << 16
"""Characters of a text that are looked through for what differs from run to run. Far fewer are shown."""

# Nothing comes after what repeats, so nothing is tried again.
_ADDRESS: Final = re.compile(r"\b0x[0-9a-f]{4,}|(?<=cancel scope )[0-9a-f]{6,}")

_MAX_SHOWN: Final = 60


def without_addresses(text: str) -> str:
    """`text` without addresses of objects, which differ from run to run and tell nobody anything."""
    return _ADDRESS.sub("…", text[:MAX_LOOKED_THROUGH])


def telling(plays: Sequence[Trace | None]) -> list[Trace]:
    """Those of some plays of one world that the machine had no part in."""
    deaths = Counter(
        play.ending for play in plays if play is not None and isinstance(play.ending, Died)
    )
    found = []
    for play in plays:
        if play is None or isinstance(play.ending, Spun):
            continue
        if isinstance(play.ending, Overran) and play.ending.costly:
            continue
        if isinstance(play.ending, Died) and deaths[play.ending] < 2:
            continue
        found.append(play)
    return found


def first_difference(plays: Sequence[Trace]) -> str | None:
    """In words, the first thing that two of some plays of one world did differently; None if all of
    them did the same."""
    for one, other in combinations(plays, 2):
        if (said := _difference(one, other)) is not None:
            return said
    return None


def _difference(one: Trace, other: Trace) -> str | None:
    """What the submission did differently; None as soon as it was given something else."""
    if not _alike(_given(one), _given(other)):
        return None
    for number, (call, instead) in enumerate(zip_longest(one.calls, other.calls), 1):
        if call is None or instead is None:
            made = call or instead
            return _(
                "call {number} was {call} in one of them; in another there was no such call",
                number=number,
                call=_told_call(made),
            )
        if not _alike(_facts(call), _facts(instead)):
            first, second = _told_call(call), _told_call(instead)
            if first == second:
                return _(
                    "call {number}, {call}, ended in different ways", number=number, call=first
                )
            return _(
                "call {number} was {one} in one of them, and {other} in another",
                number=number,
                one=first,
                other=second,
            )
        if not _alike([call.reply, call.failure], [instead.reply, instead.failure]):
            return None
    for ending, otherwise in zip_longest(_endings(one), _endings(other)):
        if not _alike(_ending_facts(ending), _ending_facts(otherwise)):
            first, second = _told_ending(ending), _told_ending(otherwise)
            return _("one of them {one}, and another {other}", one=first, other=second)
    if one.elapsed != other.elapsed:
        return _(
            "one of them ended after {one:g} s, and another after {other:g} s",
            one=one.elapsed,
            other=other.elapsed,
        )
    return None


def _facts(call: Call) -> list[object]:
    """What the judge saw of a call itself."""
    asked = [call.service_number, call.method, call.arguments, call.keywords]
    return [*asked, call.started, call.outcome]


def _given(trace: Trace) -> list[object]:
    return [fact for act in trace.acts for fact in (act.function, act.arguments, act.cancelled_at)]


def _endings(trace: Trace) -> list[Ending | None]:
    return [*(act.ending for act in trace.acts), trace.ending]


def _ending_facts(ending: Ending | None) -> list[object]:
    """How a run or an act ended: nothing of that which only the sandbox sees."""
    match ending:
        case Returned(value):
            return [Returned, value]
        case Raised(error):
            return [Raised, error_name(error)]
    return [type(ending)]


def _alike(facts: list[object], others: list[object]) -> bool:
    return len(facts) == len(others) and all(
        one == other or _plain(one) == _plain(other)
        for one, other in zip(facts, others, strict=True)
    )


def _plain(value: object) -> str:
    return without_addresses(repr(value))


def _told_call(call: Call | None) -> str:
    if call is None:
        return ""
    given = [value_shown(value) for value in call.arguments]
    given += [f"{name}={value_shown(value)}" for name, value in call.keywords.items()]
    shown = shortened(f"{call.method}({', '.join(given)})", _MAX_SHOWN)
    return _("{call} at {at:g} s", call=without_addresses(shown), at=call.started)


def _told_ending(ending: Ending | None) -> str:
    match ending:
        case Returned(value):
            shown = without_addresses(shortened(value_shown(value), _MAX_SHOWN))
            return _("returned {value}", value=shown)
        case Raised(error):
            return _("raised {error}", error=without_addresses(error_name(error)))
        case Deadlocked():
            return _("came to a deadlock")
        case Livelocked():
            return _("went round and round for ever")
        case Overran():
            return _("went on for too long")
        case Died():
            return _("died with its process")
    return _("ended in another way")
