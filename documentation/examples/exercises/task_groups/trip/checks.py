"""A world in which the hotel is full."""

from checker import Case, Service, check, takes


class Agency(Service):
    """Books three things; there is no room at the hotel."""

    @takes(1.0)
    def book_train(self) -> None: ...

    @takes(2.0)
    def book_hotel(self) -> None:
        raise ConnectionError("no room")

    @takes(5.0)
    def book_boat(self) -> None: ...


@check("When one booking fails, the trip does", advice="let the error out")
def called_off(case: Case) -> None:
    for world in case.explore():
        run = world.attempt("trip", world.add(Agency()))
        run.expect_error("ConnectionError", "the hotel is full")
