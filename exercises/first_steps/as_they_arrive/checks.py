"""Checks for as_they_arrive: what is there is handed on, and waits for nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass

from checker import (
    Act,
    Call,
    Calls,
    Case,
    Run,
    Service,
    check,
    counted,
    is_later,
    listed,
    often,
    question,
    same,
    same_time,
    scene,
    shown,
    takes,
)

DISTRICTS = ("Northam", "Eastham", "Southam", "Westham", "Oldham", "Newham")
NAMES = [place + part for part in ("", " North", " South") for place in DISTRICTS]


class Hotline(Service):
    """Knows the votes of each district, after a time of its own for each."""

    latency = 1.0

    def __init__(self, votes: dict[str, int], seconds: dict[str, float]) -> None:
        self.votes = votes
        self.seconds = seconds

    @takes(lambda self, district: self.seconds.get(district, 1.0))
    def count(self, district: str) -> int:
        if district not in self.votes:
            raise LookupError(f"there is no district {district}")
        return self.votes[district]


class Screen(Service):
    """Shows any number of results at once."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    @takes(lambda self, district, votes: self.seconds)
    def show(self, district: str, votes: int) -> None:
        pass


@dataclass(frozen=True)
class Night:
    """One call of election_night, with a hotline and a screen of its own."""

    hotline: Hotline
    screen: Screen
    act: Act
    run: Run
    place: str
    """Which call it was, for the beginning of a message."""

    @property
    def counts(self) -> Calls:
        return self.run.calls.to(self.hotline)

    @property
    def shows(self) -> Calls:
        return self.run.calls.to(self.screen)

    def late_shows(self) -> Iterator[tuple[Call, float]]:
        """What went on the screen later than it could have, and when its count had been there."""
        for show in self.shows:
            count = self.counts.given(district=show.given["district"])[0]
            self.run.expect(
                count.ended_order is not None and count.ended_order < show.order,
                f"{self.place}{show.given['district']} went on the screen at {show.started:g} s, before its count was "
                "there",
                at=show,
                advice="wait for the count of a district before you show it",
            )
            if is_later(show.started, count.ended or 0.0):
                yield show, count.ended or 0.0

    def was_busy(self, begin: float, end: float) -> bool:
        """Whether the screen was showing a result all that time."""
        for call in sorted(self.shows, key=lambda call: call.started):
            if not is_later(call.started, begin):
                begin = max(begin, call.ended or end)
        return not is_later(end, begin)

    def expect_results(self) -> None:
        """Each district was asked and shown once, with its votes, and all votes were returned."""
        if self.act.error is not None:
            raise self.act.explained()
        due = self.hotline.votes
        for district, votes in due.items():
            which = f"one of {len(due)} districts" if len(due) > 1 else "the only district"
            asked, shows = self.counts.given(district=district), self.shows.given(district=district)
            for calls, what in ((asked, "asked for its count"), (shows, "put on the screen")):
                self.run.expect(
                    len(calls) == 1,
                    f"{self.place}{district}, {which}, was {often(len(calls), what)} by {self.act.ended:g} s"
                    + (f"; its count is {votes}" if asked and not calls else ""),
                    at=calls.last,
                    advice="ask each district once, and show its votes once, whatever their number is",
                )
            told = shows[0].given["votes"]
            self.run.expect(
                same(told, votes),
                f"{self.place}{district} has {counted(votes, 'vote')}, and {shown(told)} went on the screen",
                at=shows.first,
                advice="show with each district what hotline.count() returned for it",
            )
        for call in self.shows:
            self.run.expect(
                call.given["district"] in self.hotline.votes,
                f"{self.place}{call.given['district']} went on the screen, and is none of the districts",
                at=call,
                advice="show each district under its own name, on the screen of its own election",
            )
        self.run.expect_ended_with(self.act, [*self.counts, *self.shows])
        for call in [*self.counts, *self.shows]:
            self.run.expect(
                call.done,
                f"{self.place}{call.method}() was given up for {call.given['district']} at {call.ended:g} s, before it "
                "was done",
                at=call,
                advice="wait for every count, and for every result to be shown, as long as it takes",
            )
        total, counts = sum(due.values()), list(due.values())
        if same(self.act.value, total):
            return
        of = f"the only count is {total}"
        if len(counts) != 1:
            of = (
                f"the counts are {listed([str(count) for count in counts])}, {total} in all"
                if counts
                else "there were no districts"
            )
        self.run.fail(
            f"{self.place}it returned {shown(self.act.value)}; {of}",
            advice="add what each district has counted to the sum as it is then: a sum that was read before an `await` "
            "may be old after it"
            if isinstance(self.act.value, int) and 0 <= self.act.value < total
            else "begin with 0 in each call, and add the count of each district to that, once",
        )


