"""A world with a kitchen, and a dinner for two."""

from checker import Case, Service, check, takes


class Kitchen(Service):
    """Any number can eat at the same time."""

    @takes(3.0)
    def cook(self) -> None: ...

    @takes(1.0)
    def lay_the_table(self) -> None: ...

    @takes(2.0)
    def eat(self) -> None: ...


@check("All eat when the bell has rung", advice="wait for the bell")
def when_it_rings(case: Case) -> None:
    for world in case.explore():
        run = world.run("dinner", world.add(Kitchen()))
        run.calls_to("eat").expect_started(at=3.0)
