"""What a stranger's process finds around it in the jail, and what it leaves behind: nothing."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from checker.judge import jail as jails
from checker.judge.case import Case
from checker.judge.jail import Jail, JailError, OtherUser
from checker.judge.launch import Program, Sandbox
from checker.judge.setting import Setting

KIT = Path(__file__).parents[1]

PRELUDE = """
import ctypes, os, socket
from pathlib import Path

libc = ctypes.CDLL(None, use_errno=True)

def why(answer):
    return "done" if answer >= 0 else os.strerror(ctypes.get_errno())

def tried(function, *given):
    try:
        return function(*given) and "done" or "done"
    except OSError as error:
        return error.strerror

"""

REFUSED = "Operation not permitted"


@pytest.fixture(scope="module")
def jail() -> Jail:
    try:
        found = Jail.find()
    except JailError as error:
        pytest.skip(f"no jail on this machine: {error}")
    return found.numbered(jails.USERS - 1)


@pytest.fixture(scope="module")
def jailed(jail) -> Iterator[Sandbox]:
    with Sandbox(jail=jail) as sandbox:
        yield sandbox


Look = Callable[..., Any]


def look_with(sandbox: Sandbox, body: str) -> Any:
    """What the body of a submission's `main` returns."""
    body = textwrap.indent(textwrap.dedent(body), "    ")
    program = Program(f"{PRELUDE}async def main():\n{body}\n".encode())
    return Case(Setting(sandbox, program, "asyncio"), "tests").world().run("main").value


@pytest.fixture
def look(jailed) -> Look:
    """Run the body of a submission's `main` in the jail, and return what it returns."""
    return lambda body: look_with(jailed, body)


# --- what it sees -------------------------------------------------------------------------------


def test_it_sees_the_interpreter_and_the_sandbox_and_nothing_else_of_the_kit(look):
    seen = look(f"""
        kit, prefix = Path({str(KIT)!r}), Path({sys.prefix!r})
        files = [p for p in kit.rglob("*") if p.is_file() and not p.is_relative_to(prefix)]
        return [str(path.relative_to(kit)) for path in files]
        """)
    if "site-packages" not in str(KIT):
        names = {name for name in seen if "__pycache__" not in name}
        assert names == {
            str(path.relative_to(KIT))
            for path in (KIT / "checker_sandbox").rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }


def test_it_sees_no_file_of_the_host(look, tmp_path):
    (tmp_path / "token").write_text("secret")
    places = [
        tmp_path / "token",
        KIT / "solutions",
        KIT / "exercises",
        KIT / "tests",
        "/etc/passwd",
    ]
    places += ["/etc/shadow", "/etc/hostname", "/var", "/run", "/sys", "/boot", "/mnt", "/media"]
    assert not look(f"return [p for p in {list(map(str, places))} if os.path.exists(p)]")


@pytest.fixture
def course_in_sight() -> Iterator[Path]:
    """A folder with answers in it, where a jail must show what is around it."""
    with tempfile.TemporaryDirectory(dir=sys.prefix) as folder:
        Path(folder).chmod(0o755)  # It is for its owner alone, as it is made.
        (Path(folder) / "solutions").mkdir()
        (Path(folder) / "solutions/solution.py").write_text("the answer")
        (Path(folder) / "work.zip").write_text("the answer of somebody else")
        yield Path(folder)


def looked_at(jail: Jail, place: Path) -> list[str]:
    with Sandbox(jail=jail.numbered(jails.USERS - 2)) as sandbox:
        found = look_with(
            sandbox,
            f"""
            files = [path for path in Path({str(place)!r}).rglob("*") if path.is_file()]
            return [str(path) for path in files if path.read_bytes()]
            """,
        )
        assert isinstance(found, list)
        return found


def test_what_must_stay_hidden_is_not_seen_even_in_what_a_jail_must_show(jail, course_in_sight):
    assert len(looked_at(jail, course_in_sight)) == 2
    hiding = Jail.find(hidden=[course_in_sight / "solutions", course_in_sight / "work.zip"])
    assert looked_at(hiding, course_in_sight) == []


def test_an_interpreter_in_a_hidden_folder_is_there_and_nothing_else_of_it(jail, course_in_sight):
    hiding = Jail.find(hidden=[course_in_sight, Path(sys.prefix), course_in_sight / "solutions"])
    assert looked_at(hiding, course_in_sight) == []


def test_the_judge_is_nowhere_to_be_seen(look):
    assert look(f"return [str(path) for path in Path({str(jails.JUDGE)!r}).rglob('*')]") == []


