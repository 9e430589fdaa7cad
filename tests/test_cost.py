"""No submission costs more than it may: whatever becomes of who judges it, nothing of it goes on; what it
handed in is read within limits; and all that is done with it has one budget."""

import ast
import contextlib
import io
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from re import _constants as kinds  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]

import msgspec
import pytest

from checker.course import Course
from checker.judge import guard
from checker.judge import jail as jails
from checker.judge.budget import COST, LAST, Budget
from checker.judge.case import Case
from checker.judge.conversation import _without_frames_below
from checker.judge.explain import CheckFailed
from checker.judge.jail import Jail, JailError
from checker.judge.launch import Program, Sandbox
from checker.judge.record import MAX_KEPT, MAX_LANES, MAX_SPANS, bounded, record
from checker.judge.service import Service
from checker.judge.setting import Setting
from checker.judge.trace import Call, Returned, Task, Trace
from checker.sweep import archives, layouts, limited
from checker.sweep.collect import collect
from checker.sweep.layouts import Handed, Wanted
from checker.sweep.limited import Limited, Unreadable
from checker_sandbox.run import SERVER_SECONDS
from checker_sandbox.wire.limits import MAX_TOLD_IN_ALL, OPEN_FILES

ROOT = Path(__file__).parents[1]
COURSE = Course.load(ROOT)

GONE_SECONDS = 15.0
"""Real seconds in which nothing may be left, on a busy machine; elsewhere it takes a tenth of one."""

linux = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked for in /proc")


@pytest.fixture(scope="module")
def jail() -> Jail:
    try:
        return Jail.find().numbered(jails.USERS - 3)
    except JailError as error:
        pytest.skip(f"no jail on this machine: {error}")


@pytest.fixture(params=["in a jail", "without one"])
def maybe_jail(request) -> Jail | None:
    return request.getfixturevalue("jail") if request.param == "in a jail" else None


def setting_of(sandbox: Sandbox, source: str) -> Setting:
    return Setting(sandbox, Program(source.encode()), "asyncio")


def value_of(sandbox: Sandbox, source: str) -> object:
    return Case(setting_of(sandbox, source), "tests").world().run("main").value


# --- nothing outlives who judges it -------------------------------------------------------------

JUDGE = """
from pathlib import PosixPath
from checker.judge import jail as jails
from checker.judge.case import Case
from checker.judge.jail import Jail
from checker.judge.launch import Program, Sandbox
from checker.judge.setting import Setting

jails.ENVIRONMENT["MARK"] = {mark!r}
sandbox = Sandbox(jail={jail!r})
print("begun", flush=True)
Case(Setting(sandbox, Program({file!r}.read_bytes()), "asyncio"), "tests").world().run("main")
"""

UNMOVED = """
import ctypes, os, signal
libc = ctypes.CDLL(None)
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
libc.prctl(1, 0)
"""
"""Ignores all signals, and does not end with its parent."""

DEEP = "".join(f"{' ' * n}try: x\n{' ' * n}finally:\n" for n in range(20)) + " " * 20 + "y\n"
"""Of each `finally` Python makes two copies: here, a million. It soon has too little memory."""

ALIKE = "".join(f"x = {n * (2**61 - 1):#x}\n" for n in range(1, 20_000))
"""All these numbers have one hash value, and Python compares each with all before it, for seconds."""

STAGES = {
    "while it is compiled": ALIKE,
    "while it is imported": f"{UNMOVED}\nwhile True: pass\n",
    "while it runs": f"{UNMOVED}\nasync def main():\n    while True: pass\n",
    "while it waits": f"{UNMOVED}\nimport select\nasync def main():\n    select.select([], [], [])\n",
    "while its children run": f"""{UNMOVED}
async def main():
    for _ in range(3):
        if libc.fork() == 0:
            os.setsid()
            if libc.fork() == 0:
                os.setsid()
                while True: pass
            os._exit(0)
    while True: pass
""",
}


def wait_until_gone(pids: set[int]) -> None:
    until = time.monotonic() + GONE_SECONDS
    while left := {pid for pid in pids if is_alive(pid)}:
        assert time.monotonic() < until, left
        time.sleep(0.02)


def marked(mark: str) -> set[int]:
    """The processes that have this in their environment, as far as one may look into it."""
    found = set()
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and mark.encode() in (entry / "environ").read_bytes():
                found.add(int(entry.name))
    return found


def is_alive(pid: int) -> bool:
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        return fields[0] != b"Z"
    return False


