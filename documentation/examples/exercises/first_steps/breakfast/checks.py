"""A world in which breakfast can be made."""

from checker import Case, Service, check, takes


class Kitchen(Service):
    """Does three things, at the same time if it is asked to."""

    @takes(3.0)
    def boil_water(self) -> None: ...

    @takes(2.0)
    def toast_bread(self) -> None: ...

    @takes(1.0)
    def lay_the_table(self) -> None: ...


@check("Breakfast is ready when the water boils", advice="start both tasks in the group")
def ready(case: Case) -> None:
    for world in case.explore():
        world.run("breakfast", world.add(Kitchen())).expect_elapsed(
            3.0, "the water takes that long"
        )