def test_it_may_write_to_tmp_and_nowhere_else(look):
    assert look("""
        written = []
        for folder, folders, _ in os.walk("/"):
            if folder.startswith(("/proc", "/usr/lib", "/usr/share")) or folder.count("/") > 5:
                folders.clear()
            try:
                Path(folder, "new").write_text("x")
                written.append(folder)
            except OSError:
                pass
        return written
        """) == ["/tmp"]


def test_tmp_holds_only_so_much(look):
    written, why = look("""
        written = 0
        try:
            for number in range(100):
                written += Path(f"/tmp/{number}").write_bytes(bytes(1 << 20))
        except OSError as error:
            return written, error.strerror
        """)
    assert why == "No space left on device"
    assert written <= jails.SIZE


def test_it_sees_the_processes_of_its_jail_only(look):
    numbers, me, parent = look("""
        return [int(n) for n in os.listdir("/proc") if n.isdigit()], os.getpid(), os.getppid()
        """)
    assert {1, me, parent} <= set(numbers)
    assert len(numbers) < 10


def test_it_is_nobody(look, jail):
    ids, groups, status = look("""
        lines = [line.split(":") for line in Path("/proc/self/status").read_text().splitlines()]
        return [*os.getresuid(), *os.getresgid()], os.getgroups(), {k: v.strip() for k, v in lines}
        """)
    assert set(ids) == ({jail.user} if jail.user is not None else {os.getuid(), os.getgid()})
    assert jail.user is None or groups == []
    assert int(status["CapEff"], 16) == int(status["CapPrm"], 16) == int(status["CapAmb"], 16) == 0
    assert status["NoNewPrivs"] == "1"
    assert status["Seccomp"] == "2"


def test_two_jails_have_two_users(jail):
    if jail.user is not None:
        assert jail.numbered(1).user != jail.numbered(2).user


def test_its_environment_has_nothing_of_ours(jail, monkeypatch):
    monkeypatch.setenv("TASKLINGS_TOKEN", "secret")
    with Sandbox(jail=jail) as sandbox:
        environment = look_with(sandbox, "return dict(os.environ)")
    assert set(environment) <= {*jails.ENVIRONMENT, "PWD"}


def test_it_has_its_link_and_no_other_descriptor_of_ours(look):
    kinds = look("""
        found = {}
        for number in range(1024):
            try:
                found[number] = os.readlink(f"/proc/self/fd/{number}").partition(":")[0]
            except OSError:
                pass
        return found
        """)
    # Behind these are those of its event loop: one to wait with, and a pair to wake it.
    assert len(kinds) <= 7
    assert {kinds[number] for number in kinds if number > 2} <= {"socket", "anon_inode"}
    assert kinds[0] == kinds[1] == "/dev/null"
    assert kinds[3] == "socket"


def test_its_network_is_empty(look):
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket(socket.AF_UNIX) as other:
        other.bind(f"\0tasklings-{os.getpid()}")
        other.listen()
        port = listener.getsockname()[1]
        names, answers = look(f"""
            def connect(family, address):
                with socket.socket(family) as sock:
                    sock.settimeout(1)
                    sock.connect(address)

            lines = Path("/proc/net/dev").read_text().splitlines()[2:]
            return [line.split(":")[0].strip() for line in lines], [
                tried(connect, socket.AF_INET, ("127.0.0.1", {port})),
                tried(connect, socket.AF_INET, ("192.0.2.1", 80)),
                tried(connect, socket.AF_UNIX, "\\0tasklings-{os.getpid()}"),
            ]
            """)
    assert names == ["lo"]
    assert answers == ["Connection refused", "Network is unreachable", "Connection refused"]


def test_it_has_no_sockets_but_those_that_its_network_holds(look):
    """A virtual machine's sockets to its host, for one, are in no namespace."""
    made = look("""
        made = []
        for family in range(1, 46):
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
                try:
                    socket.socket(family, kind).close()
                    made.append(family)
                except OSError:
                    pass
        return made
        """)
    assert set(made) <= {socket.AF_UNIX, socket.AF_INET, socket.AF_INET6}


def test_its_machine_has_another_name(look):
    assert look("return os.uname().nodename") == "jail"


# --- what it may do -----------------------------------------------------------------------------


def test_it_can_start_no_process(look):
    assert (
        look("""
        answers = [why(libc.fork()), why(libc.vfork())]
        answers += [why(libc.execv(b"/bin/true", None))]
        return answers
        """)
        == [REFUSED] * 3
    )