def settled_below(pid: int, at_least: int) -> set[int]:
    """What is below a process, once there are so many, and no more than at the look before."""
    until = time.monotonic() + 60
    before: set[int] = set()
    while time.monotonic() < until:
        found = {*guard.below(pid)}
        if len(found) >= at_least and found == before:
            return found
        before = found
        time.sleep(0.1)
    raise AssertionError(f"there are only {len(before)} processes")


@linux
@pytest.mark.parametrize("stage", STAGES)
def test_a_judge_that_is_killed_takes_all_along(maybe_jail, stage, tmp_path):
    mark = f"tasklings-{secrets.token_hex(8)}"
    file = tmp_path / "submission.py"
    file.write_text(STAGES[stage])
    text = JUDGE.format(jail=maybe_jail, file=file, mark=mark)
    with subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE, cwd=ROOT) as judge:
        assert judge.stdout is not None
        assert judge.stdout.readline() == b"begun\n"
        # The guard, the server, and what it has forked.
        found = settled_below(judge.pid, 3)
        judge.kill()
        judge.wait()
        # What has slipped away from below the judge is known by its mark.
        wait_until_gone(found | marked(mark))
        assert marked(mark) == set()


@linux
@pytest.mark.parametrize("whom", ["the sweep", "its job"])
def test_a_sweep_that_is_killed_takes_all_along(tmp_path, jail, whom):
    source = f"{UNMOVED}\nimport select\nselect.select([], [], [])\n"
    for student in ("ada", "bob"):
        (tmp_path / "cohort").mkdir(exist_ok=True)
        (tmp_path / "cohort" / f"{student}__lost_update.py").write_text(f"{source}# {student}\n")
    words = ["sweep", tmp_path / "cohort", "-o", tmp_path / "out", "--jobs", "1"]
    with subprocess.Popen(
        [sys.executable, "-m", "checker", *map(str, words), "--exercise", "lost_update"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as sweeping:
        # The job, and for the sandbox in use a guard, bubblewrap, the server and a run.
        found = settled_below(sweeping.pid, 5)
        job = next(
            pid
            for pid in found
            if b"checker.sweep.jobs" in Path(f"/proc/{pid}/cmdline").read_bytes()
        )
        os.kill(job if whom == "its job" else sweeping.pid, signal.SIGKILL)
        wait_until_gone(found)
        sweeping.kill()


@linux
def test_a_child_in_a_session_of_its_own_ends_with_its_run():
    """Without a jail, which would have refused to start it."""
    source = """
    import ctypes, os
    libc = ctypes.CDLL(None)
    async def main():
        pid = libc.fork()
        if pid == 0:
            os.setsid()
            while True: pass
        return pid
    """
    with Sandbox() as sandbox:
        setting = setting_of(sandbox, "\n".join(row[4:] for row in source.splitlines()))
        child = Case(setting, "tests").world().run("main").value
        assert isinstance(child, int)
        assert child > 0
        # It ends when the next run begins, and neither at the end of the sandbox nor by itself.
        value_of(sandbox, "async def main(): return 1")
        wait_until_gone({child})


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_server_may_compute_far_longer_than_one_of_its_runs():
    with Sandbox() as sandbox:
        assert value_of(sandbox, "async def main(): return 1") == 1
        server = guard.below(sandbox._server._guard.pid)[0]
        limits = Path(f"/proc/{server}/limits").read_text()
        assert re.search(rf"^Max cpu time +{SERVER_SECONDS} +{SERVER_SECONDS} ", limits, re.M)


def test_a_server_that_ends_is_told_and_its_guard_ends_too(maybe_jail):
    with Sandbox(jail=maybe_jail) as sandbox:
        assert value_of(sandbox, "async def main(): return 1") == 1
        leader = sandbox._server._guard.pid
        for pid in reversed(guard.below(leader)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        assert value_of(sandbox, "async def main(): return 2") == 2
        assert not is_alive(leader)


# --- what it costs to make it ready -------------------------------------------------------------


def test_what_python_would_compile_for_ever_is_told_and_its_server_goes_on(maybe_jail):
    with Sandbox(jail=maybe_jail) as sandbox:
        server = sandbox._server
        with pytest.raises(CheckFailed, match="Python cannot compile it"):
            value_of(sandbox, f"async def main(): return 1\n{DEEP}")
        assert value_of(sandbox, "async def main(): return 1") == 1
        assert sandbox._server is server


def test_files_by_the_thousand_are_not_tidied_away_one_by_one(jail):
    leave = """
import os
import re
async def main():
    for n in range(4000):
        os.close(os.open(f"/tmp/{n}", os.O_CREAT))
"""
    look = "import os\nasync def main(): return sorted(os.listdir('/tmp'))"
    with Sandbox(jail=jail) as sandbox:
        before = value_of(sandbox, look)
        value_of(sandbox, leave)
        assert value_of(sandbox, look) == before


def test_sockets_and_files_are_few(maybe_jail):
    source = """
import socket
async def main():
    kept = []
    try:
        while True:
            kept += socket.socketpair()
    except OSError:
        return len(kept)
"""
    with Sandbox(jail=maybe_jail) as sandbox:
        opened = value_of(sandbox, source)
        assert isinstance(opened, int)
        assert 16 < opened < 64


def test_two_sweeps_in_networks_of_their_own_share_no_user(jail):
    if jail.user is None or shutil.which("unshare") is None:
        pytest.skip("only root has other users to give away, and networks")
    words = "from checker.judge.jail import Jail; print(Jail.find().user)"
    done = subprocess.run(
        ["unshare", "--net", sys.executable, "-c", words], cwd=ROOT, capture_output=True, text=True
    )
    if "unshare" in done.stderr:
        pytest.skip(done.stderr)
    ours = range(first := Jail.find().user or 0, first + jails.USERS)
    assert int(done.stdout) not in ours


# --- one budget ---------------------------------------------------------------------------------


def test_what_all_runs_tell_together_is_limited():
    budget = Budget(told=1000)
    budget.hear(999)
    assert budget.spent is None
    budget.hear(2)
    assert budget.spent == "told in all"


@linux
def test_what_a_submission_computes_is_counted_wherever_it_does():
    source = "async def main(n):\n    for _ in range(n): sum(range(1000))"
    with Sandbox() as sandbox:
        case = Case(setting_of(sandbox, source), "tests")
        before = sandbox.computed
        assert before is not None
        case.world().run("main", 30_000)
        sandbox.renew()
        assert (sandbox.computed or 0) > before + 0.1


@linux
def test_a_run_ends_when_nothing_is_left_for_its_exercise():
    source = "import select\nasync def main():\n    select.select([], [], [], 1.5)"
    with Sandbox() as sandbox:
        budget = Budget(cost=0.0, free=0.0)
        setting = Setting(sandbox, Program(source.encode()), "asyncio", budget=budget)
        with budget.of(sandbox), pytest.raises(CheckFailed, match="all its runs together") as told:
            Case(setting, "tests").world().run("main")
        assert told.value.costly


def test_a_budget_counts_only_what_happens_in_it():
    with Sandbox() as sandbox:
        budget = Budget(cost=0.0, free=1000.0)
        for _ in range(3):
            with budget.of(sandbox):
                assert budget.spent is None


class Bank(Service):
    def read(self) -> int:
        return 0


def run_of(calls: int, tasks: int, name: str = "task") -> Trace:
    """A run in which so many tasks make so many calls in turn."""
    bank = Bank()
    trace = Trace("asyncio", [bank], ending=Returned(None))
    trace.tasks = {n: Task(n, name, 1, 0.0, 5, n) for n in range(1, tasks + 1)}
    for n in range(calls):
        arguments = (name,)
        trace.calls.append(
            Call(n + 1, bank, 0, "read", arguments, {}, n % tasks + 1, 0, 5, n / 1e6, n / 1e6)
        )
    return trace


def recorded(trace: Trace):
    return record(
        trace,
        exercise="c/x",
        title="X",
        check="It",
        token="",
        passed=False,
        message="",
        file="x.py",
        source=b"",
    )


def test_a_recording_looks_at_each_call_once():
    """Each lane used to look at all of them, which took a minute for these."""
    looked = 0

    class Counted(list):
        def __iter__(self):
            nonlocal looked
            for each in super().__iter__():
                looked += 1
                yield each

    trace = run_of(20_000, 240)
    trace.calls = Counted(trace.calls)
    found = recorded(trace)
    assert len(found.lanes) == MAX_LANES
    assert all(len(lane.spans) <= MAX_SPANS for lane in found.lanes)
    # By the story, by each of the causes that are looked for, and by the lanes.
    assert looked < 12 * 20_000


def test_a_recording_that_is_kept_is_small_whatever_is_told_in_it():
    found = recorded(run_of(24_000, 120, "x" * 600))
    assert len(msgspec.msgpack.encode(found)) > MAX_KEPT
    kept = bounded(found)
    assert len(msgspec.msgpack.encode(kept)) <= MAX_KEPT
    assert kept.story == found.story
    assert [lane.number for lane in kept.lanes] == [lane.number for lane in found.lanes]


# --- text that is read where it can do harm -----------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        'File "/lib/python", line ' + "1" * 1_000_000,
        'File "' + "/lib/python" * 90_000,
        "| " * 500_000,
        'File "' * 160_000,
    ],
    ids=["digits", "a path", "margins", "files"],
)
def test_a_line_without_end_is_looked_through_at_once(line):
    """A pattern took half an hour for the first of these."""
    assert _without_frames_below(line) == line


def test_frames_below_the_learners_code_are_left_out_of_what_is_printed():
    text = """Traceback (most recent call last):
  | File "/kit/checker_sandbox/run.py", line 3, in main
  |   await it()
  |   ^^^^
  | File "exercise.py", line 7, in main
  |   1 / 0
  File "/usr/lib/python3.11/asyncio/run.py", line 1, in run
    return it
ValueError: no
"""
    assert (
        _without_frames_below(text)
        == """Traceback (most recent call last):
  | File "exercise.py", line 7, in main
  |   1 / 0
ValueError: no
"""
    )


def patterns() -> Iterator[tuple[str, str]]:
    """Every pattern in the kit, with where it stands."""
    for package in ("checker", "checker_sandbox"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_bytes())):
                if (
                    isinstance(node, ast.Call)
                    and ast.unparse(node.func).startswith("re.")
                    and node.args
                    and isinstance(node.args[0], ast.Constant)
                ):
                    found = node.args[0].value
                    text = found.decode() if isinstance(found, bytes) else found
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", text


