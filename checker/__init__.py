"""Tasklings: a kit of exercises in structured concurrency, and the checker that judges them.

What an author of checks imports is here. The judge behind it is imported with the first of these names:
`checker --help` does without it, and so does pytest in a project that has no course, where the plugin
is loaded all the same.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from checker.judge.acts import Act as Act
    from checker.judge.acts import Instance as Instance
    from checker.judge.calls import Calls as Calls
    from checker.judge.calls import is_later as is_later
    from checker.judge.calls import same_time as same_time
    from checker.judge.case import Case as Case
    from checker.judge.case import check as check
    from checker.judge.case import question as question
    from checker.judge.case import scene as scene
    from checker.judge.explain import CheckFailed as CheckFailed
    from checker.judge.explain import advise as advise
    from checker.judge.feed import Feed as Feed
    from checker.judge.run import Run as Run
    from checker.judge.run import same as same
    from checker.judge.run import shown as shown
    from checker.judge.service import AnyIOError as AnyIOError
    from checker.judge.service import BrokenResourceError as BrokenResourceError
    from checker.judge.service import ClosedResourceError as ClosedResourceError
    from checker.judge.service import EndOfStream as EndOfStream
    from checker.judge.service import Service as Service
    from checker.judge.service import WouldBlock as WouldBlock
    from checker.judge.service import blocking as blocking
    from checker.judge.service import takes as takes
    from checker.judge.streams import Stream as Stream
    from checker.judge.trace import ActRecord as ActRecord
    from checker.judge.trace import Awaited as Awaited
    from checker.judge.trace import Blocked as Blocked
    from checker.judge.trace import Call as Call
    from checker.judge.trace import ErrorTree as ErrorTree
    from checker.judge.trace import Failure as Failure
    from checker.judge.trace import Given as Given
    from checker.judge.trace import Printed as Printed
    from checker.judge.trace import Task as Task
    from checker.judge.trace import Trace as Trace
    from checker.judge.trace import Wait as Wait
    from checker.judge.trace import Warned as Warned
    from checker.judge.trace import most_in_flight as most_in_flight
    from checker.judge.words import counted as counted
    from checker.judge.words import listed as listed
    from checker.judge.words import often as often
    from checker.judge.words import plain_name as plain_name
    from checker.judge.words import were as were
    from checker.judge.world import World as World

_MODULES: Final = {
    "Act": "acts",
    "ActRecord": "trace",
    "AnyIOError": "service",
    "Awaited": "trace",
    "Blocked": "trace",
    "BrokenResourceError": "service",
    "Call": "trace",
    "Calls": "calls",
    "Case": "case",
    "CheckFailed": "explain",
    "ClosedResourceError": "service",
    "EndOfStream": "service",
    "ErrorTree": "trace",
    "Failure": "trace",
    "Feed": "feed",
    "Given": "trace",
    "Instance": "acts",
    "Printed": "trace",
    "Run": "run",
    "Service": "service",
    "Stream": "streams",
    "Task": "trace",
    "Trace": "trace",
    "Wait": "trace",
    "Warned": "trace",
    "World": "world",
    "WouldBlock": "service",
    "advise": "explain",
    "blocking": "service",
    "check": "case",
    "counted": "words",
    "is_later": "calls",
    "listed": "words",
    "most_in_flight": "trace",
    "often": "words",
    "plain_name": "words",
    "question": "case",
    "same": "run",
    "same_time": "calls",
    "scene": "case",
    "shown": "run",
    "takes": "service",
    "were": "words",
}

__all__ = list(_MODULES)


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return getattr(import_module(f"checker.judge.{_MODULES[name]}"), name)
    raise AttributeError(f"module 'checker' has no attribute {name!r}")
