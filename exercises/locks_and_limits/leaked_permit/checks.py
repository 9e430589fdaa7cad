"""Checks for leaked_permit: acquire, work, release."""

from checker import Case, Run, Service, check, takes


class Renderer(Service):
    """Takes a second for a picture, and a minute for a slow one."""

    def __init__(self, case: Case) -> None:
        self.random = case.random
        self.postcards: dict[str, str] = {}
        self.slow: set[str] = set()

    @takes(lambda self, picture: 60.0 if picture in self.slow else 1.0)
    def render(self, picture: str) -> str:
        if not self.postcards[picture]:
            raise ValueError(f"{picture} is not a picture")
        return self.postcards[picture]


def draw(renderer: Renderer, count: int, *, slow: bool = False, broken: bool = False) -> list[str]:
    """`count` pictures that nobody saw before."""
    pictures = []
    for _ in range(count):
        number = len(renderer.postcards) + 1
        picture = f"{'slow' if slow else 'broken' if broken else 'photo'}-{number}.png"
        renderer.postcards[picture] = (
            "" if broken else f"card {renderer.random.getrandbits(32):08x}"
        )
        if slow:
            renderer.slow.add(picture)
        pictures.append(picture)
    return pictures


def expect_postcards(run: Run, renderer: Renderer, limit: int, pictures: list[str]) -> None:
    """Every one of `pictures` was rendered, and the limit was kept."""
    most = run.most_in_flight()
    run.expect(
        most <= limit,
        f"{most} pictures were in the renderer at the same time; the limit is {limit}",
        at=run.calls[-1] if most > limit else None,
    )
    due = [renderer.postcards[picture] for picture in pictures]
    came = run.value if isinstance(run.value, list) else []
    right = sum(card == expected for card, expected in zip(came, due, strict=False))
    run.expect(
        came == due,
        f"of {len(pictures)} good pictures, {right} came back as what the renderer made of them",
    )


@check(
    "Pictures that cannot be rendered give their permits back",
    points=2,
    advice="follow the code line by line for a picture for which the renderer raises ValueError",
)
def failures_give_back(case: Case) -> None:
    limit = case.random.randint(2, 3)
    world = case.world()
    renderer = world.add(Renderer(case))
    broken, [slow] = draw(renderer, limit, broken=True), draw(renderer, 1, slow=True)
    more, good = draw(renderer, limit - 1, broken=True), draw(renderer, 2 * (limit - 1))
    run = world.run("after_failures", renderer, limit, broken, slow, more, good)
    expect_postcards(run, renderer, limit, [slow, *good])
    last = sorted(call.ended or 0.0 for call in run.calls)[-2]  # The slow one ends after it.
    run.expect(
        last == 4.0,
        f"the last of the good pictures was done at {last:g} s, not at 4 s: twice some pictures "
        f"fail, 1 s each time, and then {len(good)} good ones take 2 s, {limit - 1} at a time, "
        "while a slow one takes the last permit",
    )


@check(
    "Pictures that are cancelled give their permits back",
    points=2,
    advice="a cancellation is an exception at the await, and not one that `except Exception` sees",
)
def cancellations_give_back(case: Case) -> None:
    limit = case.random.randint(2, 3)
    world = case.world()
    renderer = world.add(Renderer(case))
    slow, good = draw(renderer, limit, slow=True), draw(renderer, 2 * limit)
    run = world.run("after_cancellations", renderer, limit, slow, 2.5, good)
    expect_postcards(run, renderer, limit, good)
    run.expect_elapsed(
        4.5,
        f"{limit} slow pictures are cancelled after 2.5 s, and then {2 * limit} good ones, "
        f"{limit} at a time, take 2 s",
    )


@check(
    "Who leaves the queue gives back no permit, for there was none",
    advice="when a task is cancelled while it waits for its permit, it must not run the release",
)
def no_permit_from_the_queue(case: Case) -> None:
    limit = case.random.randint(4, 5)
    world = case.world()
    renderer = world.add(Renderer(case))
    slow, impatient = draw(renderer, limit, slow=True), draw(renderer, limit)
    good = draw(renderer, 2 * limit)
    run = world.run("with_a_queue", renderer, limit, slow, impatient, 2.5, good)
    expect_postcards(run, renderer, limit, [*slow, *good])
    run.expect_elapsed(
        62.0,
        f"{limit} slow pictures take 60 s, {limit} leave the queue meanwhile, and then {2 * limit} "
        f"good ones, {limit} at a time, take 2 s",
    )


@check(
    "The caller hears of an error, and can cancel",
    advice="give the permit back, and let the exception go on to whoever called",
)
def the_caller_hears(case: Case) -> None:
    world = case.world()
    renderer = world.add(Renderer(case))
    [broken] = draw(renderer, 1, broken=True)
    run = world.attempt("render_one", renderer, 3, broken)
    heard = [error.kind for error in run.errors]
    run.expect(
        len(run.calls) == 1 and heard == ["ValueError"],
        "the renderer raised ValueError for a picture, and render() "
        + ("raised something else" if heard else f"returned {run.value!r} to its caller")
        if run.calls
        else "a picture never reached the renderer",
    )

    world = case.world()
    renderer = world.add(Renderer(case))
    [slow] = draw(renderer, 1, slow=True)
    run = world.run("render_one", renderer, 3, slow, cancel_after=2.5)
    run.expect(
        run.was_cancelled and run.elapsed == 2.5,
        f"it was cancelled after 2.5 s, and went on as if nothing were until {run.elapsed:g} s",
        at=run.calls[0] if run.calls else None,
    )