NESTED = {
    # Each turn of the outer one begins with a character that the inner one cannot take.
    "checker/sweep/flags.py",
    "checker/sweep/cluster.py",
    "checker/workspace.py",
    "checker/sweep/similarity.py",
}


def test_no_pattern_repeats_what_repeats():
    """Unless it is known that there is one way only to take a text apart, such a pattern tries all of them."""

    def is_endless(item) -> bool:
        return item[0] in (kinds.MAX_REPEAT, kinds.MIN_REPEAT) and item[1][1] > 1000

    def inside(items) -> Iterator[object]:
        for item in items:
            yield item
            for part in item[1] if isinstance(item[1], tuple | list) else ():
                if isinstance(part, parser.SubPattern):
                    yield from inside(part)
                elif isinstance(part, list):
                    for branch in part:
                        if isinstance(branch, parser.SubPattern):
                            yield from inside(branch)

    found = [*patterns()]
    assert len(found) > 20
    for place, text in found:
        for item in inside(parser.parse(text)):
            if is_endless(item) and any(map(is_endless, inside(item[1][2]))):
                assert place.partition(":")[0] in NESTED, (place, text)


# --- archives -----------------------------------------------------------------------------------


def in_zip(path: Path, names: list[str]) -> None:
    with zipfile.ZipFile(path, "w") as packed:
        for name in names:
            packed.writestr(name, "x = 1\n")


