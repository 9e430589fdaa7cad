"""The site: its pages are what they would be if they were made now, and what they say is so."""

import contextlib
import io
import re
import shutil
import subprocess
import sys
import tomllib
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

import anyio
import pytest

from checker import cli
from checker.course import Chapter, Course
from checker.sweep import limited
from checker.sweep.doctor import _PROBES
from checker_sandbox.wire.limits import CPU_SECONDS, MAX_ROUNDS, MEMORY, SILENT_SECONDS
from documentation import commands, reference
from documentation.__main__ import makers

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
COURSE = Course.load(ROOT)
MAKERS = makers(ROOT)
PICTURE = DOCS / "lost_update.svg"


def chapter_named(chapter: Chapter) -> str:
    return chapter.name


each_chapter = pytest.mark.parametrize("chapter", COURSE.chapters, ids=chapter_named)


# --- pages that are made ---


@pytest.mark.parametrize("path", list(MAKERS), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_page_is_what_it_would_be_if_it_were_made_now(path):
    assert path.read_text("utf-8") == MAKERS[path](), "run `python -m documentation`"


def test_every_page_of_the_site_is_in_its_contents_and_all_of_those_exist():
    with (ROOT / "zensical.toml").open("rb") as file:
        contents = tomllib.load(file)["project"]["nav"]

    def pages(entry):
        match entry:
            case str():
                yield entry
            case list():
                for one in entry:
                    yield from pages(one)
            case dict():
                yield from pages([*entry.values()])

    assert sorted(pages(contents)) == sorted(
        path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")
    )


@pytest.mark.parametrize(
    "example", list(commands.examples()), ids=lambda one: " ".join([one[0], *one[1]])
)
def test_every_example_of_a_command_is_one_that_the_command_takes(example):
    name, words = example
    cli.command_parser(name).parse_args(words)


def test_the_reference_says_something_of_everything_that_checks_can_import():
    for entry in map(reference.describe, __import__("checker").__all__):
        for one in (entry, *entry.members):
            assert one.text, f"{entry.name}: {one.name} has no docstring"


def test_whatever_an_export_returns_can_be_imported_too():
    checker = __import__("checker")
    of_python = {
        "Any",
        "Callable",
        "ClassVar",
        "Exception",
        "Iterable",
        "Iterator",
        "Literal",
        "Mapping",
        "NoReturn",
    }
    of_python |= {"None", "Random", "RuntimeError", "Self", "Sequence", "T"}
    not_looked_at = {
        "Check",
        "Latency",
        "Question",
    }  # Handed to the kit, and never read by a check.
    known = {*checker.__all__, *of_python, *not_looked_at}
    for entry in map(reference.describe, checker.__all__):
        for one in (entry, *entry.members):
            _call, arrow, returned = one.signature.rpartition("->")
            is_method = "(" in one.signature.partition(":")[0]
            told = returned if arrow else "" if is_method else one.signature.partition(":")[2]
            names = set(re.findall(r"\b[A-Z]\w*", re.sub(r"'[^']*'", "", told)))
            assert names <= known, f"{entry.name}: {one.name} has {names - known}"


def test_the_picture_of_a_terminal_shows_what_the_program_says_now():
    picture = pytest.importorskip("documentation.picture")
    tree = ElementTree.fromstring(PICTURE.read_text("utf-8"))
    drawn = "".join(node.text or "" for node in tree.iter("{http://www.w3.org/2000/svg}text"))
    said = re.sub(r"\x1b\[[\d;]*m", "", "".join(picture.parts(picture.session(ROOT))))
    assert re.sub(r"\s", "", drawn) == re.sub(r"\s", "", said)


HAND_WRITTEN = [
    *(
        DOCS / f"{name}.md"
        for name in ("index", "instructors", "judging", "primer", "troubleshooting")
    ),
    *(chapter.folder / "README.md" for chapter in COURSE.chapters),
]


@pytest.mark.parametrize("page", HAND_WRITTEN, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_and_option_that_a_page_names_exists(page):
    text = page.read_text("utf-8")
    for said in re.findall(r"(?:`|^\$ )checker (?!COMMAND|--)([^`\n]+)", text, re.M):
        name, *words = said.split()
        known = {o for a in cli.command_parser(name)._actions for o in a.option_strings}
        assert {word for word in words if word.startswith("--")} <= known, said


def test_the_set_up_of_the_start_page_is_that_of_the_readme():
    (block,) = re.findall(
        r"^```sh\n(.*?)^```$", (DOCS / "index.md").read_text("utf-8"), re.S | re.M
    )
    readme = (ROOT / "README.md").read_text("utf-8")
    assert [line for line in block.splitlines() if line not in readme] == []


# --- the site itself ---


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site, built without a warning."""
    zensical = shutil.which("zensical", path=str(Path(sys.executable).parent))
    if zensical is None:
        pytest.skip("Zensical is not installed; the extra `docs` has it")
    place = tmp_path_factory.mktemp("site")
    shutil.copytree(DOCS, place / "docs")
    shutil.copy(ROOT / "zensical.toml", place)
    built = subprocess.run(
        [zensical, "build", "--strict"], cwd=place, capture_output=True, text=True
    )
    assert built.returncode == 0, built.stdout + built.stderr
    return place / "build" / "site"


def test_the_site_is_built_without_a_warning_and_has_every_page(site):
    for page in DOCS.rglob("*.md"):
        assert (site / page.relative_to(DOCS)).with_suffix(".html").is_file()


def test_no_page_of_the_site_loads_anything_from_elsewhere(site):
    pages = list(site.rglob("*.html"))
    assert pages
    for page in pages:
        text = page.read_text("utf-8")
        loaded = re.findall(r"<(?:script|link|img|iframe|source|object|embed)\b[^>]*>", text)
        assert [
            tag for tag in loaded if re.search(r"""(?:src|href)=["']?(?:https?:)?//""", tag)
        ] == []
        # For diagrams and light boxes, the scripts of the theme would fetch others.
        assert "mermaid" not in text
        assert "glightbox" not in text
    for sheet in site.rglob("*.css"):
        assert not re.search(r"url\([\"']?(?:https?:)?//|@import", sheet.read_text("utf-8"))
    for drawing in DOCS.rglob("*.svg"):
        said = drawing.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "http" not in said


# --- the primer ---


def snippets() -> list[tuple[str, str, str]]:
    """Each program of the primer, what it prints, and on which backend that is tried."""
    text = (DOCS / "primer.md").read_text("utf-8")
    found = re.findall(r"^```python\n(.*?)^```\n\n```text\n(.*?)^```$", text, re.DOTALL | re.M)
    assert len(found) == text.count("```python")
    return [
        (program, printed, backend)
        for program, printed in found
        for backend in ("asyncio", "trio")
        if backend == "asyncio" or "# on asyncio only" not in program
    ]


@pytest.mark.parametrize(("program", "printed", "backend"), snippets())
def test_a_program_of_the_primer_prints_what_stands_below_it(
    program, printed, backend, monkeypatch
):
    monkeypatch.setattr(anyio, "run", partial(anyio.run, backend=backend))
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(program, "primer.md", "exec"), {"__name__": "primer"})
    assert said.getvalue() == printed


