"""What is the same for every run of a submission on one backend."""

from dataclasses import dataclass, field

from checker.judge.budget import Budget
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
    apart: bool = False
    """Whether each object, and each act that is none of an object's, gets a fresh import of the program: to
    see whether they share something."""
    known: Livelocked | None = None
    """How the run that is to be repeated ends, if it would go on for long until that is seen."""
    budget: Budget = field(default_factory=Budget)
    """What all runs together may cost. When nothing is left of it, no other run may begin: many runs that
    each stay within their limit of time would take hours together."""
