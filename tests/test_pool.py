"""Work that is spread over processes which judge."""

import contextlib
import os
import signal

import pytest

from checker.course import Check
from checker.judge.attempt import try_check
from checker.judge.launch import Program, warm_sandboxes
from checker.judge.pool import spread
from checker.judge.setting import Setting


@pytest.fixture(scope="module")
def sandboxes():
    with warm_sandboxes(2) as both:
        yield both


def test_results_come_in_the_order_of_the_units(sandboxes):
    assert list(spread(range(20), sandboxes, lambda n, at: n * n, int)) == [
        n * n for n in range(20)
    ]


def test_there_may_be_fewer_units_than_sandboxes_or_none(sandboxes):
    assert list(spread([3], sandboxes, lambda n, at: n + 1, int)) == [4]
    assert list(spread([], sandboxes, lambda n, at: n, int)) == []


def test_each_sandbox_is_one_judges_own_and_neither_judges_here(sandboxes):
    seen = set(
        spread(
            range(20), sandboxes, lambda n, at: (os.getpid(), sandboxes.index(at)), tuple[int, int]
        )
    )
    assert len(seen) == len({process for process, _ in seen}) == len({at for _, at in seen})
    assert os.getpid() not in {process for process, _ in seen}


def test_what_is_raised_there_is_told_here_with_its_place(sandboxes):
    def work(number, at):
        raise ValueError(f"unit {number}")

    with pytest.raises(RuntimeError, match=r"(?s)in work.*ValueError: unit 0"):
        list(spread([0], sandboxes, work, int))


def test_a_judge_that_is_ended_from_outside_is_told(sandboxes):
    def work(number, at):
        os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(ChildProcessError, match="was ended from outside"):
        list(spread([0], sandboxes, work, int))


def test_who_wants_no_more_leaves_no_judge_behind(sandboxes, tmp_path):
    def work(number, at):
        (tmp_path / str(os.getpid())).touch()
        if number:
            signal.pause()
        return number

    with contextlib.closing(spread(range(3), sandboxes, work, int)) as results:
        assert next(results) == 0
    judges = [int(path.name) for path in tmp_path.iterdir()]
    assert judges
    for judge in judges:
        with pytest.raises(ProcessLookupError):
            os.kill(judge, 0)


def test_a_sandbox_serves_one_piece_of_work_after_another(sandboxes):
    def work(source, at):
        at.load(Program(source))
        at.start(lambda service: None)
        started = at.has_started()
        at.end()
        return started

    for _ in range(2):
        assert list(spread([b"x = 1", b"x = 2"], sandboxes, work, bool)) == [True, True]


def test_a_sandbox_that_was_renewed_there_can_still_be_used(sandboxes):
    def renew(number, at):
        at.renew()

    def judge(number, at):
        check = Check(lambda case: case.world().run("main"), "it runs", 1, None)
        setting = Setting(at, Program(b"async def main(): pass"), "trio")
        return try_check(check, setting, "seed").failure is None

    assert list(spread([0], sandboxes, renew, bool)) == [None]
    assert list(spread([0, 1], sandboxes, judge, bool)) == [True, True]
    assert judge(0, sandboxes[0])
