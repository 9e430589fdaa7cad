"""What is the same for every run of a submission on one backend."""

import math
from dataclasses import dataclass

from checker.judge.launch import Program, Sandbox
from checker.judge.search.explore import QUICK, Depth
from checker.judge.trace import Livelocked


@dataclass(frozen=True)
class Setting:
    """Where a submission runs, on what, and how far it is looked into."""

    sandbox: Sandbox
    program: Program
    backend: str
    depth: Depth = QUICK
    fresh: bool = False
    """Whether every run gets a process of its own. Otherwise they share one, as long as none of them
    leaves anything behind."""
    explained: bool = True
    """Whether a failure is repeated and made as small as it gets. A proof that there is one needs
    neither."""
    watched: bool = False
    """Whether runs tell what every task waits for all the time, which takes longer."""
    pictured: bool = False
    """Whether watched runs tell how things stand at each step, too: for a page that plays them."""
    known: Livelocked | None = None
    """How the run that is to be repeated ends, if it would go on for long until that is seen."""
    until: float = math.inf
    """When no other run may begin, on the real `time.monotonic`: many runs that each stay within
    their limit of time would take hours together."""
