"""Whatever is handed in is graded: the worst of it is a failed report, and never an error of ours."""

import ast
import errno
import os
import textwrap
from io import StringIO
from pathlib import Path

import pytest

from checker.course import Course, Exercise
from checker.feedback import console
from checker.feedback.terminal import Screen
from checker.judge.grade import grade
from checker.report import BACKENDS, ExerciseReport, encode_json, summarize_submission
from checker.submission import MAX_SOURCE, Source, Submission

CHECKS = """
from checker import Case, Service, check


class Desk(Service):
    latency = 1.0

    def __init__(self, secret: int) -> None:
        self.secret = secret

    def ask(self, n: int) -> int:
        return n * self.secret


@check("Every number is asked for, one call a number", points=2, advice="ask the desk")
def asks_for_each(case: Case) -> None:
    world = case.world()
    desk = Desk(case.random.randint(2, 1000))
    numbers = case.distinct(range(100), 3)
    run = world.run("double_all", desk, numbers)
    run.expect(len(run.calls_to("ask")) == 3, f"{len(run.calls)} calls were made, not 3")
    run.expect_value([n * desk.secret for n in numbers])


@check("All are asked for at the same time", points=1)
def overlaps(case: Case) -> None:
    world = case.world()
    desk = Desk(case.random.randint(2, 1000))
    run = world.run("double_all", desk, [1, 2, 3])
    run.expect_value([n * desk.secret for n in (1, 2, 3)])
    run.expect_elapsed(1.0, "three calls of 1 s can overlap")
"""

RIGHT = """\
import anyio

async def double_all(desk, numbers):
    answers = {}

    async def one(n):
        answers[n] = await desk.ask(n)

    async with anyio.create_task_group() as group:
        for n in numbers:
            group.start_soon(one, n)
    return [answers[n] for n in numbers]
"""

STARTER = """\
async def double_all(desk, numbers):
    return [await desk.ask(n) for n in numbers]
"""


def make_up(root: Path, checks: str) -> Exercise:
    """An exercise with these checks, in a course of its own below `root`."""
    folder, solutions = root / "exercises/made_up/double", root / "solutions/made_up/double"
    for path in (folder, solutions):
        path.mkdir(parents=True)
    (folder / "checks.py").write_text(checks)
    (folder / "exercise.py").write_text(STARTER)
    (folder / "exercise.toml").write_text(
        'title = "Double"\ngives = ["tasks"]\ndifficulty = 1\nhints = ["a", "b"]\n'
    )
    (solutions / "starter.py").write_text(STARTER)
    return Exercise("made_up", "double", folder, solutions, work=folder)


@pytest.fixture(scope="module")
def exercise(tmp_path_factory: pytest.TempPathFactory) -> Exercise:
    return make_up(tmp_path_factory.mktemp("course"), CHECKS)


@pytest.fixture
def graded(exercise, sandbox):
    """Grade bytes or a text as if they had been handed in."""

    def graded(content: bytes | str) -> ExerciseReport:
        if isinstance(content, str):
            content = textwrap.dedent(content).encode()
        return grade(exercise, Source("exercise.py", content), sandbox=sandbox, seed=1)

    return graded


@pytest.fixture
def handed_in(exercise, sandbox, tmp_path):
    """Grade the submission that a function makes of the path at which its file should be."""

    def handed_in(make) -> ExerciseReport:
        path = tmp_path / "exercises/made_up/double/exercise.py"
        path.parent.mkdir(parents=True)
        make(path)
        source = Submission(tmp_path).source(exercise)
        return grade(exercise, source, sandbox=sandbox, seed=1)

    return handed_in


def said(report: ExerciseReport) -> str:
    """The one thing that every check on every backend says, before what it says to try."""
    (message,) = {check.message.partition("\nTry: ")[0] for check in report.checks}
    return message


def expect_failure(report: ExerciseReport) -> None:
    assert report.status == "failed"
    assert report.points == 0
    assert {check.status for check in report.checks} == {"failed"}
    assert all(check.message for check in report.checks)
    # What is a report can be shown and sent, whatever is in it.
    summary = summarize_submission(1, (report,))
    assert encode_json(summary)
    shown(report, b"")


def shown(report: ExerciseReport, content: bytes) -> str:
    stream = StringIO()
    screen = Screen(stream)
    summary = summarize_submission(1, (report,))
    sources = {report.checks[0].file: content}
    console.show(screen, summary, sources, BACKENDS, everything=True)
    return stream.getvalue()