# --- the course ---


def test_no_exercise_needs_a_concept_that_nothing_before_it_gives():
    assert list(COURSE.lacking()) == []
    assert all(exercise.metadata.needs for exercise in COURSE)


CHECKS = """
from checker import Case, check

@check("It returns 2", advice="return 2")
def two(case: Case) -> None:
    case.world().run("main").expect_value(2)
"""


def test_what_needs_a_concept_before_it_is_given_is_told_to_its_author(tmp_path):
    for name, gives in (("early", "magic"), ("late", "more")):
        folder = tmp_path / "exercises" / "one" / name
        folder.mkdir(parents=True)
        (folder / "exercise.toml").write_text(
            f'title = "A"\nneeds = ["magic"]\ngives = ["{gives}"]\n'
            'difficulty = 1\nhints = ["a", "b"]\n'
        )
        (folder / "README.md").write_text("A brief.")
        (folder / "exercise.py").write_text("async def main():\n    return 1\n")
        (folder / "checks.py").write_text(CHECKS)
        solutions = tmp_path / "solutions" / "one" / name
        solutions.mkdir(parents=True)
        (solutions / "starter.py").write_text("async def main():\n    return 1\n")
        (solutions / "solution.py").write_text("async def main():\n    return 2\n")
    (tmp_path / "exercises" / "course.toml").write_text(
        '[[chapters]]\nname = "one"\ntitle = "One"\nexercises = ["early", "late"]\n'
    )
    course = Course.load(tmp_path)
    assert [(e.short_name, concept) for e, concept in course.lacking()] == [("early", "magic")]
    told = subprocess.run(
        [sys.executable, "-m", "checker", "verify", "--seeds", "1", "--no-mutants"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert "early/exercise.toml: needs 'magic', which nothing before it gives" in told.stdout


@each_chapter
def test_the_readme_of_a_chapter_explains_each_concept_that_it_gives(chapter):
    text = (chapter.folder / "README.md").read_text("utf-8")
    emphasized = " | ".join(re.findall(r"\*\*(.+?)\*\*", text, re.DOTALL)).lower()
    assert [concept for concept in chapter.gives if concept.lower() not in emphasized] == []


TERMS = (
    *("task group", "cancel scope", "checkpoint", "event loop", "worker thread", "coroutine"),
    *("Lock", "Semaphore", "CapacityLimiter", "Condition", "Event", "Future", "TaskHandle"),
    *("ExceptionGroup", "EndOfStream", "TaskCancelled", "CancelledError", "Cancelled"),
    *("stream", "shield", "time limit", "deadlock", "livelock", "permit", "token", "cancelled"),
    *("backend", "virtual"),
)
"""What the checker says to learners in the words of AnyIO and of the field."""


@each_chapter
def test_the_terms_that_the_messages_of_a_chapter_use_are_explained_by_then(chapter):
    until = COURSE.chapters[: COURSE.chapters.index(chapter) + 1]
    explained = " ".join(
        word for one in until for word in (one.folder / "README.md").read_text("utf-8").split()
    )
    said = "\n".join(
        (exercise.solutions / "messages.txt").read_text("utf-8") for exercise in chapter.exercises
    )
    used = [term for term in TERMS if re.search(rf"\b{term}s?\b", said)]
    assert used
    assert [term for term in used if not re.search(rf"\b{term}s?\b", explained, re.I)] == []


@each_chapter
def test_the_readme_of_a_chapter_gives_no_answer_away(chapter):
    text = (chapter.folder / "README.md").read_text("utf-8")
    for exercise in chapter.exercises:
        solution = (exercise.solutions / "solution.py").read_text("utf-8").splitlines()
        starter = exercise.starter.decode().splitlines()
        of_the_answer = {line.strip() for line in solution} - {line.strip() for line in starter}
        # An `async with` and its like are the idea itself.
        ideas = ("create_task_group", "create_memory_object_stream", "wait_all_tasks_blocked")
        telling = {
            line
            for line in of_the_answer
            if len(line) > 30 and not any(idea in line for idea in ideas)
        }
        assert [line for line in telling if line in text] == []


@each_chapter
def test_the_readme_of_a_chapter_links_to_what_is_there(chapter):
    for link in re.findall(
        r"\]\((?!https://)([^)#]+)", (chapter.folder / "README.md").read_text("utf-8")
    ):
        assert (chapter.folder / link).exists(), link


# --- numbers ---


def test_the_limits_that_the_page_of_judging_names_are_the_ones_that_hold():
    text = (DOCS / "judging.md").read_text("utf-8")
    assert f"| {CPU_SECONDS} s of processor time |" in text
    assert f"such as a real socket | {SILENT_SECONDS} s |" in text
    assert f"| {MAX_ROUNDS:,} rounds of the event loop |" in text
    assert f"| {MEMORY >> 30} GiB beyond" in text
    help_text = " ".join((DOCS / "troubleshooting.md").read_text("utf-8").split())
    assert f"After {CPU_SECONDS} s of computing or {SILENT_SECONDS} s of waiting" in help_text


def test_the_time_for_archives_that_the_page_for_instructors_names_is_the_one_that_holds():
    text = " ".join((DOCS / "instructors.md").read_text("utf-8").split())
    assert f"together have {limited.SECONDS:g} s of processor time" in text


def test_the_doctor_tries_as_many_attacks_as_the_page_for_instructors_says():
    assert len(_PROBES) == 9
    assert "tries nine attacks" in (DOCS / "instructors.md").read_text("utf-8")
