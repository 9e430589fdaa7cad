"""A soak: random hostile submissions among honest ones, which must not notice.

    python -m benchmarks.soak [--hostile N] [--honest N] [--seed N] [--keep DIR]

Hostile ones are made by chance: they send random messages in the sandbox's place, make random system
calls, tamper with Python and with what they find around them, or are archives that were packed for nobody's
good. Each ends with the starter's code, which is wrong, so none has earned anything. The honest ones are
right answers and known wrong ones. They are swept alone first, and then among the others.

Exits 1 unless the verdicts on the honest ones are the same, byte for byte, no hostile one has more points
than the starter, no process and no file is left, and the sweep among the hostile ones has not much more
memory in the end than the one without (twice as much, and 64 MiB). Let nothing else run meanwhile that uses
the checker or `/tmp`.
"""

import argparse
import contextlib
import io
import os
import random
import shutil
import string
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from checker.course import Course, Exercise
from checker.demo import hostile
from checker.demo.cohort import remark
from checker.sweep.journal import read_cohort
from checker_sandbox.wire import messages

ROOT: Final = Path(__file__).parents[1]
EXERCISE: Final = "lost_update"
LASTING: Final = 20
"""Samples of a process's memory, each half a second after the one before, that tell what it has in the end."""

# --- what hostile programs are made of ----------------------------------------------------------

_PRELUDE: Final = """
import contextlib, ctypes, gc, os, random, resource, signal, socket, struct, sys, threading, time
import anyio, asyncio, msgspec

chance = random.Random({seed})
libc = ctypes.CDLL(None)
room = ctypes.create_string_buffer(65536)


def links():
    for number in range(3, 30):
        with contextlib.suppress(OSError):
            yield socket.socket(fileno=os.dup(number))


def send(*message):
    payload = msgspec.msgpack.encode(message)
    for link in links():
        with contextlib.suppress(OSError):
            link.send(struct.pack("!I", len(payload)) + payload, socket.MSG_DONTWAIT)


def raw(data):
    for link in links():
        with contextlib.suppress(OSError):
            link.send(data, socket.MSG_DONTWAIT)


def tamper(step):
    try:
        step()
    except BaseException as error:
        if isinstance(error, GeneratorExit):
            raise


"""

_NAMES: Final = sorted(
    name
    for name, kind in vars(messages).items()
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct)
)


def _value(draw: random.Random, depth: int = 0) -> object:
    """Something that a message may hold, or had better not."""
    kinds: list[Callable[[], object]] = [
        lambda: draw.choice((0, 1, 2, -1, 1 << 31, (1 << 62) + 1, (1 << 63) - 1)),
        lambda: draw.choice((0.0, -1.5, float("inf"), float("nan"))),
        lambda: draw.choice((None, True, False)),
        lambda: draw.choice(("", "read", "write", "\x1b[2J", "a" * draw.choice((3, 2_000)))),
        lambda: draw.choice(_NAMES),
        lambda: draw.randbytes(draw.choice((0, 3, 300))),
    ]
    if depth < 4:
        kinds += [
            lambda: [_value(draw, depth + 1) for _ in range(draw.randrange(5))],
            lambda: {str(n): _value(draw, depth + 1) for n in range(draw.randrange(3))},
            lambda: [draw.choice(_NAMES), *(_value(draw, depth + 1) for _ in range(4))],
        ]
    return draw.choice(kinds)()


def _messages(draw: random.Random) -> list[str]:
    """Messages in the sandbox's place, of its own kinds and of none."""
    steps = []
    for _ in range(draw.randrange(1, 12)):
        if draw.random() < 0.2:
            steps.append(f"raw({draw.randbytes(draw.choice((1, 4, 40, 4000)))!r})")
            continue
        words = [draw.choice(_NAMES), *(_value(draw) for _ in range(draw.randrange(5)))]
        # `repr` of these is what `eval` reads, but for the two floats that have no literal.
        text = repr(words).replace("nan", "float('nan')").replace("inf", "float('inf')")
        steps.append(f"send(*{text})")
    return steps


def _calls(draw: random.Random) -> list[str]:
    """System calls by number."""
    steps = []
    for _ in range(draw.randrange(1, 40)):
        words = [
            draw.choice(("0", "1", "3", "-1", "room", "os.getpid()", str(draw.randrange(1 << 32))))
            for _ in range(draw.randrange(7))
        ]
        steps.append(f"libc.syscall({', '.join([str(draw.randrange(460)), *words])})")
    return steps


