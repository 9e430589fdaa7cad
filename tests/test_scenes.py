"""A scene: the worlds that several checks look at, each of which runs once for all of them."""

from collections.abc import Iterator

import pytest

from checker import Case, check, scene
from checker.course import Check
from checker.judge import world as judge
from checker.judge.attempt import play, try_check
from checker.judge.launch import Program, SandboxError
from checker.judge.run import Run
from checker.judge.search.explore import QUICK
from checker.judge.setting import Setting
from checker.judge.trace import ActRecord, Returned, Trace

WORLDS = QUICK.rounds


@pytest.fixture
def runs(monkeypatch):
    """The sandbox and the arguments of each run of a submission that returns its argument."""
    runs = []

    def converse(sandbox, start, program, services, plan, timings, budget):
        runs.append((sandbox, *start.acts[0].arguments))
        ending = Returned(start.acts[0].arguments[0])
        act = ActRecord("main", (), ending=ending)
        return Trace(start.backend, services, ending=ending, acts=[act])

    monkeypatch.setattr(judge, "converse", converse)
    return runs


def setting(sandbox: str = "sandbox") -> Setting:
    return Setting(sandbox, Program(b""), "asyncio")


@scene
def numbers(case: Case) -> Iterator[tuple[int, Run]]:
    for world in case.explore():
        number = case.integer(0, 999)
        yield number, world.run("main", number)


def looking(at: list[int], *, fails_at: int | None = None, which=numbers) -> Check:
    """A check that keeps what it sees, and fails in the world of this number, from 1."""

    @check("Looks")
    def looks(case: Case) -> None:
        del at[:]
        for number, run in which(case):
            at.append(number)
            run.expect(run.value == number and len(at) != fails_at, "that is the one")

    return looks


def test_each_world_runs_once_for_all_checks_and_each_check_sees_all(runs):
    memory, one, other = {}, [], []
    tried = [play(looking(seen), setting(), "1/x/c", memory=memory) for seen in (one, other)]
    assert len(runs) == WORLDS
    assert one == other == [number for _, number in runs]
    assert [t.worlds for t in tried] == [t.searched.worlds for t in tried] == [WORLDS] * 2


def test_a_world_that_is_played_again_runs_once_for_all_checks_that_ask_for_it(runs):
    memory, one, other = {}, [], []
    first = play(looking(one), setting(), "1/x/c", memory=memory)
    again = first.played
    del runs[:]
    tried = [play(looking(seen), setting(), "1/x/c", again, memory=memory) for seen in (one, other)]
    assert len(runs) == 1
    assert one == other == [number for _, number in runs]
    assert [t.played for t in tried] == [again] * 2


def test_a_check_that_fails_early_hides_no_world_from_the_others(runs):
    memory, one, other = {}, [], []
    failed = play(looking(one, fails_at=2), setting(), "1/x/c", memory=memory)
    passed = play(looking(other), setting(), "1/x/d", memory=memory)
    assert (failed.worlds, passed.worlds) == (2, WORLDS)
    assert len(runs) == len(other) == WORLDS
    assert one == other[:2]


def test_the_worlds_of_a_scene_are_the_same_whichever_check_comes_first_or_alone(runs):
    memory, alone, second = {}, [], []
    play(looking([], fails_at=3), setting(), "1/x/another", memory=memory)
    play(looking(second), setting(), "1/x/c", memory=memory)
    play(looking(alone), setting(), "1/x/c")
    assert alone == second


def test_what_a_check_finds_in_a_scene_is_had_again_as_the_one_world_that_runs(runs):
    memory, seen = {}, []
    found = looking(seen, fails_at=3)
    first = play(found, setting(), "1/x/c", memory=memory)
    number = seen[-1]
    del runs[:]
    play(found, setting(), "another/x/c", first.played)
    assert runs == [("sandbox", number)]
    assert seen == [number]


