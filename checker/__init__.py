"""Tasklings: a kit of exercises in structured concurrency, and the checker that judges them.

What an author of checks imports is here: `Case`, `Service`, `check`, `blocking`, `takes`. They are
imported when first used, since the sandbox imports this package too and must not see the judge.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from checker.judge.case import Case as Case
    from checker.judge.case import check as check
    from checker.judge.service import Service as Service
    from checker.judge.service import blocking as blocking
    from checker.judge.service import takes as takes

__all__ = ["Case", "Service", "blocking", "check", "takes"]


def __getattr__(name: str) -> Any:
    if name in ("Case", "check"):
        from checker.judge import case

        return getattr(case, name)
    if name in ("Service", "blocking", "takes"):
        from checker.judge import service

        return getattr(service, name)
    raise AttributeError(f"module 'checker' has no attribute {name!r}")