_TRICKS: Final = (
    "os.fork()",
    "os.setsid()",
    "os.kill(chance.choice((0, -1, os.getppid(), 1)), chance.choice(range(1, 30)))",
    "signal.signal(chance.choice(range(1, 30)), signal.SIG_IGN)",
    "os.dup2(chance.randrange(9), chance.randrange(9))",
    "os.closerange(3, chance.randrange(4, 20))",
    "open(f'/tmp/{chance.random()}', 'w').write('x' * chance.choice((1, 1000000)))",
    "os.symlink('/etc/passwd', f'/tmp/{chance.random()}')",
    "os.mkfifo(f'/tmp/{chance.random()}')",
    "resource.setrlimit(resource.RLIMIT_NOFILE, (5, 5))",
    "sys.setrecursionlimit(10 ** 9)",
    "sys.modules.clear()",
    "sys.settrace(lambda *_: 1 / 0)",
    "gc.get_objects()[chance.randrange(9000)].clear()",
    "setattr(chance.choice((anyio, asyncio, time, os, msgspec)), chance.choice(dir(anyio)), None)",
    "setattr(time, chance.choice(dir(time)), lambda *_: 0.0)",
    "[threading.Thread(target=time.sleep, args=(99,)).start() for _ in range(chance.choice((1, 90)))]",
    "print('\\x1b]0;pwned\\x07' * chance.choice((1, 10000)))",
    "os.write(chance.choice((1, 2)), b'y' * chance.choice((1, 1000000)))",
    "bytearray(chance.choice((10, 30)) ** 7)",
    "(lambda f: f(f))(lambda f: f(f))",
    "os._exit(chance.randrange(256))",
    "sys.exit(0)",
    "os.execv('/bin/sh', ['sh', '-c', 'while :; do :; done'])",
    "open('/proc/self/mem', 'r+b').write(b'x')",
    "ctypes.string_at(chance.randrange(1 << 40))",
    "eval('(' * 150 + ')' * 150)",
    "9 ** 9 ** 7",
    "[i for i in iter(int, 1)]",
)


def _tricks(draw: random.Random) -> list[str]:
    """What Python lets a program do to itself and to its surroundings."""
    return draw.choices(_TRICKS, k=draw.randrange(1, 8))


_KINDS: Final = (_messages, _messages, _calls, _tricks, _tricks)


def program(draw: random.Random, starter: str) -> bytes:
    """A hostile program, which does what it does at import, in its function, or both."""
    parts = [_PRELUDE.format(seed=draw.randrange(1 << 32))]
    for name in ("at_import", "in_function"):
        steps = [step for _ in range(draw.randrange(3)) for step in draw.choice(_KINDS)(draw)]
        body = [f"    tamper(lambda: {step})" for step in steps]
        parts += [f"def {name}():", *body, "    return None", "", ""]
    parts += [
        starter,
        "if True:",
        "    at_import()",
        "    _honest = deposit_all",
        "    async def deposit_all(*arguments):",
        "        in_function()",
        "        return await _honest(*arguments)",
    ]
    return "\n".join(parts).encode()


def archive(draw: random.Random, content: bytes) -> tuple[str, bytes]:
    """What ends like an archive, and was packed by somebody with too much time."""
    packed = io.BytesIO()
    odd = "".join(draw.choices(string.printable, k=draw.choice((5, 300))))
    names = [f"{EXERCISE}/exercise.py", "../" * 9 + "exercise.py", "/etc/cron.d/x", odd]
    ending = draw.choice((".zip", ".tar.gz", ".tar"))
    if ending == ".zip":
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as zipped:
            for name in draw.sample(names, k=draw.randrange(1, 5)):
                zipped.writestr(name, content * draw.choice((1, 1, 5_000)))
    else:
        with tarfile.open(fileobj=packed, mode="w:gz" if ending == ".tar.gz" else "w") as tarred:
            for name in draw.sample(names, k=draw.randrange(1, 5)):
                member = tarfile.TarInfo(name)
                member.type = draw.choice((tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.CHRTYPE))
                member.linkname = draw.choice(("/etc/shadow", odd))
                member.size = len(content) if member.type == tarfile.REGTYPE else 0
                tarred.addfile(member, io.BytesIO(content))
    data = bytearray(packed.getvalue())
    for _ in range(draw.choice((0, 0, 1, 20))):
        data[draw.randrange(len(data))] = draw.randrange(256)
    return ending, bytes(
        data[: draw.choice((len(data), len(data), draw.randrange(len(data)))) or 1]
    )


# --- the soak -----------------------------------------------------------------------------------


def hand_in_honest(cohort: Path, exercise: Exercise, count: int, draw: random.Random) -> list[str]:
    """Students who have done their best, and their names."""
    answers = [*sorted(exercise.solutions.glob("*/*.py")), exercise.solutions / "solution.py"]
    names = [f"honest-{number:04}" for number in range(count)]
    for name in names:
        hostile.put(
            cohort / name, exercise, draw.choice(answers).read_bytes() + remark(name).encode()
        )
    return names


def hand_in_hostile(cohort: Path, exercise: Exercise, count: int, draw: random.Random) -> None:
    """Those who have not."""
    starter = exercise.starter.decode()
    for number in range(count):
        name = f"hostile-{number:05}"
        content = program(draw, starter)
        if draw.random() < 0.2:
            ending, packed = archive(draw, content)
            (cohort / f"{name}{ending}").write_bytes(packed)
        else:
            hostile.put(cohort / name, exercise, content)