def test_a_scene_that_shows_a_world_twice_still_counts_it_once(runs):
    @scene
    def twice(case: Case) -> Iterator[tuple[int, Run]]:
        for shown in numbers.__wrapped__(case):
            yield shown
            yield shown

    memory = {}
    failed = play(looking([], which=twice, fails_at=6), setting(), "1/x/c", memory=memory)
    passed = play(looking([], which=twice), setting(), "1/x/d", memory=memory)
    assert (failed.worlds, passed.worlds) == (3, WORLDS)


def test_what_fails_the_scene_itself_fails_every_check_in_the_same_way_as_alone(runs):
    @scene
    def failing(case: Case) -> Iterator[tuple[int, Run]]:
        for world in case.explore():
            number = case.integer(0, 9)
            run = world.run("main", number)
            run.expect(number == 0, f"{number} is not nothing")
            yield number, run

    memory = {}
    for looks in [looking([], which=failing) for _ in range(3)]:
        tried = play(looks, setting(), "1/x/c", memory=memory)
        alone = play(looks, setting(), "1/x/c")
        again = play(looks, setting(), "another", tried.played)
        assert tried.kind == alone.kind == again.kind != ()
        assert tried.worlds == alone.worlds
        assert tried.played == alone.played
        # It is shrunk, which it is only if it can be reproduced.
        found = try_check(looks, setting(), "1/x/c", memory)
        assert found.failure.message == "1 is not nothing"


@pytest.mark.parametrize(
    ("error", "obstacle"),
    [
        (SandboxError("the machine is at fault"), "the machine is at fault"),
        (KeyError("mistaken"), "the check itself raised KeyError: 'mistaken'"),
    ],
)
def test_what_no_submission_did_keeps_every_check_from_being_tried(runs, error, obstacle):
    @scene
    def breaking(case: Case) -> Iterator[tuple[int, Run]]:
        for world in case.explore():
            if case.worlds > 2:
                raise error
            yield 7, world.run("main", 7)

    memory, seen = {}, []
    for _ in range(3):
        tried = play(looking(seen, which=breaking), setting(), "1/x/c", memory=memory)
        assert (tried.failure, tried.obstacle) == (None, obstacle)
        assert seen == [7, 7]


def test_a_scene_that_was_interrupted_is_begun_again(runs):
    def interrupt(case: Case) -> None:
        if not interrupted and len(runs) == 2:
            interrupted.append(True)
            raise KeyboardInterrupt

    @scene
    def interruptible(case: Case) -> Iterator[tuple[int, Run]]:
        for world in case.explore():
            interrupt(case)
            yield 7, world.run("main", 7)

    interrupted, memory, seen = [], {}, []
    with pytest.raises(KeyboardInterrupt):
        play(looking(seen, which=interruptible), setting(), "1/x/c", memory=memory)
    assert (
        play(looking(seen, which=interruptible), setting(), "1/x/c", memory=memory).worlds == WORLDS
    )
    assert len(seen) == WORLDS


def test_a_scene_goes_on_in_the_sandbox_of_the_check_that_needs_more_of_it(runs):
    memory = {}
    play(looking([], fails_at=2), setting("one"), "1/x/c", memory=memory)
    play(looking([]), setting("other"), "1/x/d", memory=memory)
    assert [sandbox for sandbox, _ in runs] == ["one"] * 2 + ["other"] * (WORLDS - 2)


def test_a_check_cannot_tell_which_world_of_two_loops_it_failed_in(runs):
    @check("Looks twice")
    def twice(case: Case) -> None:
        for _ in range(2):
            for _ in numbers(case):
                pass

    tried = play(twice, setting(), "1/x/c", memory={})
    assert (
        tried.obstacle == "the check itself raised Misuse: a check explores its worlds in one loop"
    )


def test_a_check_that_looks_at_a_scene_draws_nothing_itself(runs):
    @check("Draws")
    def draws(case: Case) -> None:
        for _ in numbers(case):
            case.integer(0, 9)

    assert "inputs are drawn" in play(draws, setting(), "1/x/c", memory={}).obstacle
