"""A sweep on a cluster: a real scheduler, two worker processes, one of which is lost on the way."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

pytest.importorskip("distributed", reason="Dask's distributed is not installed")

from checker.course import Course
from checker.sweep.batches import Batch, BatchError, digests_of, encode_batch
from checker.sweep.cluster import ClusterError, judge_encoded, judge_on
from checker.sweep.collect import collect
from checker.sweep.journal import Journal, read_cohort
from checker.sweep.sweep import plan_sweep, sweep

ROOT = Path(__file__).parents[1]
COURSE = Course.load(ROOT)
EXERCISES = COURSE.select(["forgotten_await", "lost_update"])


@pytest.fixture
def cohort(tmp_path):
    folder = tmp_path / "cohort"
    for number in range(8):
        for exercise in EXERCISES:
            place = folder / f"student-{number}" / exercise.name / "exercise.py"
            place.parent.mkdir(parents=True)
            file = "starter.py" if number % 4 else "solution.py"
            source = (exercise.solutions / file).read_text()
            place.write_text(f"{source}\n# {number}\n")
    return folder


@contextlib.contextmanager
def processes(tmp_path):
    """A scheduler and two workers; its address, and the workers."""
    address_file = tmp_path / "scheduler.json"
    environment = {**os.environ, "DASK_DISTRIBUTED__WORKER__DAEMON": "False"}
    dask = [sys.executable, "-m", "dask"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": environment}
    scheduler = subprocess.Popen(
        [
            *(*dask, "scheduler", "--port", "0", "--no-dashboard", "--host", "127.0.0.1"),
            *("--scheduler-file", str(address_file)),
        ],
        cwd=tmp_path,
        **quiet,
    )
    workers = []
    try:
        workers = [
            subprocess.Popen(
                [
                    *(*dask, "worker", "--scheduler-file", str(address_file), "--nthreads", "1"),
                    *("--no-nanny", "--no-dashboard", "--local-directory", str(tmp_path / f"w{n}")),
                ],
                cwd=ROOT,
                **quiet,
            )
            for n in range(2)
        ]
        from distributed import Client

        with Client(scheduler_file=str(address_file), timeout=60, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=60)
        yield json.loads(address_file.read_text())["address"], workers
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()


@pytest.mark.filterwarnings("ignore")
def test_a_lost_worker_loses_no_verdict_and_changes_none(cohort, tmp_path):
    students, _ = collect([cohort], EXERCISES)
    plan, meant = plan_sweep(COURSE, EXERCISES, students, seed=1, isolation="process")
    with Journal(tmp_path / "here") as out:
        sweep(out, COURSE, plan, meant, jail=None, jobs=2)
    with processes(tmp_path) as (address, workers), Journal(tmp_path / "there") as out:
        killed = []

        def lose_one(tally):
            if tally.done == 3 and not killed:
                workers[0].send_signal(signal.SIGKILL)
                killed.append(workers[0])

        judge = judge_on(address)
        tally = sweep(out, COURSE, plan, meant, jail=None, jobs=2, judge=judge, progress=lose_one)
    assert killed
    assert tally.done == tally.total == 16
    assert read_cohort(tmp_path / "there") == read_cohort(tmp_path / "here")


def test_a_worker_with_another_course_refuses(cohort):
    students, _ = collect([cohort], EXERCISES)
    _, meant = plan_sweep(COURSE, EXERCISES, students, seed=1, isolation="process")
    batch = Batch(0, tuple((key, *what) for key, what in meant.items()))
    message = msgspec.msgpack.decode(
        encode_batch(batch, COURSE.root, digests_of([batch]), 1, jailed=False)
    )
    message["kit"] = "another kit"
    with pytest.raises(BatchError, match="another version of the kit"):
        judge_encoded(msgspec.msgpack.encode(message))


@pytest.mark.parametrize("address", ["nonsense", "", "two words:80"])
def test_what_is_no_address_is_told_at_once(cohort, tmp_path, address):
    students, _ = collect([cohort], EXERCISES)
    plan, meant = plan_sweep(COURSE, EXERCISES, students, seed=1, isolation="process")
    with (
        Journal(tmp_path / "out") as out,
        pytest.raises(ClusterError, match="is no address of a scheduler"),
    ):
        sweep(out, COURSE, plan, meant, jail=None, jobs=1, judge=judge_on(address))


@pytest.mark.filterwarnings("ignore")
def test_a_scheduler_that_does_not_answer_is_told(cohort, tmp_path, monkeypatch):
    monkeypatch.setattr("checker.sweep.cluster.CONNECT_SECONDS", 1)
    students, _ = collect([cohort], EXERCISES)
    plan, meant = plan_sweep(COURSE, EXERCISES, students, seed=1, isolation="process")
    judge = judge_on("tcp://127.0.0.1:9")
    with (
        Journal(tmp_path / "out") as out,
        pytest.raises(ClusterError, match="no scheduler answers"),
    ):
        sweep(out, COURSE, plan, meant, jail=None, jobs=1, judge=judge)