def sweep(cohort: Path, out: Path, seed: int) -> int:
    """Sweep a cohort as an instructor does; the KiB that the largest process of the sweep itself has in the
    end. What a submission's process may take is limited, and so is what reads an archive; both end with it."""
    words = ["sweep", cohort, "-o", out, "--exercise", EXERCISE, "--seed", seed]
    with tempfile.TemporaryFile("w+") as told:
        process = subprocess.Popen(
            [sys.executable, "-m", "checker", *map(str, words)],
            cwd=ROOT,
            stdout=told,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        had: dict[Path, list[int]] = {}
        while process.poll() is None:
            for place in _of_the_kit(process.pid):
                had.setdefault(place, []).append(_memory(place))
            time.sleep(0.5)
        if process.returncode not in (0, 1):
            told.seek(0)
            raise SystemExit(f"the sweep broke off:\n{told.read()[-2000:]}")
    # A process that stays has hundreds of samples; the last one may be of its end, with nothing left.
    lasting = [sizes for sizes in had.values() if len(sizes) > LASTING]
    return max((max(sizes[-LASTING:]) for sizes in lasting), default=0)


def _of_the_kit(session: int) -> Iterator[Path]:
    """The processes of a sweep, without those of its submissions: these and their guards have sessions of
    their own, or run the sandbox."""
    for place in Path("/proc").iterdir():
        with contextlib.suppress(OSError, IndexError, ValueError):
            is_of_it = int((place / "stat").read_text().rpartition(")")[2].split()[3]) == session
            if is_of_it and b"checker_sandbox" not in (place / "cmdline").read_bytes():
                yield place


def _memory(place: Path) -> int:
    """The KiB that a process has."""
    with contextlib.suppress(OSError):
        for line in (place / "status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
    return 0


def verdicts(out: Path) -> dict[str, bytes]:
    """What is kept of each student's work."""
    cohort = read_cohort(out)
    return {s.name: msgspec.msgpack.encode([w.report for w in s.works]) for s in cohort.students}


def points(out: Path) -> dict[str, int]:
    cohort = read_cohort(out)
    return {s.name: sum(work.report.points for work in s.works) for s in cohort.students}


def sandboxes() -> set[int]:
    """The processes that run submissions, or guard those that do."""
    found = set()
    for place in Path("/proc").iterdir():
        try:
            words = (place / "cmdline").read_bytes()
        except OSError:
            continue
        if place.name.isdigit() and b"checker_sandbox" in words:
            found.add(int(place.name))
    return found


def files() -> set[str]:
    return {entry for place in ("/tmp", "/dev/shm") for entry in os.listdir(place)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hostile", type=int, default=2_000)
    parser.add_argument("--honest", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    parser.add_argument("--keep", type=Path, help="where cohort and marks stay, to look at")
    given = parser.parse_args()
    place = given.keep or Path(tempfile.mkdtemp(prefix="soak-"))
    draw = random.Random(given.seed)
    (exercise,) = Course.load(ROOT).select([EXERCISE])
    alone, among = place / "alone", place / "among"
    names = hand_in_honest(alone, exercise, given.honest, draw)
    shutil.copytree(alone, among)
    hand_in_hostile(among, exercise, given.hostile, draw)
    print(f"{given.hostile} hostile among {given.honest} honest, seed {given.seed}", flush=True)

    began = time.perf_counter()
    memory_alone = sweep(alone, place / "marks-alone", given.seed)
    seconds_alone = time.perf_counter() - began
    before = sandboxes(), files()
    began = time.perf_counter()
    memory_among = sweep(among, place / "marks-among", given.seed)
    seconds_among = time.perf_counter() - began
    after = sandboxes(), files()

    faults = []
    first, second = verdicts(place / "marks-alone"), verdicts(place / "marks-among")
    changed = [name for name in names if first[name] != second.get(name)]
    if changed:
        faults.append(f"the verdicts on {', '.join(changed[:5])} and others are not what they were")
    gained = [n for n, earned in points(place / "marks-among").items() if earned and n not in names]
    if gained:
        faults.append(f"{', '.join(gained[:5])} earned points")
    if left := after[0] - before[0]:
        faults.append(f"{len(left)} processes are left")
    if left_files := after[1] - before[1]:
        faults.append(f"{len(left_files)} files are left: {', '.join(sorted(left_files)[:5])}")
    if memory_among > 2 * memory_alone + (64 << 10):
        faults.append("the sweep took more memory")
    each = seconds_alone / max(1, given.honest), seconds_among / (given.hostile + given.honest)
    print(f"alone: {seconds_alone:.0f} s, {memory_alone >> 10} MiB; among: {seconds_among:.0f} s, ")
    print(f"{memory_among >> 10} MiB; a submission takes {each[1] / each[0]:.1f} times as long")
    for fault in faults:
        print(f"FAULT: {fault}")
    if not given.keep:
        shutil.rmtree(place)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
