"""A world with an exam in it."""

from checker import Case, Service, check, takes


class Paper(Service):
    """Three problems."""

    @takes(1.0)
    def guess(self) -> None: ...

    @takes(2.0)
    def solve(self) -> None: ...


@check("The exam is over in time", advice="look at the clock")
def in_time(case: Case) -> None:
    for world in case.explore():
        run = world.run("exam", world.add(Paper()))
        run.expect_elapsed(5.0, "the bell rings")
