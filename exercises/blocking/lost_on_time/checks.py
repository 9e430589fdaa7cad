from checker import Case, Service, check, question, blocking, takes


class Server(Service):
    latency = 0.0

    def sign_of_life(self) -> None:
        pass


class Engine(Service):
    def __init__(self, secs):
        self.seconds = dict(enumerate(secs, 1))

    @blocking
    @takes("seconds")
    def look(self, depth: int) -> str:
        return str(depth)


@check("x")
def x(case: Case) -> None:
    for world in case.explore():
        s = world.add(Server())
        e = world.add(Engine([0.3] * 20))
        e2 = world.add(Engine([0.3] * 20))
        k = world.call("keep_alive", s).cancel_after(10)
        a = world.call("best_move", e, 20, 3.0).at(0.5)
        b = world.call("best_move", e2, 20, 30.0).at(0.5).cancel_after(2.1)
        run = world.attempt_all(k, a, b)
        run.expect(
            False,
            f"{[c.started for c in run.calls_to('sign_of_life')]} {a.started} {a.ended} {b.started} {b.ended} {a.was_cancelled} {b.was_cancelled} {b.record.cancelled_at} {k.ended} {run.trace.backend} {[(round(c.started, 2), c.service is e) for c in run.calls_to('look')]} {run.blocked[:3]}",
        )
