"""A world with a kettle."""

from checker import Case, Service, check


class Kettle(Service):
    latency = 3.0

    def boil(self) -> None: ...


@check("The water is hot after three seconds", advice="boil it")
def is_hot(case: Case) -> None:
    for world in case.explore():
        run = world.run("test_tea", world.add(Kettle()))
        run.expect_elapsed(3.0)