def test_a_right_answer_passes(graded):
    report = graded(RIGHT)
    assert report.status == "passed"
    assert (report.points, report.max_points) == (3, 3)


def test_the_starter_is_not_started_whatever_it_does(graded):
    report = graded(STARTER)
    assert report.status == "not_started"
    assert report.points == 0


# --- files that cannot be run -------------------------------------------------------------------

# What is handed in, what is said of it, and which line it is said of.
UNUSABLE = {
    "a syntax error": ("import anyio\nasync def double_all(:\n    pass\n", "a syntax error", 2),
    "an indentation error": ("if True:\nx = 1\n", "a syntax error", 2),
    "an unclosed bracket": ("x = (\n", "a syntax error", 1),
    "an await outside": ("import anyio\nawait anyio.sleep(1)\n", "a syntax error", 2),
    "no function": ("import anyio\n", "the file has no function double_all()", None),
    "a renamed function": (
        "async def double_al(desk, numbers): ...\n",
        "but one named double_al(); rename it back",
        None,
    ),
    "a name that is no function": ("double_all = 5\n", "is not a function any more", None),
    "too few parameters": ("async def double_all(desk): ...\n", "called with 2 arguments", 1),
    "too many parameters": ("\nasync def double_all(a, b, c): ...\n", "called with 2 arguments", 2),
    "keyword parameters": ("async def double_all(*, desk, numbers): ...\n", "2 arguments", 1),
    "a plain function": ("def double_all(desk, numbers): return []\n", "is a plain function", 1),
    "an async generator": (
        "async def double_all(desk, numbers): yield 1\n",
        "is a plain function",
        1,
    ),
    "a class": ("class double_all:\n    def __init__(self, *args): ...\n", "plain function", None),
    "an exception at import": (
        "import anyio\n1 / 0\n",
        "importing it raised ZeroDivisionError: division by zero",
        2,
    ),
    "an import of nothing": (
        "import no_such_module\n",
        "importing it raised ModuleNotFoundError: No module named 'no_such_module'",
        1,
    ),
    "an exit at import": ("import sys\nsys.exit()\n", "importing it raised SystemExit", 2),
    "an interrupt at import": ("raise KeyboardInterrupt\n", "raised KeyboardInterrupt", 1),
    "a question at import": ("name = input()\n", "importing it raised EOFError", 1),
    "an empty file": ("", "the file is empty", None),
    "a file of white space": (" \n\t\n\f\n", "the file is empty", None),
    "only a comment": ("# to do\n", "the file has no function double_all()", None),
    "bytes that are no text": (b"x = 1\ny = '\xff\xfe'\n", "is not UTF-8 text", 2),
    "another encoding": ("x = 'ä'\n".encode("utf-16"), "is not UTF-8 text", 1),
    "a program": (b"\x7fELF\x02\x01\x01\x00\x00\xff\xff", "is not UTF-8 text", 1),
    "NUL bytes": (b"x = 1\n\x00\x00\n", "null bytes", None),
    "lone surrogates": (b"x = '\xed\xa0\x80'\n", "is not UTF-8 text", 1),
    "a value that is not plain": (
        "async def double_all(desk, numbers): return {1, 2}\n",
        "returned a set; it must return plain data",
        None,
    ),
    "a function as the value": (
        "async def double_all(desk, numbers): return double_all\n",
        "returned a function; it must return plain data",
        None,
    ),
    "a service as the value": (
        "async def double_all(desk, numbers): return desk\n",
        "returned a Desk; it must return plain data",
        None,
    ),
    "a coroutine as the value": (
        "async def double(n): return 2 * n\n\nasync def double_all(desk, numbers): return double(1)\n",
        "returned a coroutine; `await` it, and return its result",
        None,
    ),
    "a value that holds itself": (
        "async def double_all(desk, numbers):\n    numbers.append(numbers)\n    return numbers\n",
        "nested more than",
        None,
    ),
    "a value that is too large": (
        "async def double_all(desk, numbers): return 'x' * 20_000_000\n",
        "returned a value of more than",
        None,
    ),
    "too large a number": (
        "async def double_all(desk, numbers): return 1 << 64\n",
        "an integer of more than 64 bits",
        None,
    ),
    "a string that is no text": (
        "async def double_all(desk, numbers): return '\\ud800'\n",
        "lone surrogate",
        None,
    ),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_told_once_for_all_checks_and_backends(graded, name):
    content, message, line = UNUSABLE[name]
    report = graded(content)
    expect_failure(report)
    assert message in said(report)
    if line is not None:
        assert {check.line for check in report.checks} == {line}


@pytest.mark.parametrize(
    "expression",
    [
        "(" * 300 + ")" * 300,
        "[" * 100_000,
        "-" * 200_000 + "1",
        "not " * 50_000 + "1",
        "1" + " + 1" * 50_000,
        "x" + ".x" * 60_000,
        "x" + "[0]" * 60_000,
        "lambda: " * 30_000 + "0",
        "9" * 5_000,
        "f'{" * 200,
    ],
    ids=lambda text: f"{text[:8]}…",
)
def test_deeply_nested_source_is_a_failure(graded, expression):
    expect_failure(graded(f"async def double_all(desk, numbers):\n    return {expression}\n"))


def test_blocks_nested_too_deep_are_a_failure(graded):
    rows = [f"{' ' * n}if numbers:" for n in range(1, 120)] + [f"{' ' * 120}return 1"]
    expect_failure(graded("async def double_all(desk, numbers):\n" + "\n".join(rows)))


def test_an_import_that_never_returns_is_a_failure_that_names_its_loop(sandbox, tmp_path):
    # It costs seconds of the processor's time for each run, so one check on one backend has to do.
    exercise = make_up(
        tmp_path,
        'from checker import check\n@check("Runs")\ndef runs(case):\n'
        '    case.world().run("main")\n',
    )
    source = Source("exercise.py", b"x = 1\nwhile True:\n    x += 1\n")
    report = grade(exercise, source, sandbox=sandbox, seed=1, backends=["asyncio"])
    (check,) = report.checks
    assert check.status == "failed"
    assert "has not let the event loop run since 0 s" in check.message
    assert check.line == 2


def test_a_byte_order_mark_and_foreign_line_ends_are_no_fault(graded):
    assert graded(b"\xef\xbb\xbf" + RIGHT.encode()).status == "passed"
    assert graded(RIGHT.replace("\n", "\r\n").encode()).status == "passed"
    assert graded(b"# -*- coding: latin-1 -*-\n# \xc3\xa4\n" + RIGHT.encode()).status == "passed"


# --- programs that misbehave --------------------------------------------------------------------


def body(text: str) -> str:
    return "import anyio\n\nasync def double_all(desk, numbers):\n" + textwrap.indent(
        textwrap.dedent(text).strip("\n"), "    "
    )


MISBEHAVING = {
    "an exit": ("import sys; sys.exit(0)", "SystemExit"),
    "an end of the process": ("import os; os._exit(0)", "ended its own process"),
    "a question": ("return input('?')", "EOFError"),
    "an exception": ("raise ValueError('no')", "it raised ValueError: no"),
    "a deadlock": ("await anyio.Event().wait()", "deadlock"),
    "a stray thread": (
        """
        import threading
        got = []
        thread = threading.Thread(target=lambda: got.append(desk.ask(numbers[0])))
        thread.start()
        return got
        """,
        "",
    ),
    "too few calls": ("return [0, 0, 0]", ""),
    "a wrong argument": ("return [await desk.ask('one')]", "TypeError"),
    "a wrong number of arguments": ("return [await desk.ask(1, 2)]", "TypeError"),
    "a service where plain data is due": ("return [await desk.ask(desk)]", "TypeError"),
    "a method that is not there": ("return [await desk.secret()]", "AttributeError"),
    "a hidden attribute": ("return [n * desk.secret for n in numbers]", "AttributeError"),
    "a forgotten await": ("return desk.ask(0)", "double_all() returned a coroutine; `await` it"),
    "a list of forgotten awaits": (
        "return [desk.ask(n) for n in numbers]",
        "double_all() returned a list with a coroutine in it; `await` it",
    ),
    "a tuple of forgotten awaits": (
        "return tuple(desk.ask(n) for n in numbers)",
        "double_all() returned a tuple with a coroutine in it; `await` it",
    ),
    "a set deep inside": (
        "return [{'numbers': {1}}]",
        "double_all() returned a list with a set in it; it must return plain data",
    ),
    "a dict with a tuple as a key": (
        "return {(1, 2): 3}",
        "double_all() returned a dict with a tuple as a key; it must return plain data",
    ),
    "an integer that is too large, in a list": (
        "return [1 << 64]",
        "double_all() returned a list with an integer of more than 64 bits in it",
    ),
}


@pytest.mark.parametrize("name", MISBEHAVING)
def test_misbehaving_is_a_failure(graded, name):
    text, message = MISBEHAVING[name]
    report = graded(body(text))
    expect_failure(report)
    assert all(message in check.message for check in report.checks)


def test_asyncio_used_directly_fails_on_trio_alone(graded):
    report = graded("""
        import asyncio

        async def double_all(desk, numbers):
            return list(await asyncio.gather(*[desk.ask(n) for n in numbers]))
        """)
    assert report.status == "failed"
    assert report.points == 0
    assert {check.status for check in report.checks if check.backend == "asyncio"} == {"passed"}
    on_trio = [check for check in report.checks if check.backend == "trio"]
    assert {check.status for check in on_trio} == {"failed"}
    assert all("use" in check.message for check in on_trio)


def test_half_a_right_answer_earns_the_points_of_that_half(graded):
    report = graded(
        "async def double_all(d, numbers):\n    return [await d.ask(n) for n in numbers]"
    )
    assert report.status == "failed"
    assert report.points == 2


@pytest.mark.parametrize(
    "text",
    [
        r"print('\ud800'); raise ValueError('\udfff')",
        r"import sys; sys.stderr.write('\ud800'); raise LookupError('\ud800\udc00')",
        r"anyio.get_current_task().name; raise type('E' * 10_000, (Exception,), {})('\ud800')",
        r"raise KeyError('\x00' * 100_000)",
    ],
)
def test_text_that_is_no_text_is_told_all_the_same(graded, text):
    expect_failure(graded(body(text)))


def test_terminal_escapes_are_shown_and_not_obeyed(graded):
    content = body(
        r"""
        print('\x1b[2J\x1b]0;owned\x07')
        raise type('\x1b[31mError', (Exception,), {})('\x1b[2J\r\u202e\x9b1m\x08\u2028')  # \x1b
        """
    ).replace("# \\x1b", "# \x1b\u202e")
    report = graded(content)
    expect_failure(report)
    text = shown(report, content.encode())
    assert "\\x1b[2J" in text
    assert "\\u202e" in text
    for control in "\x1b\r\x07\x08\x9b\u202e\u2028":
        assert control not in text


def test_a_name_of_a_function_that_is_an_escape_is_shown_and_not_obeyed(graded):
    report = graded(
        body(r"""
        async def f(): await anyio.Event().wait()
        async with anyio.create_task_group() as group:
            group.start_soon(f, name='\x1b[2J')
        """)
    )
    expect_failure(report)
    assert "\x1b" not in shown(report, b"")


@pytest.mark.parametrize(
    "text",
    [
        "async with anyio.create_task_group() as g: g.start_soon(anyio.sleep, 1, name='\\ud800')",
        "async with anyio.create_task_group() as g: g.start_soon(anyio.sleep, 1, name='x' * 9**7)",
        "return await desk.ask('x' * 3_000_000)",
        "return await desk.ask(**{'\\ud800': 1})",
        "return await desk.ask(**{'x' * 3_000_000: 1})",
        "for _ in range(50): await desk.ask(n=1, m=b'x' * 500_000)",
        "async with anyio.create_task_group() as g:\n"
        "    for _ in range(50): g.start_soon(desk.ask, b'x' * 500_000)",
        "import warnings; warnings.warn('was never awaited' + 'x' * 3_000_000, RuntimeWarning)",
        "import warnings; warnings.warn('\\ud800 was never awaited', RuntimeWarning)",
        "await anyio.sleep(1e300)",
        "import time; time.sleep(1e300)",
        "import time; time.sleep(float('nan'))",
    ],
)
def test_what_is_too_large_or_odd_to_be_told_is_the_submissions_failure(graded, text):
    expect_failure(graded(body(text)))


# --- paths that are not files -------------------------------------------------------------------


def test_a_folder_in_the_place_of_the_file_is_a_failure(handed_in):
    report = handed_in(Path.mkdir)
    expect_failure(report)
    assert "is a folder" in said(report)


@pytest.mark.parametrize(
    "target", ["right.py", "/etc/passwd", "/dev/zero", "nowhere", "exercise.py"]
)
def test_a_link_is_not_followed(handed_in, target):
    def make(path: Path) -> None:
        (path.parent / "right.py").write_text(RIGHT)
        path.symlink_to(target)

    report = handed_in(make)
    expect_failure(report)
    assert "is not a regular file" in said(report)


def test_a_pipe_is_not_waited_for(handed_in):
    report = handed_in(os.mkfifo)
    expect_failure(report)
    assert "is not a regular file" in said(report)


def test_an_oversized_file_is_not_read(handed_in):
    report = handed_in(lambda path: path.write_bytes(b"#" * (MAX_SOURCE + 1)))
    expect_failure(report)
    assert f"{MAX_SOURCE >> 10} KiB" in said(report)


def test_a_file_as_large_as_is_allowed_is_read(handed_in):
    content = RIGHT.encode().ljust(MAX_SOURCE, b"#")
    assert handed_in(lambda path: path.write_bytes(content)).status == "passed"


def test_a_missing_file_is_not_started_and_fails_every_check(handed_in):
    report = handed_in(lambda path: None)
    assert report.status == "not_started"
    assert report.points == 0
    assert {check.status for check in report.checks} == {"failed"}
    assert said(report).startswith("there is no such file")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_not_graded(handed_in):
    def make(path: Path) -> None:
        path.write_text(RIGHT)
        path.chmod(0)

    assert handed_in(make).status == "not_graded"


@pytest.mark.parametrize("code", [errno.EACCES, errno.EIO, errno.EMFILE])
def test_a_file_that_the_machine_cannot_read_is_not_graded(handed_in, monkeypatch, code):
    really_open = os.open

    def make(path: Path) -> None:
        path.write_text(RIGHT)

        def refuse(name, *args, **options):
            if name == path.name:
                raise OSError(code, os.strerror(code))
            return really_open(name, *args, **options)

        monkeypatch.setattr(os, "open", refuse)

    report = handed_in(make)
    assert report.status == "not_graded"
    assert report.points == 0
    assert {check.status for check in report.checks} == {"not_graded"}
    assert os.strerror(code).lower() in said(report)


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, lambda path: None])
def test_a_file_that_is_not_there_to_be_read_gets_no_advice_about_its_code(handed_in, make):
    assert all("ask the desk" not in check.message for check in handed_in(make).checks)


