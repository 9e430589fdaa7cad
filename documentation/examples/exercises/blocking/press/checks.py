"""A world with an office in which somebody prints."""

from checker import Case, Service, blocking, check, takes


class Office(Service):
    """Has a phone, and an old press whose client is an ordinary, blocking one."""

    @takes(1.0)
    def answer_phone(self) -> None: ...

    @takes(0.5)
    def fetch_paper(self) -> None: ...

    @blocking
    @takes(2.0)
    def print_page(self) -> None: ...


@check("Three calls are answered, and a page is printed", advice="do both")
def both(case: Case) -> None:
    for world in case.explore():
        run = world.run("morning", world.add(Office()))
        run.expect(len(run.calls) == 5, f"{len(run.calls)} things were done")
