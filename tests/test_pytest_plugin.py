"""`pytest exercises` judges a course, and a project without one notices nothing of the plugin.

pytest is run as a process of its own in all of this, with the plugin as it is installed: where it is
missing, `pip install -e .` has to be run again.
"""

import json
import os
import re
import subprocess
import sys
import textwrap
from importlib import metadata
from pathlib import Path
from xml.etree import ElementTree

import pytest

from checker.report import BACKENDS

SEED = 7

DOUBLE = """
from checker import Case, Service, check


class Desk(Service):
    latency = 1.0

    def ask(self, n: int) -> int:
        return 2 * n


@check("Every number is doubled", points=2, advice="ask the desk")
def all_doubled(case: Case) -> None:
    world = case.world()
    numbers = case.distinct(range(100), 3)
    run = world.run("double_all", Desk(), numbers)
    run.expect_value([2 * n for n in numbers])


@check("All are asked for at the same time", advice="wait for none before you ask for the next")
def overlaps(case: Case) -> None:
    world = case.world()
    numbers = case.distinct(range(100), 3)
    run = world.run("double_all", Desk(), numbers)
    run.expect(run.elapsed < 2, f"{numbers} took {run.elapsed:g} s", at=run.calls[-1])
"""

ONE_BY_ONE = """\
async def double_all(desk, numbers):
    return [await desk.ask(n) for n in numbers]
"""

TOGETHER = """\
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

HALF = """
from checker import Case, check


@check("It is halved")
def halved(case: Case) -> None:
    case.world().run("halve", 4).expect_value(2)
"""

HALVE = """\
async def halve(n):
    return n // 2
"""

MISTAKEN = """
from checker import Case, check


@check("Nobody can say")
def nobody_can_say(case: Case) -> None:
    1 / 0
"""

EXERCISE_TOML = 'title = "Numbers"\ngives = ["tasks"]\ndifficulty = 1\nhints = ["a", "b"]\n'

WATCH = """\
import os
import subprocess

class Watched(subprocess.Popen):
    def __init__(self, args, **options):
        super().__init__(args, **options)
        if "checker_sandbox.server" in args:
            with open({file!r}, "a") as file:
                print(os.getpid(), self.pid, file=file)