def test_it_can_start_threads_up_to_a_limit(look):
    started, why = look("""
        import _thread, select
        started = 0
        try:
            while True:
                _thread.start_new_thread(select.select, ([], [], [], 2))
                started += 1
        except RuntimeError as error:
            return started, str(error)
        """)
    assert 100 < started < 300
    assert why == "can't start new thread"


def test_threads_that_the_kit_follows_work_in_it(look):
    assert (
        look("""
        import anyio.to_thread
        return await anyio.to_thread.run_sync(lambda: 6 * 7)
        """)
        == 42
    )


def test_it_cannot_signal_its_server_nor_trace_it(look):
    answers = look("""
        parent = os.getppid()
        part = (ctypes.c_size_t * 2)(ctypes.addressof(ctypes.create_string_buffer(8)), 8)
        return [
            *(why(libc.kill(who, number)) for who in (1, parent, -1, 0) for number in (0, 9, 19)),
            why(libc.ptrace(16, parent, 0, 0)),
            why(libc.ptrace(0x4206, parent, 0, 0)),
            why(libc.process_vm_readv(parent, part, 1, part, 1, 0)),
            why(libc.process_vm_writev(parent, part, 1, part, 1, 0)),
        ]
        """)
    assert set(answers) == {REFUSED}


def test_it_can_signal_itself(look):
    assert (
        look("""
        import signal
        heard = []
        signal.signal(signal.SIGUSR1, lambda *_: heard.append(1))
        os.kill(os.getpid(), signal.SIGUSR1)
        signal.raise_signal(signal.SIGUSR1)
        return len(heard)
        """)
        == 2
    )


@pytest.mark.parametrize(
    "name", ["mem", "environ", "maps", "stack", "syscall", "fd/0", "root", "cwd/x"]
)
def test_it_cannot_look_into_its_server(look, name):
    answers = look(f"""
        return [tried(open, f"/proc/{{who}}/{name}", "rb") for who in (1, os.getppid())]
        """)
    assert set(answers) <= {"Permission denied", REFUSED}


def test_it_cannot_be_root_in_a_namespace_of_its_own(look):
    """There it could mount file systems in memory, of any size."""
    answers = look("""
        kinds = (0x10000000, 0x20000, 0x40000000, 0x4000000, 0x8000000)
        return [
            *(why(libc.unshare(kind)) for kind in kinds),
            why(libc.mount(b"none", b"/tmp", b"tmpfs", 0, b"")),
            why(libc.chroot(b"/tmp")),
        ]
        """)
    assert set(answers) == {REFUSED}


def test_it_has_no_memory_that_outlives_it(look):
    answers = look("""
        return [
            why(libc.shmget(0, ctypes.c_size_t(1 << 20), 0o1600)),
            why(libc.msgget(0, 0o1600)),
            why(libc.semget(0, 1, 0o1600)),
            why(libc.memfd_create(b"name", 0)),
        ]
        """)
    assert set(answers) == {REFUSED}


def test_it_can_say_nothing_to_others_through_files_that_all_can_read(look):
    """What is in the page cache, locks, and who opens what are the same for all jails of a machine."""
    answers = look("""
        import fcntl, struct, sys
        shared = os.open(sys.executable, os.O_RDONLY)
        folder = os.open(os.path.dirname(sys.executable), os.O_RDONLY)
        lock = struct.pack("hhqqi4x", fcntl.F_RDLCK, os.SEEK_SET, 0, 0, 0)
        found = {
            "fadvise64": tried(os.posix_fadvise, shared, 0, 0, 4),
            "preadv2": tried(os.preadv, shared, [bytearray(1)], 0, 8),
            "readahead": why(libc.readahead(shared, ctypes.c_long(0), ctypes.c_size_t(1 << 20))),
            "mincore": why(libc.mincore(None, ctypes.c_size_t(0), None)),
            "cachestat": why(libc.syscall(451, shared, None, None, 0)),
            "flock": tried(fcntl.flock, shared, fcntl.LOCK_EX | fcntl.LOCK_NB),
            "inotify_init1": why(libc.inotify_init1(0)),
            "inotify_add_watch": why(libc.inotify_add_watch(0, b"/usr", 0x20)),
            "fanotify_init": why(libc.fanotify_init(0, 0)),
            "dnotify": tried(fcntl.fcntl, folder, 1026, 1),
        }
        for command in (5, 36, 37, 38):
            found[f"lock {command}"] = tried(fcntl.fcntl, shared, command, lock)
        return found
        """)
    assert answers == dict.fromkeys(answers, REFUSED)


