"""A world with a kitchen for two cooks."""

from checker import Case, Service, check, takes


class Kitchen(Service):
    """Two can wash at the same time."""

    @takes(1.0)
    def wash(self) -> None: ...

    @takes(2.0)
    def cut(self) -> None: ...


@check("Two cooks share one knife", advice="take it in turns")
def in_turn(case: Case) -> None:
    for world in case.explore():
        run = world.run("salad", world.add(Kitchen()))
        run.expect(run.most_in_flight("cut") == 1, "both cut at the same time")