subprocess.Popen = Watched
"""


class Place:
    """A folder to run pytest in."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, file: str, text: str) -> None:
        path = self.path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def run(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a module of Python with these arguments."""
        ours = {name: v for name, v in os.environ.items() if not name.startswith("PYTEST_")}
        # At its end, pytest deletes what earlier runs left in its folder of temporary files. In the one
        # that the tests of the kit use, that can be a million files, which takes minutes.
        temporary = self.path / ".temporary"
        temporary.mkdir(exist_ok=True)
        own = {"COLUMNS": "200", "PYTEST_DEBUG_TEMPROOT": str(temporary)}
        return subprocess.run(
            [sys.executable, "-m", *words],
            cwd=self.path,
            env=ours | own | environment,
            capture_output=True,
            text=True,
            timeout=300,
        )

    def pytest(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        # These are no part of it, and take their time to start.
        quick = ("-p", "no:hypothesispytest", "-p", "no:anyio")
        done = self.run("pytest", *quick, *words, **environment)
        assert "INTERNALERROR" not in done.stdout + done.stderr
        assert "Traceback" not in done.stdout + done.stderr
        return done

    def collected(self, *words: str) -> list[str]:
        """The items, by their ids."""
        lines = self.pytest("--collect-only", "-q", *words).stdout.splitlines()
        return [line for line in lines if "::" in line]

    def judged(self, *words: str) -> dict[str, ElementTree.Element]:
        """What a JUnit file says of each item, by its name."""
        file = self.path / "junit.xml"
        file.unlink(missing_ok=True)
        self.pytest("--junitxml", str(file), "--checker-seed", str(SEED), *words)
        return {str(case.get("name")): case for case in ElementTree.parse(file).iter("testcase")}

    def verdicts(self, *words: str) -> dict[str, str]:
        """`failure`, `error` or `passed` for each item, by its name."""
        return {
            name: "/".join(child.tag for child in case) or "passed"
            for name, case in self.judged(*words).items()
        }

    def watch(self) -> Path:
        """Have the processes of pytest note which servers they start; in the file returned."""
        file = self.path / "servers.txt"
        file.write_text("")
        self.write("conftest.py", WATCH.format(file=str(file)))
        return file


def make_exercise(place: Place, name: str, checks: str, source: str) -> None:
    folder = f"exercises/{name}"
    place.write(f"{folder}/checks.py", checks)
    place.write(f"{folder}/exercise.py", source)
    place.write(f"{folder}/exercise.toml", EXERCISE_TOML)
    place.write(f"solutions/{name}/starter.py", source)


@pytest.fixture
def empty(tmp_path: Path) -> Place:
    """A project that has nothing to do with the kit, but for its being installed."""
    place = Place(tmp_path / "project")
    place.path.mkdir()
    place.write("pytest.ini", "[pytest]\naddopts = --strict-markers --strict-config -W error\n")
    return place


@pytest.fixture
def course(empty: Place) -> Place:
    """A course of two exercises, the first of which passes one of its two checks."""
    make_exercise(empty, "desks/double", DOUBLE, ONE_BY_ONE)
    make_exercise(empty, "desks/halve", HALF, HALVE)
    empty.write(
        "exercises/course.toml",
        '[[chapters]]\nname = "desks"\ntitle = "Desks"\nexercises = ["double", "halve"]\n',
    )
    return empty


def running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def tokens_in(text: str) -> list[str]:
    return re.findall(r"--replay (\w+)", text)


def test_the_package_brings_the_plugin():
    plugins = metadata.entry_points(group="pytest11", name="tasklings")
    assert [plugin.value for plugin in plugins] == ["checker.pytest_plugin"], "install it again"


class TestItems:
    def test_every_check_is_an_item_for_each_backend(self, course):
        assert course.collected("exercises") == [
            f"exercises/desks/{check}[{backend}]"
            for check in (
                "double/checks.py::all_doubled",
                "double/checks.py::overlaps",
                "halve/checks.py::halved",
            )
            for backend in BACKENDS
        ]

    @pytest.mark.parametrize(
        ("words", "count"),
        [
            (["."], 6),
            (["exercises/desks/double"], 4),
            (["exercises/desks/double/checks.py"], 4),
            (["exercises/desks/double/checks.py::overlaps"], 2),
            (["exercises/desks/double/checks.py::overlaps[trio]"], 1),
            (["exercises", "-k", "double and trio"], 2),
            (["exercises", "-k", "halve or overlaps"], 4),
            (["exercises/desks/double/exercise.py"], 0),
        ],
    )
    def test_they_are_chosen_as_tests_are(self, course, words, count):
        assert len(course.collected(*words)) == count

    def test_where_they_are_called_from_does_not_matter(self, course):
        inside = Place(course.path / "exercises" / "desks")
        assert len(inside.collected("-k", "desks and double")) == 4

    @pytest.mark.parametrize("workers", [(), ("-n", "2")])
    def test_they_may_be_called_from_outside_of_the_course(self, course, workers):
        outside = Place(course.path.parent)
        course.write("clone/exercises/desks/double/exercise.py", TOGETHER)
        words = ("project/exercises/desks/double", "--submission", "project/clone", *workers)
        assert set(outside.verdicts(*words).values()) == {"passed"}

    def test_a_submission_is_no_module_for_pytest(self, course):
        course.write("exercises/desks/double/exercise.py", "raise SystemExit('imported')")
        wide = ("--doctest-modules", "-o", "python_files=*.py")
        assert course.collected("exercises", *wide) == course.collected("exercises")

    def test_to_collect_them_starts_no_sandbox(self, course):
        servers = course.watch()
        assert len(course.collected("exercises")) == 6
        assert servers.read_text() == ""

    def test_without_the_plugin_there_are_none(self, course):
        assert course.collected("exercises", "-p", "no:tasklings") == []


class TestVerdicts:
    def test_a_failure_says_what_the_kit_says(self, course):
        done = course.pytest("exercises/desks/double", "--checker-seed", str(SEED), "-k", "trio")
        assert done.returncode == 1
        token = tokens_in(done.stdout)[0]
        said = re.search(r"_ overlaps\[trio\] _+\n(.*?)\n=+ short", done.stdout, re.DOTALL)
        assert said is not None
        took = re.search(r"\[[\d, ]+\] took 3 s", said[1])
        assert took is not None
        assert said[1] == textwrap.dedent(f"""\
            All are asked for at the same time (trio)
            {took[0]}
            exercises/desks/double/exercise.py:2
               2 | return [await desk.ask(n) for n in numbers]
            Try: wait for none before you ask for the next
            See it: checker run double --replay {token}""")
        assert f"overlaps[trio] - {took[0]}" in done.stdout

    @pytest.mark.parametrize("style", ["long", "short", "line", "native"])
    def test_it_shows_nothing_of_what_is_behind_it(self, course, style):
        done = course.pytest("exercises", f"--tb={style}", "--showlocals")
        assert "took 3 s" in done.stdout
        for word in ("pytest_plugin", "expect(", "CheckFailed", "Failed:"):
            assert word not in done.stdout

    def test_its_token_shows_the_run_again(self, course):
        failure = course.judged("exercises", "-k", "overlaps and trio")["overlaps[trio]"][0]
        (token,) = tokens_in(str(failure.text))
        again = course.run("checker", "run", "double", "--replay", token)
        assert again.returncode == 1
        assert str(failure.get("message")) in again.stdout

    def test_they_are_those_of_checker_grade(self, course):
        course.write("exercises/desks/halve/exercise.py", "async def halve(n):\n    return n / 0")
        graded = course.run("checker", "grade", "--format", "json", "--seed", str(SEED))
        reports = [c for e in json.loads(graded.stdout)["exercises"] for c in e["checks"]]
        judged = course.judged("exercises")
        assert len(judged) == len(reports) == 6
        for report in reports:
            case = judged[f"{report['name']}[{report['backend']}]"]
            assert [child.tag for child in case] == ["failure"] * (report["status"] == "failed")
            if report["status"] == "failed":
                said, _, advice = report["message"].partition("\nTry: ")
                assert str(case[0].get("message")) in said
                assert advice in str(case[0].text)
                assert tokens_in(str(case[0].text)) == [report["replay"]]

    def test_what_could_not_be_graded_is_an_error(self, course):
        course.write("exercises/desks/halve/checks.py", MISTAKEN)
        judged = course.judged("exercises", "-k", "trio")
        case = judged["nobody_can_say[trio]"]
        assert [child.tag for child in case] == ["error"]
        assert "not graded: the check itself raised ZeroDivisionError" in str(case[0].text)
        summary = course.pytest("exercises", "-k", "trio").stdout.splitlines()[-1]
        assert "1 failed, 1 passed" in summary
        assert "1 error" in summary

    def test_a_syntax_error_fails_every_check(self, course):
        course.write("exercises/desks/double/exercise.py", "x = (")
        judged = course.judged("exercises/desks/double")
        assert len(judged) == 4
        for case in judged.values():
            assert "a syntax error" in str(case[0].get("message"))

    def test_an_untouched_starter_is_judged_like_any_file(self, course):
        assert course.verdicts("exercises") == {
            "all_doubled[asyncio]": "passed",
            "all_doubled[trio]": "passed",
            "overlaps[asyncio]": "failure",
            "overlaps[trio]": "failure",
            "halved[asyncio]": "passed",
            "halved[trio]": "passed",
        }

    def test_the_first_failure_ends_it_if_one_is_enough(self, course):
        done = course.pytest("exercises", "-x")
        assert "1 failed, 2 passed" in done.stdout

    def test_those_that_failed_last_are_judged_again_alone(self, course):
        course.pytest("exercises")
        assert [name.partition("::")[2] for name in course.collected("exercises", "--lf")] == [
            "overlaps[asyncio]",
            "overlaps[trio]",
        ]
        course.write("exercises/desks/double/exercise.py", TOGETHER)
        assert "2 passed" in course.pytest("exercises", "--lf").stdout


class TestSubmissions:
    def test_one_may_be_a_clone_a_folder_or_a_file(self, course):
        course.write("clone/exercises/desks/double/exercise.py", TOGETHER)
        course.write("folder/desks/double/solution.py", TOGETHER)
        course.write("alone.py", TOGETHER)
        for path in ("clone", "folder", "alone.py", str(course.path / "clone")):
            given = ("exercises/desks/double", "--submission", path)
            assert set(course.verdicts(*given).values()) == {"passed"}, path

    def test_the_items_of_many_have_their_names(self, course):
        course.write("handed_in/alice/desks/double/exercise.py", TOGETHER)
        course.write("handed_in/bob/exercises/desks/double/exercise.py", ONE_BY_ONE)
        course.write("handed_in/.git/config", "")
        course.write("handed_in/notes.txt", "")
        given = ("exercises", "--submissions", "handed_in", "-k", "trio")
        assert course.verdicts(*given) == {
            "all_doubled[trio-alice]": "passed",
            "overlaps[trio-alice]": "passed",
            "halved[trio-alice]": "failure",
            "all_doubled[trio-bob]": "passed",
            "overlaps[trio-bob]": "failure",
            "halved[trio-bob]": "failure",
        }

    @pytest.mark.parametrize("words", [("exercises",), ()])
    def test_settings_are_not_taken_from_them_in_silence(self, course, words):
        course.write("elsewhere/bob/desks/double/exercise.py", TOGETHER)
        course.write("elsewhere/bob/pytest.ini", "[pytest]\naddopts = -k nothing\n")
        (course.path / "elsewhere").rename(course.path.parent / "elsewhere")
        done = course.pytest("--submission", "../elsewhere/bob", *words)
        assert done.returncode == 4
        assert "say first what to judge it by: `pytest exercises --submission" in done.stderr

    def test_a_failure_names_their_file_and_the_command_for_it(self, course):
        course.write("handed in/bob/desks/double/exercise.py", ONE_BY_ONE)
        given = ("exercises", "--submissions", "handed in", "-k", "overlaps and trio")
        failure = course.judged(*given)["overlaps[trio-bob]"][0]
        assert "\nhanded in/bob/desks/double/exercise.py:2\n" in str(failure.text)
        assert str(failure.text).endswith(" --submission 'handed in/bob'")

    def test_a_file_that_is_missing_fails(self, course):
        course.write("folder/desks/double/exercise.py", TOGETHER)
        case = course.judged("exercises", "--submission", "folder")["halved[trio]"]
        assert case[0].get("message") == "there is no such file"

    def test_any_name_will_do(self, course):
        names = ["a::()b", "a:()b", "a[b]", "tab\tbed", "two\nlines", "\udce4", "Zoë", "[", "-n"]
        for name in names:
            course.write(os.path.join("handed_in", name, "desks/halve/exercise.py"), HALVE)
        given = ("exercises/desks/halve", "--submissions", "handed_in", "-k", "trio")
        assert list(course.verdicts(*given).values()) == ["passed"] * len(names)

    @pytest.mark.parametrize(
        ("words", "sentence"),
        [
            (["exercises", "--submission", "nowhere"], "nowhere does not exist"),
            (["exercises", "--submission", "x" * 300], "file name too long"),
            (["exercises", "--submission", "one.py"], "one.py is one file; say which exercise"),
            (["exercises", "--submission", "elsewhere"], "holds none of the exercises asked for"),
            (["exercises", "--submissions", "nowhere"], "nowhere is not a folder"),
            (["exercises", "--submissions", "one.py"], "one.py is not a folder"),
            (["exercises", "--submissions", "elsewhere"], "there are no folders in elsewhere"),
            (["exercises", "--submissions", "others"], "holds none of the exercises asked for"),
            (["exercises", "--submission", "a", "--submissions", "b"], "give one of the two"),
            (["elsewhere", "--submission", "."], "no checks of a course were collected"),
            (["exercises", "--checker-seed", "-1"], "a seed is a whole number from 0"),
        ],
    )
    def test_bad_input_is_refused_in_a_sentence(self, course, words, sentence):
        course.write("one.py", TOGETHER)
        course.write("elsewhere/notes.txt", "")
        course.write("others/alice/notes.txt", "")
        done = course.pytest(*words)
        assert done.returncode == pytest.ExitCode.USAGE_ERROR
        assert sentence in done.stderr

    def test_one_file_goes_with_whatever_leaves_one_exercise(self, course):
        course.write("one.py", TOGETHER)
        done = course.pytest("exercises", "--submission", "one.py", "-k", "double")
        assert "4 passed, 2 deselected" in done.stdout


class TestSeed:
    def test_a_fresh_one_is_told_in_the_header_and_repeats_the_verdict(self, course):
        first = course.pytest("exercises")
        drawn = re.search(r"^tasklings: --checker-seed (\w+)$", first.stdout, re.MULTILINE)
        assert drawn is not None
        again = course.pytest("exercises", "--checker-seed", drawn[1])
        assert tokens_in(first.stdout) == tokens_in(again.stdout) != []
        assert drawn[0] not in course.pytest("exercises").stdout

    def test_all_workers_draw_from_the_same(self, course, tmp_path):
        pytest.importorskip("xdist")
        notes = tmp_path / "notes"
        note = f'    with open({str(notes)!r}, "a") as notes:\n        print(numbers, file=notes)\n'
        numbers = "    numbers = case.distinct(range(100), 3)\n"
        course.write("exercises/desks/double/checks.py", DOUBLE.replace(numbers, numbers + note))

        def drawn() -> set[str]:
            """All that the checks have drawn so far; and forget it."""
            lines = set(notes.read_text().splitlines())
            notes.unlink()
            return lines

        done = course.pytest("exercises", "-n", "2")
        of_workers = drawn()
        seed = re.search(r"^tasklings: --checker-seed (\w+)$", done.stdout, re.MULTILINE)
        assert seed is not None
        course.pytest("exercises", "--checker-seed", seed[1])
        assert of_workers == drawn()


class TestSandboxes:
    def test_one_serves_all_items_and_is_closed_at_the_end(self, course):
        servers = course.watch()
        assert "2 failed, 4 passed" in course.pytest("exercises").stdout
        (line,) = servers.read_text().splitlines()
        assert not running(int(line.split()[1]))

    @pytest.mark.parametrize("dist", ["load", "loadfile"])
    def test_every_worker_has_its_own(self, course, dist):
        pytest.importorskip("xdist")
        servers = course.watch()
        done = course.pytest("exercises", "-n", "2", "--dist", dist)
        assert "2 failed, 4 passed" in done.stdout
        lines = [line.split() for line in servers.read_text().splitlines()]
        assert len(lines) == len({worker for worker, _ in lines}) == 2
        assert not any(running(int(server)) for _, server in lines)


class TestWorkers:
    def test_they_report_as_one_process_does(self, course):
        pytest.importorskip("xdist")
        alone = course.judged("exercises")
        together = course.judged("exercises", "-n", "2")
        assert {name: [c.text for c in case] for name, case in alone.items()} == {
            name: [c.text for c in case] for name, case in together.items()
        }

    def test_what_they_refuse_is_told_once_and_as_a_sentence(self, course):
        pytest.importorskip("xdist")
        course.write("one.py", TOGETHER)
        done = course.pytest("exercises", "--submission", "one.py", "-n", "2")
        assert done.returncode == pytest.ExitCode.USAGE_ERROR
        assert done.stderr.count("one.py is one file") == 1
        assert "crashed" not in done.stdout


class TestCourse:
    @pytest.mark.parametrize(
        ("file", "text", "sentence"),
        [
            ("exercises/course.toml", "chapters = 1", "course.toml: Expected `array`"),
            ("exercises/desks/halve/checks.py", "x = (", "checks.py: SyntaxError"),
            ("exercises/desks/halve/checks.py", "", "checks.py: no checks in it"),
        ],
    )
    def test_one_that_is_broken_is_an_error_in_a_sentence(self, course, file, text, sentence):
        course.write(file, text)
        done = course.pytest("exercises")
        assert done.returncode == pytest.ExitCode.INTERRUPTED
        assert sentence in done.stdout
        assert "pytest_plugin" not in done.stdout

    def test_an_exercise_that_it_does_not_list_is_not_judged(self, course):
        make_exercise(course, "desks/draft", HALF, HALVE)
        assert len(course.collected("exercises")) == 6

    def test_this_repository_s_own_pytest_runs_its_tests_alone(self):
        here = Place(Path(__file__).parents[1])
        # Nobody's cache is written here.
        items = here.collected("-p", "no:cacheprovider")
        assert len(items) > 100
        assert {item.partition("/")[0] for item in items} == {"tests"}


class TestWithoutACourse:
    @pytest.fixture(autouse=True)
    def project(self, empty: Place) -> None:
        empty.write("test_it.py", "def test_it():\n    pass\n")
        for folder in ("", "exercises/one/two/", "one/"):
            empty.write(f"{folder}checks.py", "raise SystemExit('imported')\n")
            empty.write(f"{folder}exercise.py", "raise SystemExit('imported')\n")

    def test_nothing_is_collected_and_nothing_said(self, empty):
        done = empty.pytest()
        assert done.returncode == 0
        assert "collected 1 item" in done.stdout
        assert "tasklings:" not in done.stdout

    def test_files_of_these_names_stay_what_they_are(self, empty):
        text = "def test_me():\n    pass\n"
        empty.write("exercises/one/two/checks.py", text)
        empty.write("exercises/one/two/exercise.py", text)
        words = ("exercises/one/two/checks.py", "exercises/one/two/exercise.py")
        assert empty.collected(*words) == [f"{word}::test_me" for word in words]

    def test_nothing_of_the_kit_is_imported(self, empty):
        empty.write(
            "conftest.py",
            "import sys\n"
            "def pytest_unconfigure():\n"
            "    kit = ('checker', 'anyio', 'trio', 'msgspec', 'jinja2')\n"
            "    print('loaded', [m for m in sys.modules if m.partition('.')[0] in kit])\n",
        )
        # Without the plugins of others, AnyIO's among them.
        words = ("-s", "-p", "tasklings", "checks.py", "test_it.py", "--collect-only")
        (empty.path / "checks.py").write_text("")
        done = empty.pytest(*words, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")
        assert "loaded ['checker', 'checker.pytest_plugin']" in done.stdout

    @pytest.mark.parametrize("option", ["--seed", "--submission", "--submissions"])
    def test_its_own_options_may_be_called_as_ours_are(self, empty, option):
        empty.write(
            "conftest.py",
            "def pytest_addoption(parser):\n"
            f"    parser.addoption({option!r})\n"
            "def pytest_report_header(config):\n"
            f"    return 'given: ' + config.getoption({option!r})\n",
        )
        done = empty.pytest(option, "1")
        assert done.returncode == 0
        assert "given: 1" in done.stdout