def test_a_file_whose_name_is_no_text_is_graded_and_reported(exercise, sandbox, tmp_path):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.py"))
    path.write_text("async def double_all(desk, numbers): ...\n")
    source = Submission(path).source(exercise)
    expect_failure(grade(exercise, source, sandbox=sandbox, seed=1))


BREAKS_DOWN = """\
import os

async def double_all(desk, numbers):
    os.write(2, b"Traceback (most recent call last):\\nRuntimeError: nobody's fault\\n")
    os._exit(70)
"""


@pytest.mark.parametrize("others_run", [True, False])
def test_what_runs_a_program_breaks_down_by_its_doing_where_it_runs_others(
    exercise, sandbox, monkeypatch, others_run
):
    monkeypatch.setattr("checker.judge.grade.finds_it", lambda *_: others_run)
    source = Source("exercise.py", BREAKS_DOWN.encode())
    report = grade(exercise, source, sandbox=sandbox, seed=1)
    assert report.status == ("failed" if others_run else "not_graded")
    assert ("runs another program without trouble" in said(report)) == others_run
    assert "RuntimeError: nobody's fault" in said(report)


# --- checks that misbehave ----------------------------------------------------------------------


def test_a_mistake_in_a_check_is_no_mark(sandbox, tmp_path):
    exercise = make_up(
        tmp_path, 'from checker import check\n@check("Breaks")\ndef breaks(case): 1 / 0\n'
    )
    report = grade(exercise, Source("exercise.py", RIGHT.encode()), sandbox=sandbox, seed=1)
    assert report.status == "not_graded"
    assert report.points == 0
    assert "ZeroDivisionError" in said(report)