def forever(what: str, _: int | None) -> int:
    match what:
        case "computes":
            while True:
                pass
        case "takes all memory":
            return len(bytearray(2 << 30))
        case "crashes":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "raises":
            raise KeyError(what)
    return os.getuid()


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("computes", "more than 0.2 s"),
        pytest.param("takes all memory", "more than 512 MiB", marks=linux),
        ("crashes", "whoever reads it ends"),
        ("raises", "whoever reads it ends"),
    ],
)
def test_whatever_a_reader_meets_the_next_thing_is_read(what, told, capfd):
    with Limited(forever, str, int) as reader:
        for _ in range(2):
            with pytest.raises(Unreadable, match=told):
                reader.ask(what, seconds=0.2)
            assert reader.ask("nothing") == os.getuid()
    assert capfd.readouterr().err == ""


def test_an_answer_is_of_its_type_and_of_limited_size():
    with Limited(lambda size, _: "x" * size, int, str) as reader:
        with pytest.raises(Unreadable, match="too much"):
            reader.ask(limited.MAX_ANSWER + 1)
        assert reader.ask(3) == "xxx"
    with Limited(lambda size, _: "x" * size, int, int) as wrong, pytest.raises(Unreadable):
        wrong.ask(3)


def test_where_root_collects_nobody_reads():
    with Limited(forever, str, int, unprivileged=True) as reader:
        user = reader.ask("nothing")
    assert user != 0
    assert user == os.getuid() or os.getuid() == 0


