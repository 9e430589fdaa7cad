"""A world with a lamp."""

from checker import Case, Service, check


class Lamp(Service):
    latency = 1.0

    def on(self) -> None: ...

    def off(self) -> None: ...


@check("The lamp is on for two seconds", advice="let a task own it")
def is_on(case: Case) -> None:
    for world in case.explore():
        run = world.run("evening", world.add(Lamp()))
        run.expect(len(run.calls) == 2, "the lamp was not used")
