"""Checks for lost_item: a time limit for the wait, and not for what was waited for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from checker import (
    Act,
    Call,
    Calls,
    Case,
    EndOfStream,
    Feed,
    Run,
    Service,
    World,
    advise,
    check,
    counted,
    is_later,
    question,
    same,
    same_time,
    scene,
    shown,
    takes,
)

ERRORS = (
    ConnectionError("the line is down"),
    TimeoutError("no answer"),
    ValueError("no such match"),
    LookupError("not there"),
    EndOfStream("the browser is gone"),
)


class News(Feed):
    """Hands out one event after the other."""

    ends_if_left = True


class Browser(Service):
    """Takes a time of its own for each event, and another one for each ping."""

    def __init__(self, seconds: Sequence[float], pings: float) -> None:
        self._seconds = iter(seconds)
        self.pings = pings

    @takes(lambda self, event: next(self._seconds, 1.0))
    def send(self, event: str) -> None:
        pass

    @takes("pings")
    def ping(self) -> None:
        pass


@dataclass(frozen=True)
class Visit:
    """One call of relay, with news of its own."""

    news: News
    browser: Browser
    patience: float
    act: Act
    run: Run
    place: str
    """Which call it was, for the beginning of a message."""

    @property
    def asked(self) -> Calls:
        """The calls of the news."""
        return self.run.calls.to(self.news)

    @property
    def line(self) -> Calls:
        """The calls of the browser."""
        return self.run.calls.to(self.browser)

    @property
    def sends(self) -> Calls:
        return self.line.where(lambda call: call.method == "send")

    @property
    def came(self) -> Calls:
        """The calls of the news that brought an event."""
        return self.asked.done.where(lambda call: call.reply is not None)

    @property
    def end(self) -> Call | None:
        """The call by which one heard that the news had ended."""
        return self.asked.done.where(lambda call: call.reply is None).first

    @property
    def failed(self) -> Call | None:
        """The call that failed first, whatever failed then because of that."""
        return self.run.calls.where(
            lambda call: call.outcome == "failed" and call.service in (self.news, self.browser)
        ).first

    def tell(self, call: Call) -> str:
        """`sending the event 'goal'`."""
        return f"sending {call.given['event']!r}" if call.method == "send" else "a ping"

    def expect_one_at_a_time(self) -> None:
        for call in self.asked.where(lambda call: call.failed_with(News.BUSY)):
            self.run.fail(
                f"{self.place}at {call.started:g} s somebody asked for the next event, while somebody else waited "
                "for it",
                at=call,
                advice="let one task wait for the next event at a time",
            )
        for before, after in pairwise(self.line):
            self.run.expect(
                before.ended_order is not None and before.ended_order < after.order,
                f"{self.place}{self.tell(after)} began at {after.started:g} s; {self.tell(before)}, begun at "
                f"{before.started:g} s, was still under way",
                at=after,
                advice="let one task use the line at a time, for events and for pings",
            )

    def expect_whole(self) -> None:
        """Nothing was broken off, and nothing raised: where there is no reason for it."""
        run, act = self.run, self.act
        self.expect_one_at_a_time()
        if act.error is not None:
            told = act.explained()
            run.fail(
                f"{self.place}{told.message}",
                at=act.errors[0],
                advice=advise(act.errors[0], run.trace.backend) or told.advice,
            )
        for call in self.line:
            came = next((event for event in self.came if event.reply == call.given["event"]), None)
            run.expect(
                call.done,
                f"{self.place}"
                + (f"{call.given['event']!r} came at {came.ended:g} s; " if came else "")
                + f"{self.tell(call)}, begun at {call.started:g} s, was broken off at {call.ended or act.ended:g} s; "
                "it must be finished, even if that takes longer than `patience`",
                at=call,
                advice="let what has begun on the line be finished, however long it takes",
            )
        broken = self.asked.where(lambda call: not call.done).first
        run.expect(
            broken is None,
            f"{self.place}the wait for the next event, begun at {broken.started:g} s, was broken off at "
            f"{broken.ended or act.ended:g} s"
            if broken is not None
            else "",
            at=broken,
            advice="never break off the wait for the news: let a task of its own hand on what comes",
        )

    def expect_delivered(self) -> None:
        """Every event was sent, once, in order, and they were counted."""
        run, act = self.run, self.act
        self.expect_whole()
        due = [call.reply for call in self.came]
        sent = [call.given["event"] for call in self.sends]
        if not same(sent, due):
            lost = [event for event in due if event not in sent]
            seen = f"{self.place}the news were {shown(due)}; sent was {shown(sent)}"
            advice = "send each event once, and nothing else"
            if lost == [""] * len(lost) and lost:
                advice = "an event may be an empty text: only the end of the stream says that there are no more"
            elif lost:
                advice = "an event that has been taken out of the stream must be sent, whatever happens next"
            elif sorted(sent) == sorted(due):
                advice = "send the events in the order in which they came"
            elif len(sent) < len(due):
                advice = "equal events are still several events: send each of them"
            run.fail(seen, at=self.sends.last, advice=advice)
        run.expect(
            self.end is not None,
            f"{self.place}relay() returned at {act.ended:g} s, when the news had not ended",
            at=self.asked.last,
            advice="return no sooner than the news end, however long they are silent",
        )
        run.expect(
            same(act.value, len(due)),
            f"{self.place}relay() returned {shown(act.value)}; it had sent {counted(len(due), 'event')}",
            advice="return the number of events that were sent in this call",
        )


@scene
def visits(case: Case) -> Iterator[Visit]:
    for world in case.explore():
        yield from _play(case, world)


@scene
def bad_visits(case: Case) -> Iterator[Visit]:
    for world in case.explore(fail=ERRORS, cancel=True):
        yield from _play(case, world)


def _play(case: Case, world: World) -> Iterator[Visit]:
    """Two browsers, the second of which may come when the first has gone."""
    planned = [_draw(case, world, least, most) for least, most in ((0, 4), (1, 2))]
    if case.pick([False, True]):
        planned[1][-1].after(planned[0][-1])
    run = world.attempt_all(*(act for *_, act in planned))
    for number, (news, browser, patience, act) in enumerate(planned, 1):
        yield Visit(news, browser, patience, act, run, f"in call {number} of 2, ")


def _draw(case: Case, world: World, least: int, most: int) -> tuple[News, Browser, float, Act]:
    patience = case.duration(1.0, case.pick([40.0, 20_000.0]))
    events = [case.pick(["goal", "1:0", ""]) for _ in range(case.size(least, most))]
    slowest = case.pick([0.5 * patience, 3 * patience, 30_000.0])
    pings = case.pick([0.1, 10.0]) * patience
    seconds = [_draw_silence(case, patience) for _ in range(len(events) + 1)]
    if case.pick([False, True]):
        seconds[0] = patience  # The event is handed over in the very step in which the time is up.
    news = world.add(News(events, seconds))
    browser = world.add(
        Browser([case.duration(0.1, slowest) for _ in events], case.duration(0.05, pings))
    )
    return news, browser, patience, world.call("relay", news, browser, patience)


def _draw_silence(case: Case, patience: float) -> float:
    """How long it takes until the next event: time for no ping, for one, or for more."""
    least, most = case.pick([(0.1, 0.5), (0.5, 2.0), (2.1, 3.5)])
    return case.duration(least * patience, most * patience)


@check(
    "Every event reaches the browser: whole, once, and in order",
    points=3,
    advice="from the moment at which an event is taken, nothing but an error may keep it from being sent",
)
def all_arrive(case: Case) -> None:
    for visit in visits(case):
        visit.expect_delivered()
        visit.run.expect_nothing_left()


@check(
    "An event goes out at once, and a ping after `patience` seconds in which none came",
    points=2,
    advice="wait for the next event and for the time of the next ping, whichever comes first",
)
def on_time(case: Case) -> None:
    for visit in visits(case):
        visit.expect_delivered()
        act, run, patience = visit.act, visit.run, visit.patience
        assert visit.end is not None
        waiting = [call.ended or 0.0 for call in [*visit.came, visit.end]]
        asked = [call.started for call in visit.asked]
        free = act.started
        for number, begun in enumerate(asked[: len(waiting)]):
            done = visit.sends[number - 1].ended or 0.0 if number else act.started
            run.expect(
                not is_later(begun, done),
                f"{visit.place}"
                + (f"event {number} had been sent at {done:g} s, and " if number else "")
                + f"nobody waited for event {number + 1} before {begun:g} s",
                at=visit.asked[number],
                advice="always have a task wait for the next event",
            )
        for call in visit.line:
            came, due = waiting[0], free + patience
            since = f"the line was free from {free:g} s on"
            if call.method == "ping":
                run.expect(
                    same_time(call.started, due),
                    f"{visit.place}{since}, and a ping began at {call.started:g} s; `patience` is {patience:g} s, so "
                    f"none was due before {due:g} s"
                    if is_later(due, call.started)
                    else f"{visit.place}{since}, with nothing to send; `patience` is {patience:g} s, and a ping began "
                    f"at {call.started:g} s, not at {due:g} s",
                    at=call,
                    advice="count the time from the end of the last send() or ping(), or from the call of relay()",
                    late=call if is_later(call.started, due) else None,
                )
                run.expect(
                    not is_later(call.started, came),
                    f"{visit.place}a ping began at {call.started:g} s, while something that had come at {came:g} s "
                    "was not dealt with",
                    at=call,
                    advice="ping only when nothing is there to be sent",
                )
            else:
                run.expect(
                    not is_later(max(came, free), due),
                    f"{visit.place}{since}, and nothing came before {came:g} s; `patience` is {patience:g} s, so a ping "
                    f"was due at {due:g} s",
                    at=call,
                    advice="when nothing has come for `patience` seconds, ping, and wait on",
                )
                run.expect(
                    same_time(call.started, max(came, free)),
                    f"{visit.place}event {len(visit.came) - len(waiting) + 2} came at {came:g} s, and {since}; "
                    f"sending it began at {call.started:g} s",
                    at=call,
                    advice="send an event as soon as it is there: wait for it, and not for a clock",
                    late=call,
                )
                waiting.pop(0)
            free = call.ended or 0.0
        over = max(waiting[0], free)
        run.expect(
            not is_later(over, free + patience),
            f"{visit.place}the line was free from {free:g} s on, and the news ended at {over:g} s; `patience` is "
            f"{patience:g} s, so a ping was due at {free + patience:g} s",
            advice="when nothing has come for `patience` seconds, ping, and wait on",
        )
        run.expect(
            same_time(act.ended, over),
            f"{visit.place}the news had ended, and the line was free, at {over:g} s; relay() returned at {act.ended:g} s",
            advice="when the news has ended and all is sent, return at once, even if `patience` is not over",
        )


@check(
    "An error or a cancellation reaches the caller at once",
    points=2,
    advice="let the error out, and let whatever else is under way be cancelled",
)
def errors_come_out(case: Case) -> None:
    for visit in bad_visits(case):
        visit.expect_one_at_a_time()
        act, run, failed = visit.act, visit.run, visit.failed
        calls = [*visit.asked, *visit.line]
        if act.record.cancelled_at is not None:
            run.expect_gave_way(
                act,
                calls,
                done=visit.end is not None and len(visit.sends.done) >= len(visit.came),
                place=visit.place,
            )
            continue
        if failed is None:
            visit.expect_delivered()
            continue
        what = "the news" if failed.service is visit.news else f"{failed.method}()"
        seen = f"{visit.place}{what} failed at {failed.ended:g} s with {failed.failure}"
        run.expect_heard(
            act,
            failed,
            calls,
            seen,
            advice="not every TimeoutError is that of your own time limit: let one of the browser out"
            if failed.service is visit.browser and failed.failed_with(ERRORS[1])
            else "let that error out of relay(): catch no more than you can deal with",
        )


@question
def slow_line(case: Case) -> str | None:
    world = case.world()
    news = world.add(News(["goal"], [10.0, 30.0]))
    run = world.observe("relay", news, world.add(Browser([8.0], 0.5)), 15.0)
    if run.error is not None:
        return "error"
    sends = run.calls_to("send")
    if len(sends) > 1:
        return "again"
    return "whole" if sends.done else "lost"