# --- every report repeats -----------------------------------------------------------------------


@pytest.mark.parametrize("content", [RIGHT, STARTER, body("raise ValueError(str(numbers))")])
def test_the_same_source_and_seed_give_the_same_report_byte_for_byte(graded, content):
    one, other = (encode_json(summarize_submission(1, (graded(content),))) for _ in range(2))
    assert one == other


def emptied(starter: bytes) -> bytes:
    """The starter, in which each function returns what is no plain data, and does nothing else."""

    class Emptied(ast.NodeTransformer):
        def visit_FunctionDef(self, function: ast.FunctionDef) -> ast.FunctionDef:
            function.body = ast.parse("return object()").body
            return function

        visit_AsyncFunctionDef = visit_FunctionDef

    return ast.unparse(Emptied().visit(ast.parse(starter))).encode()


@pytest.mark.parametrize(
    "exercise",
    [pytest.param(e, id=e.short_name) for e in Course.load(Path(__file__).parents[1])],
)
def test_no_check_of_the_course_breaks_at_what_a_program_returns(exercise, sandbox):
    source = Source("exercise.py", emptied(exercise.starter))
    report = grade(exercise, source, sandbox=sandbox, seed=1, backends=["trio"])
    assert {check.status for check in report.checks} == {"failed"}
