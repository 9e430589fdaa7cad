"""Experiment."""

from checker import Service, check, Case, takes, question


class Machine(Service):
    @takes(2.0)
    def measure(self, sample: str, substance: str) -> float:
        raise ValueError(substance)

    @takes(2.0)
    def ping(self) -> None:
        raise KeyError("ping")


@check("x")
def x(case: Case) -> None:
    for world in case.explore():
        m = world.add(Machine())
        case.integer(0, 9)
        run = world.attempt("examine", m, "a", ["b", "c"])
        print(
            case.backend, [(c.outcome, c.ended) for c in run.calls], [e.message for e in run.errors]
        )


@question
def q(case):
    return None