def test_an_archive_that_takes_for_ever_is_left_open_and_holds_nobody_up(tmp_path, monkeypatch):
    in_zip(tmp_path / "ada.zip", ["lost_update.py"])
    in_zip(tmp_path / "slow.zip", ["lost_update.py"])
    read = archives.read_archive

    def slow(file, name, *rest):
        while name == "slow.zip":
            pass
        return read(file, name, *rest)

    monkeypatch.setattr(archives, "read_archive", slow)
    students, _ = collect([tmp_path], [*COURSE])
    ada, other = students
    assert ada.problems == []
    assert other.problems == ["slow.zip cannot be read: to read it takes more than 3 s"]
    assert all(source.obstacle for source in other.sources.values())


def test_all_archives_of_a_student_share_their_time(tmp_path, monkeypatch):
    for n in range(5):
        (tmp_path / "eve").mkdir(exist_ok=True)
        in_zip(tmp_path / "eve" / f"{n}.zip", ["lost_update.py"])

    def slow(file, name, take, problems):
        while True:
            pass

    monkeypatch.setattr(archives, "read_archive", slow)
    students, _ = collect([tmp_path], [*COURSE])
    (eve,) = students
    assert sum("takes more than" in problem for problem in eve.problems) == 1
    assert sum("those beside it took too long" in problem for problem in eve.problems) == 4


def test_a_zip_of_very_many_names_takes_the_memory_of_nobody_here(tmp_path):
    """Python reads a zip's whole directory before anybody can count it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a", "")
    entry_at = packed.getvalue().index(b"PK\x01\x02")
    end_at = packed.getvalue().index(b"PK\x05\x06")
    entry = packed.getvalue()[entry_at:end_at]
    many = 200_000
    end = bytearray(packed.getvalue()[end_at:])
    end[8:12] = b"\xff\xff\xff\xff"
    end[12:16] = (len(entry) * many).to_bytes(4, "little")
    (tmp_path / "eve.zip").write_bytes(packed.getvalue()[:entry_at] + entry * many + bytes(end))
    code = (
        "import resource; from pathlib import Path; from checker.course import Course; "
        "from checker.sweep.collect import collect; course = [*Course.load(Path('.'))]; "
        "used = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss; before = used(); "
        f"(eve,), _ = collect([Path({str(tmp_path)!r})], course); "
        "print(used() - before, eve.problems[0])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    grown, _, told = done.stdout.partition(" ")
    assert int(grown) < 50_000, done  # KiB on Linux, bytes elsewhere.
    assert "eve.zip" in told or "more than 20,000 files" in told


def test_each_name_in_an_archive_is_folded_once(monkeypatch):
    folded = 0
    real = layouts._folded

    def counted(path: str) -> str:
        nonlocal folded
        folded += 1
        return real(path)

    monkeypatch.setattr(layouts, "_folded", counted)
    names = [f"a/b/{n}/lost_update/exercise.py" for n in range(500)]
    handed = Handed("eve")
    found = {name: (lambda: layouts.Source("x")) for name in names}
    assert len(layouts._take(found, Wanted([*COURSE]), handed)) == 1
    assert folded <= 2 * len(names)


def test_a_tar_that_says_again_and_again_what_it_is_called_is_read_within_limits(tmp_path):
    with tarfile.open(tmp_path / "eve.tar.gz", "w:gz", format=tarfile.GNU_FORMAT) as packed:
        for n in range(300):
            packed.addfile(tarfile.TarInfo(f"{n}/" + "a" * 15_000))
        member = tarfile.TarInfo("lost_update.py")
        packed.addfile(member)
    (eve,), _ = collect([tmp_path], [*COURSE])
    assert any("has a name of more than" in problem for problem in eve.problems)
    assert "locks_and_limits/lost_update" in eve.sources


# --- what is said of it -------------------------------------------------------------------------


def test_the_page_of_judging_names_the_limits_that_hold():
    text = (ROOT / "docs" / "judging.md").read_text("utf-8")
    assert f"on Linux | {COST:g} s |" in text
    assert (
        f"| what they tell the judge, in the judge's memory | {MAX_TOLD_IN_ALL >> 20} MiB |" in text
    )
    assert f"| real time, whatever the reason | {LAST:g} s |" in text
    assert f"open at a time | {OPEN_FILES} |" in text