def test_where_there_is_no_jail_root_can_have_another_user_run_it():
    try:
        user = OtherUser.find("nobody")
    except JailError as error:
        pytest.skip(str(error))
    body = f"""
        return [
            os.getuid() == {user.user},
            why(libc.fork()),
            tried(os.kill, os.getppid(), 0),
            tried(open, "/etc/shadow"),
        ]
        """
    with Sandbox(jail=user) as sandbox:
        assert look_with(sandbox, body) == [True, REFUSED, REFUSED, "Permission denied"]


def test_another_user_is_refused_as_long_as_answers_can_be_read(course_in_sight):
    try:
        OtherUser.find("nobody")
    except JailError as error:
        pytest.skip(str(error))
    answers = [course_in_sight / "solutions", course_in_sight / "not there"]
    with pytest.raises(JailError, match=r"nobody can read .*; close it first: `chmod -R go= "):
        OtherUser.find("nobody", hidden=answers)
    (course_in_sight / "solutions").chmod(0o700)
    OtherUser.find("nobody", hidden=answers)


@pytest.mark.parametrize("name", ["root", "nobody-of-that-name"])
def test_not_everybody_can_be_that_user(name):
    with pytest.raises(JailError):
        OtherUser.find(name)


WITHOUT_A_FILTER = [
    *(*jails.PYTHON, "-c"),
    "import platform; platform.machine = lambda: 'riscv64'; "
    "from checker_sandbox import probe; probe.main()",
]


@pytest.mark.parametrize(
    "find", [Jail.find, lambda: OtherUser.find("nobody")], ids=["a jail", "another user"]
)
def test_on_a_machine_whose_system_calls_nobody_knows_there_is_none(monkeypatch, find):
    try:
        find()
    except JailError as error:
        pytest.skip(str(error))
    monkeypatch.setattr(jails, "_PROBE", WITHOUT_A_FILTER)
    with pytest.raises(JailError, match="numbers of x86_64 and aarch64, not those of riscv64"):
        find()


def test_no_other_sweep_has_its_user(jail):
    if jail.user is None:
        pytest.skip("only root has other users to give away")
    words = "from checker.judge.jail import Jail; print(Jail.find().user)"
    ours = range(first := Jail.find().user or 0, first + jails.USERS)
    others = {
        subprocess.run(
            [sys.executable, "-c", words], cwd=KIT, capture_output=True, text=True, check=True
        ).stdout
        for _ in range(2)
    }
    assert jail.user in ours
    # One after the other has the same, since who has ended needs none.
    assert len(others) == 1
    assert int(others.pop()) not in ours


# --- what it leaves -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "leave",
    [
        "Path('/tmp/left').write_text('x')",
        "Path('/tmp/a/b/c').mkdir(parents=True); Path('/tmp/a/b/c/left').write_text('x')",
        "os.symlink('/usr', '/tmp/left'); os.mkfifo('/tmp/pipe')",
        "socket.socket(socket.AF_UNIX).bind('/tmp/sock')",
        "Path('/tmp/a').mkdir(); Path('/tmp/a/left').write_text('x'); os.chmod('/tmp/a', 0)",
        "[(os.mkdir('d'), os.chdir('d')) for _ in [os.chdir('/tmp')] * 1500]",
    ],
    ids=["a file", "folders", "a link and a pipe", "a socket", "a locked folder", "a deep folder"],
)
def test_a_submission_finds_nothing_of_the_one_before_it(jail, leave):
    with Sandbox(jail=jail) as sandbox:
        seen = "return sorted(os.listdir('/tmp')), os.path.exists('/usr/bin')"
        before = look_with(sandbox, seen)
        look_with(sandbox, leave)
        assert look_with(sandbox, seen) == before


def test_the_server_of_a_submission_that_leaves_nothing_is_used_again(jail):
    with Sandbox(jail=jail) as sandbox:
        first = look_with(sandbox, "return Path('/proc/1/stat').read_text().split()[21]")
        look_with(sandbox, "Path('/tmp/left').write_text('x')")
        assert look_with(sandbox, "return Path('/proc/1/stat').read_text().split()[21]") == first


