"""A world with an office in which letters are written and stamped."""

from checker import Case, Service, check, takes


class Office(Service):
    @takes(1.0)
    def write(self, number: int) -> str:
        return f"letter {number}"

    @takes(2.0)
    def stamp(self, letter: str) -> None: ...


@check("Each letter is stamped", advice="close the stream")
def all_stamped(case: Case) -> None:
    for world in case.explore():
        run = world.run("post", world.add(Office()))
        run.expect(len(run.calls_to("stamp").done) == 3, "a letter was not stamped")
