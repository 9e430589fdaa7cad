"""The words of a check for several calls of a run."""

import pytest

from checker import Service, is_later, listed, often, same_time, were
from checker.judge.explain import CheckFailed


class Watchdog(Service):
    latency = 0.5

    def beat(self, number: int) -> None: ...

    def bark(self) -> None:
        raise ConnectionError("no answer")


BEATS = """
    import anyio

    async def main(dog, other):
        async with anyio.create_task_group() as group:
            for number in range(3):
                group.start_soon(dog.beat, number)
                await anyio.sleep(1)
            await anyio.sleep(1)  # here
            group.start_soon(other.beat, 0)
        try:
            await dog.bark()
        except ConnectionError:
            pass
    """


@pytest.fixture
def run(play):
    return play(BEATS, Watchdog(), Watchdog())


def test_calls_can_be_told_apart_by_what_they_were_made_of(run):
    dog, other = run.trace.services
    assert len(run.calls) == 5
    assert len(run.calls_to("beat").to(dog)) == 3
    assert [call.started for call in run.calls.given(number=0)] == [0.0, 4.0]
    assert run.calls.to(other).first is run.calls[3]
    assert run.calls.last is run.calls_to("bark").first
    assert run.calls_to("bark").done == []
    assert run.calls_to("growl").first is None is run.calls_to("growl").last
    assert len(run.calls.done) == 4
    assert run.calls.most_in_flight == 1
    assert run.calls.under_way(1.25) == run.calls[1:2]
    assert run.calls.under_way(1.75) == []
    assert run.calls.begun_after(2.0) == run.calls[3:]


def test_calls_that_began_when_they_should_are_fine(run):
    run.calls_to("bark").expect_started(at=4.5)
    with pytest.raises(
        CheckFailed, match=r"beat\(\) was called at 1 s, and should have been at 0 s"
    ):
        run.calls_to("beat").expect_started(at=0)


def test_a_gap_between_calls_may_be_no_longer_than_it_may(run):
    beats = run.calls_to("beat")
    beats.expect_gaps(at_most=2.0)
    with pytest.raises(CheckFailed) as caught:
        beats.expect_gaps(at_most=1.5, advice="beat on")
    assert str(caught.value).startswith("nothing was called for 2 s, from 2 s to 4 s")
    assert caught.value.advice == "beat on"
    assert caught.value.line == run.calls[2].line


def test_the_gaps_before_the_first_call_and_after_the_last_one_count_if_they_are_asked_for(run):
    beats = run.calls_to("beat")
    beats.expect_gaps(at_most=2.0, since=-2.0, until=6.0)
    with pytest.raises(CheckFailed, match=r"from -2\.5 s to 0 s"):
        beats.expect_gaps(at_most=2.0, since=-2.5)
    with pytest.raises(CheckFailed, match=r"from 4 s to 6\.5 s"):
        beats.expect_gaps(at_most=2.0, until=6.5)
    with pytest.raises(CheckFailed, match="for 3 s, from 0 s to 3 s"):
        run.calls_to("growl").expect_gaps(at_most=2.0, since=0, until=3)


def test_a_check_can_fail_with_or_without_a_line(run):
    with pytest.raises(CheckFailed, match="no beat") as caught:
        run.fail("no beat", at=run.calls_to("growl").last)
    assert caught.value.line is None
    with pytest.raises(CheckFailed) as caught:
        run.fail("no beat", at=run.calls.last, advice="beat on")
    assert caught.value.line == run.calls[-1].line
    assert caught.value.advice == "beat on"


def test_a_run_may_have_to_end_by_a_time_and_not_at_it(run):
    run.expect_elapsed(4.5 + 0.5, "five calls")
    run.expect_elapsed(at_most=6.0)
    with pytest.raises(CheckFailed, match="it took 5 s, and 4 s are enough: nobody waits"):
        run.expect_elapsed(at_most=4.0, because="nobody waits")


def test_times_are_the_same_but_for_the_rounding_of_sums():
    assert same_time(0.1 + 0.2, 0.3)
    assert not is_later(0.1 + 0.2, 0.3)
    assert is_later(0.31, 0.3)
    assert not same_time(0.31, 0.3)
    assert not is_later(0.29, 0.3)


def test_words_are_singular_and_plural_where_they_should_be():
    assert [often(number) for number in range(3)] == ["never", "once", "2 times"]
    assert [often(number, "sent") for number in range(3)] == [
        "never sent",
        "sent once",
        "sent 2 times",
    ]
    assert (were(1), were(2), were(0)) == ("was", "were", "were")
    assert listed(["a", "b", "c"]) == "a, b and c"