COUNTED = """
import contextlib, fcntl, json, sys

def noted():
    for place in ("/tmp", "/dev/shm", "/", os.getcwd(), os.path.expanduser("~")):
        with contextlib.suppress(OSError):
            yield f"files of {place}", sorted(os.listdir(place)) if place != "/proc" else []
        with contextlib.suppress(OSError):
            yield f"mode of {place}", os.stat(place).st_mode
        with contextlib.suppress(OSError):
            yield f"notes on {place}", os.listxattr(place)
    for number in (0, 1, 2):
        yield f"place in {number}", os.lseek(number, 0, os.SEEK_CUR)
        yield f"size of {number}", os.fstat(number).st_size
        yield f"flags of {number}", fcntl.fcntl(number, fcntl.F_GETFL)
        yield f"lock on {number}", tried(fcntl.flock, number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    yield "memory", [hasattr(module, "left") for module in (sys, json, os)]
    yield "lock on Python", tried(fcntl.flock, os.open(sys.executable, os.O_RDONLY), fcntl.LOCK_EX | fcntl.LOCK_NB)
    one = socket.socket(socket.AF_UNIX)
    yield "name", tried(one.bind, "\\0left")
    with contextlib.suppress(OSError):
        hint = fcntl.fcntl(os.open(sys.executable, os.O_RDONLY), 1035, bytes(8))
        yield "hint", hint.hex()
"""

LEAVE = """
for module in (sys, json, os):
    module.left = True
for place in ("/tmp", "/dev/shm", "/", os.getcwd(), os.path.expanduser("~")):
    with contextlib.suppress(OSError):
        Path(place, "left").write_text("left")
    with contextlib.suppress(OSError):
        os.setxattr(place, "user.left", b"left")
    with contextlib.suppress(OSError):
        os.chmod(place, 0o1770)
os.write(2, b"left")
for number in (0, 1, 2):
    with contextlib.suppress(OSError):
        os.lseek(number, 3, os.SEEK_SET)
    with contextlib.suppress(OSError):
        fcntl.fcntl(number, fcntl.F_SETFL, os.O_NONBLOCK | os.O_APPEND)
with contextlib.suppress(OSError):
    fcntl.fcntl(os.open(sys.executable, os.O_RDONLY), 1036, (3).to_bytes(8, "little"))
"""


def test_a_run_finds_nothing_of_the_run_before_it(jail):
    """In a jail each run of one submission is as the first: that it cannot count by what it leaves."""
    body = textwrap.indent(f"seen = dict(noted())\n{LEAVE}\nreturn seen", "    ")
    program = Program(f"{PRELUDE}{COUNTED}\nasync def main():\n{body}\n".encode())
    with Sandbox(jail=jail) as sandbox:
        case = Case(Setting(sandbox, program, "asyncio"), "tests")
        first, *others = [world.run("main").value for world in case.explore()]
    assert len(others) >= 3
    for seen in others:
        assert seen == first
    assert first["memory"] == [False] * 3


JUDGE = """
import sys
from checker.judge import jail as jails
from checker.judge.case import Case
from checker.judge.setting import Setting
from checker.judge.jail import Jail
from checker.judge.launch import Program, Sandbox

jails.ENVIRONMENT.update({environment!r})
sandbox = Sandbox(jail=Jail({program!r}, {user!r}))
source = b'''
import os, select
async def main():
    os.write(2, b"x")
    select.select([], [], [])
'''
print("begun", flush=True)
Case(Setting(sandbox, Program(source), "asyncio"), "tests").world().run("main")
"""


def children_of(parent: int) -> set[int]:
    """All that this process has started, and what they have."""
    found: set[int] = set()
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                if fields[0] != "Z":
                    parents[int(entry.name)] = int(fields[1])
    more = {parent}
    while more:
        more = {child for child, above in parents.items() if above in more} - found
        found |= more
    return found


@pytest.mark.parametrize(
    "how", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV], ids=lambda s: s.name
)
def test_a_judge_that_is_killed_leaves_nothing(jail, how):
    text = JUDGE.format(program=jail.program, user=jail.user, environment=dict(jails.ENVIRONMENT))
    with subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE, cwd=KIT) as judge:
        assert judge.stdout is not None
        assert judge.stdout.readline() == b"begun\n"
        until = time.monotonic() + 30
        # Bubblewrap, the server, the run, and the one that would come after it.
        while len(children := children_of(judge.pid)) < 4 and time.monotonic() < until:
            time.sleep(0.05)
        assert len(children) >= 4
        judge.send_signal(how)
        judge.wait()
        until = time.monotonic() + 10
        while living := {n for n in children if Path(f"/proc/{n}").exists()}:
            assert time.monotonic() < until, living
            time.sleep(0.05)