@scene
def nights(case: Case) -> Iterator[Night]:
    """Two elections, together or one after the other."""
    for world in case.explore():
        planned = []
        for size in [case.size(0, 12), case.size(0, 2)]:
            names = case.distinct(NAMES, size)
            longest = case.pick([5.0, 900.0, 100_000.0])
            votes = {name: case.amount(0, 9999) for name in names}
            seconds = {name: case.duration(0.5, longest) for name in names}
            hotline = world.add(Hotline(votes, seconds))
            screen = world.add(Screen(case.duration(0.2, 5.0)))
            planned.append((hotline, screen, world.call("election_night", hotline, screen, names)))
        if case.pick([False, True]):
            planned[1][-1].after(planned[0][-1])
        run = world.attempt_all(*(act for *_, act in planned))
        for number, (hotline, screen, act) in enumerate(planned, 1):
            is_alone = not planned[2 - number][0].votes  # As far as anybody can see.
            place = "" if is_alone else f"in election {number} of 2, "
            yield Night(hotline, screen, act, run, place)


@check(
    "Each result goes on the screen the moment its count is there",
    points=3,
    advice="find what the result waited for",
)
def shown_at_once(case: Case) -> None:
    for night in nights(case):
        night.expect_results()
        for show, there in night.late_shows():
            if night.was_busy(there, show.started):
                continue  # It waited for the screen.
            district = show.given["district"]
            seen = f"{night.place}{district} had counted at {there:g} s, and did not begin to appear on the screen until "
            seen += f"{show.started:g} s"
            just_then = [
                call for call in night.counts if same_time(call.ended or 0.0, show.started)
            ]
            if just_then:
                seen += f", when {just_then[0].given['district']} had counted, too"
            night.run.fail(
                seen,
                at=show,
                advice="let each district be shown by the task that waits for its count: what stands after the block of "
                "a task group waits for all of its tasks"
                if just_then
                else None,
                late=show,
                together=[[call] for call in [*night.counts, *night.shows]],
            )


@check(
    "No result waits until another one has been shown",
    advice="let the next result begin to appear while the screen is still busy with this one",
)
def shown_together(case: Case) -> None:
    for night in nights(case):
        night.expect_results()
        for show, there in night.late_shows():
            if not night.was_busy(there, show.started):
                continue  # It waited for something else.
            other = next(c for c in night.shows if c.started <= there < (c.ended or 0.0))
            night.run.fail(
                f"{night.place}{show.given['district']} had counted at {there:g} s, and did not begin to appear until "
                f"{show.started:g} s; the screen was busy with {other.given['district']}, and could have shown both",
                at=show,
                late=show,
                together=[[call] for call in night.shows],
            )


@check(
    "All districts are asked at the beginning",
    advice="start one task for each district before you wait for any of them",
)
def asked_at_once(case: Case) -> None:
    for night in nights(case):
        night.expect_results()
        for call in night.counts:
            night.run.expect(
                same_time(call.started, night.act.started),
                f"{night.place}it was called at {night.act.started:g} s, and {call.given['district']} was not asked for "
                f"its count until {call.started:g} s",
                at=call,
                together=[[call] for call in night.counts],
            )


@check(
    "When the last result has been shown, the sum of all votes is returned",
    advice="return when all results have been shown, and wait for nothing else",
)
def sum_of_all(case: Case) -> None:
    for night in nights(case):
        night.expect_results()
        last = max((call.ended or 0.0 for call in night.shows), default=night.act.started)
        night.run.expect(
            same_time(night.act.ended, last),
            f"{night.place}the last result had been shown at {last:g} s; it returned at {night.act.ended:g} s"
            if night.shows
            else f"{night.place}there were no districts, and it took {night.act.elapsed:g} s",
        )
        night.run.expect_nothing_left()


@question
def village_and_capital(case: Case) -> str | None:
    world = case.world()
    votes, seconds = {"village": 140, "capital": 51_200}, {"village": 1.0, "capital": 10.0}
    hotline, screen = world.add(Hotline(votes, seconds)), world.add(Screen(2.0))
    run = world.observe("election_night", hotline, screen, list(votes))
    begun = {call.given["district"]: round(call.started) for call in run.calls_to("show")}
    if begun.keys() != votes.keys():
        return None
    return {
        (1, 10): "each_in_time",
        (10, 12): "in_a_row",
        (10, 10): "together",
        (11, 13): "one_by_one",
    }.get((begun["village"], begun["capital"]))
