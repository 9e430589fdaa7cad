"""Tasklings: a kit of exercises in structured concurrency, and the checker that judges them.

What an author of checks imports is here. It is imported when first used, since the sandbox imports
this package too and must not see the judge.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from checker.judge.acts import Act as Act
    from checker.judge.acts import Instance as Instance
    from checker.judge.case import Case as Case
    from checker.judge.case import Run as Run
    from checker.judge.case import World as World
    from checker.judge.case import check as check
    from checker.judge.case import scene as scene
    from checker.judge.service import Service as Service
    from checker.judge.service import blocking as blocking
    from checker.judge.service import takes as takes
    from checker.judge.trace import Call as Call

_MODULES = {
    "Act": "checker.judge.acts",
    "Call": "checker.judge.trace",
    "Case": "checker.judge.case",
    "Instance": "checker.judge.acts",
    "Run": "checker.judge.case",
    "Service": "checker.judge.service",
    "World": "checker.judge.case",
    "blocking": "checker.judge.service",
    "check": "checker.judge.case",
    "scene": "checker.judge.case",
    "takes": "checker.judge.service",
}

__all__ = [
    "Act",
    "Call",
    "Case",
    "Instance",
    "Run",
    "Service",
    "World",
    "blocking",
    "check",
    "scene",
    "takes",
]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return getattr(import_module(_MODULES[name]), name)
    raise AttributeError(f"module 'checker' has no attribute {name!r}")
