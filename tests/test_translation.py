"""Every text of the kit that a learner reads can be translated."""

import ast
import gettext
import io
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

import jinja2
import pytest

from checker import cli
from checker.report import BACKENDS
from checker.translation import LOCALE

from .window import Window

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "checker"


@dataclass(frozen=True)
class Text:
    """A call of `_` or `ngettext`: its templates, and the facts that it gives them."""

    where: str
    templates: tuple[str | None, ...]
    """None for one that is no literal."""
    facts: frozenset[str]
    are_all: bool = True
    """Whether these are all: several texts may share a dict of them."""


def calls_in_python(path: Path) -> Iterator[Text]:
    for node in ast.walk(ast.parse(path.read_bytes())):
        match node:
            case ast.Call(ast.Name("_"), [*templates], keywords):
                given = set()
            case ast.Call(ast.Name("ngettext"), [*templates, _], keywords):
                given = {"number"}
            case _:
                continue
        yield Text(
            f"{path.relative_to(ROOT)}:{node.lineno}",
            tuple(t.value if isinstance(t, ast.Constant) else None for t in templates),
            frozenset(given | {keyword.arg for keyword in keywords if keyword.arg is not None}),
            all(keyword.arg is not None for keyword in keywords),
        )


def calls_in_pages(path: Path) -> Iterator[Text]:
    tree = jinja2.Environment().parse(path.read_text("utf-8"))
    for call in tree.find_all(jinja2.nodes.Call):
        if isinstance(call.node, jinja2.nodes.Name) and call.node.name == "_":
            yield Text(
                f"{path.relative_to(ROOT)}:{call.lineno}",
                tuple(a.value if isinstance(a, jinja2.nodes.Const) else None for a in call.args),
                frozenset(keyword.key for keyword in call.kwargs),
            )


TEXTS = [
    *(text for path in sorted(PACKAGE.rglob("*.py")) for text in calls_in_python(path)),
    *(text for path in sorted(PACKAGE.rglob("*.j2")) for text in calls_in_pages(path)),
]
IN_PYTHON = [text for text in TEXTS if ".py:" in text.where and "translation.py" not in text.where]


def places(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def test_there_are_texts_to_look_at():
    assert len(TEXTS) > 100
    assert any(".j2:" in text.where for text in TEXTS)


def test_every_text_is_a_literal_so_that_a_tool_finds_it():
    assert [text.where for text in IN_PYTHON if None in text.templates] == []


def test_a_text_is_given_what_it_tells_of_by_name_and_nothing_else():
    for text in IN_PYTHON:
        wanted = set().union(*(places(template) for template in text.templates))
        # How many there are need not be in the text: "once".
        assert text.facts <= wanted | {"number"}, text.where
        assert not text.are_all or wanted <= text.facts | {"number"}, text.where
        assert all(name.isidentifier() for name in wanted), text.where


def test_nothing_else_is_called_by_the_name_that_translates():
    for path in PACKAGE.rglob("*.py"):
        for function in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(function, ast.FunctionDef):
                names = [n for n in ast.walk(function) if isinstance(n, ast.Name) and n.id == "_"]
                assert len({type(name.ctx) for name in names}) < 2, f"{path}:{function.lineno}"


# --- a language of brackets ---------------------------------------------------------------------

# The brackets are around what a template says itself, and not around what it is given.
IN_BRACKETS = r"""
import gettext, re

class Brackets(gettext.NullTranslations):
    def gettext(self, text):
        # argparse asks for None too, and has places of another kind.
        place = r"{[^{}]+}|%(?:\(\w+\))?[rs]"
        return text and "⟦" + re.sub(place, lambda found: f"⟧{found[0]}⟦", text) + "⟧"

    def ngettext(self, one, many, number):
        return self.gettext(one if number == 1 else many)

gettext.translation = lambda *_, **__: Brackets()
"""
THE_CHECKER = "import sys; from checker.cli import main; sys.exit(main())"

CHECKS = ["doubles", "hurries", "yields", "ends", "refuses"]

FILES = {
    "exercises/course.toml": """
        [[chapters]]
        name = "desks"
        title = "⟦Desks⟧"
        exercises = ["double", "halve"]
        """,
    "exercises/desks/double/exercise.toml": """
        title = "⟦Twice⟧"
        gives = []
        difficulty = 1
        hints = ["⟦Think.⟧", "⟦Think again.⟧"]
        """,
    "exercises/desks/double/checks.py": """
        from checker import check


        @check("⟦It doubles⟧", points=2, advice="⟦multiply⟧")
        def doubles(case):
            for world in case.explore(orders=True):
                world.run("double").expect_value([2, 4])


        @check("⟦It takes its time⟧")
        def hurries(case):
            run = case.world().run("double")
            run.expect_elapsed(1.0, "⟦there is no hurry⟧")


        @check("⟦The loop stays free⟧")
        def yields(case):
            case.world().run("double").expect_unblocked()


        @check("⟦It ends what it starts⟧")
        def ends(case):
            case.world().run("double").expect_nothing_left()


        @check("⟦It refuses⟧")
        def refuses(case):
            case.world().attempt("double").expect_error("ValueError", "⟦nobody asked⟧")
        """,
}
RIGHT = "async def double():\n    return [2, 4]\n"

OF_ONE_ALONE = {
    "exercises/desks/double/exercise.toml": """
        [question]
        text = "⟦What does it return?⟧"

        [[question.answers]]
        key = "doubled"
        text = "⟦Twice as much⟧"
        because = "⟦It multiplies.⟧"

        [[question.answers]]
        key = "nothing"
        text = "⟦Nothing⟧"
        because = "⟦It returns something.⟧"
        """,
    "exercises/desks/double/checks.py": """
        from checker import question


        @question
        def what_it_returns(case):
            return "doubled" if case.world().observe("double").value else "nothing"
        """,
    "exercises/desks/double/example.py": """
        from exercise import double

        from checker.example import play, say


        async def main():
            say("⟦here it comes⟧")
            await double()


        def run():
            play(main)


        if __name__ == "__main__":
            run()
        """,
    "solutions/desks/double/solution.py": RIGHT,
    "solutions/desks/double/note.md": "⟦It multiplies.⟧\n",
}
"""What one exercise has and the other has not."""

WRONG = {
    "a wrong value": "async def double():\n    print('1' * 4)\n    return [1, 2]\n",
    "nothing at all": None,
    "what is too long": "#" * (1 << 17),
    "an endless loop": """
        async def double():
            while True:
                pass
        """,
    "a blocked loop": """
        import time
        async def double():
            time.sleep(1)
            return [2, 4]
        """,
    "a task left behind": """
        import asyncio
        import trio
        async def double():
            try:
                asyncio.get_running_loop()
            except RuntimeError:
                trio.lowlevel.spawn_system_task(trio.sleep, 9)
            else:
                asyncio.ensure_future(asyncio.sleep(9))
            return [2, 4]
        """,
    "another error": "async def double():\n    raise KeyError(1)\n",
    "an exit": "import os\nasync def double():\n    os._exit(0)\n",
}


@pytest.fixture
def course(tmp_path):
    for name, text in FILES.items():
        for path in (name, name.replace("double", "halve")):
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(textwrap.dedent(text), encoding="utf-8")
    for name in ("double", "halve"):
        (tmp_path / "solutions" / "desks" / name).mkdir(parents=True)
        (tmp_path / "solutions" / "desks" / name / "starter.py").write_text("def double(): ...\n")
        (tmp_path / "exercises" / "desks" / name / "exercise.py").write_text(RIGHT)
    for name, text in OF_ONE_ALONE.items():
        with (tmp_path / name).open("a", encoding="utf-8") as file:
            file.write(textwrap.dedent(text))
    return tmp_path


@pytest.fixture
def starter(course):
    """One that can be played: it ends, with a wrong value."""
    file = course / "solutions" / "desks" / "double" / "starter.py"
    file.write_text(textwrap.dedent(WRONG["a wrong value"] or ""))


def in_brackets(course: Path, *words: str, typed: str = "") -> str:
    done = subprocess.run(
        [sys.executable, "-c", IN_BRACKETS + THE_CHECKER, *words],
        cwd=course,
        input=typed,
        capture_output=True,
        text=True,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout + done.stderr


def outside(printed: str) -> set[str]:
    """The words of a text that are in no brackets."""
    printed = re.sub(r"checker [a-z]+ (\S+ )?--replay \w+", "", printed)
    printed = re.sub(r"\b[a-z2-7]{26}\b", "", printed)  # A seed.
    rest, depth = "", 0
    for char in printed:
        depth += (char == "⟦") - (char == "⟧")
        rest += char if depth == 0 else " "
    assert depth == 0, printed
    return set(re.findall(r"(?<![-\w])[A-Za-z]{2,}", rest))


COMMANDS = {"checker", *cli.COMMANDS}
NAMES = {
    *COMMANDS,
    "ValueError",
    "desks",
    "double",
    "halve",
    "asyncio",
    "trio",
    "exercises",
    "exercise",
    "solutions",
    "mine",
    "py",
}
SOURCE = {"time", "sleep", "KeyError"}
"""What is said of a wrong answer in Python's words."""


def test_what_is_outside_of_brackets_is_seen():
    assert outside("✗ ⟦told ⟧what⟦ happened⟧ (trio)\n  12 left 3 s") == {"what", "trio", "left"}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_grade_of_a_wrong_answer_is_translated(course, wrong):
    file = course / "exercises" / "desks" / "double" / "exercise.py"
    file.unlink()
    if WRONG[wrong] is not None:
        file.write_text(textwrap.dedent(WRONG[wrong]))
    printed = in_brackets(course, "grade", "desks")
    assert "✗" in printed
    shown = re.sub(r"^ +\d+ \| .*", "", printed, flags=re.MULTILINE)
    assert outside(shown) <= NAMES | SOURCE, printed


def test_a_run_is_translated(course):
    printed = in_brackets(course, "run", "double")
    assert outside(printed) <= NAMES, printed


@pytest.mark.parametrize(
    "words",
    [
        "",
        "grade",
        "list",
        "hint double",
        "grade halve",
        "list desks",
        "next",
        "brief halve",
        "reset halve",
    ],
)
def test_what_a_command_prints_is_translated(course, words):
    printed = in_brackets(course, *words.split())
    assert "⟦" in printed
    assert outside(printed) <= NAMES, printed


@pytest.mark.parametrize("answer", ["1", "2", "3", "s", ""])
def test_a_question_and_what_is_said_of_each_answer_is_translated(course, starter, answer):
    printed = in_brackets(course, "predict", "double", typed=f"{answer}\n")
    assert "⟦What does it return?⟧" in printed
    shown = re.sub(r"^ +\d+ \| .*", "", printed, flags=re.MULTILINE)
    assert outside(shown) <= NAMES, printed


@pytest.mark.parametrize("typed", ["?", "1", "9", "u", "r", "e", "w", "s", "b", "x"])
def test_a_game_is_translated(course, starter, typed):
    printed = in_brackets(course, "play", "double", typed=f"{typed}\nq\n")
    assert printed.count("> ") == 2
    assert outside(printed) <= NAMES, printed


@pytest.mark.parametrize("backend", ["asyncio", "trio", "all"])
def test_what_is_said_of_an_example_is_translated(course, backend):
    printed = in_brackets(course, "try", "double", "--backend", backend)
    assert "⟦" in printed
    assert outside(printed) <= NAMES, printed


def test_a_workspace_is_made_and_brought_up_to_date_in_the_readers_language(
    course, tmp_path_factory
):
    work = tmp_path_factory.mktemp("work")
    made = in_brackets(work, "init", ".", "--course", str(course))
    same = in_brackets(work, "update")
    (course / "exercises" / "desks" / "double" / "README.md").write_text("⟦Double it.⟧")
    new = in_brackets(work, "update")
    (course / "exercises" / "desks" / "double" / "README.md").write_text("⟦Please double it.⟧")
    better = in_brackets(work, "update")
    (work / "exercises" / "desks" / "double" / "README.md").write_text("⟦Mine.⟧")
    (course / "exercises" / "desks" / "double" / "README.md").write_text("⟦Double it now.⟧")
    mine = in_brackets(work, "update")
    assert "exercises/desks/double/README.md" in new
    assert "diff -u" in mine
    for printed in (made, same, new, better, mine):
        assert "⟦" in printed
        said = re.sub(r"^ +(cd|diff) .*", "", printed, flags=re.MULTILINE)
        assert outside(said) <= {*NAMES, "README", "md"}, printed


def test_what_is_shown_after_a_save_is_translated(course, starter, tmp_path_factory):
    # The judge that it starts speaks the language too.
    language = tmp_path_factory.mktemp("language")
    (language / "sitecustomize.py").write_text(IN_BRACKETS, encoding="utf-8")
    (course / "exercises" / "desks" / "double" / "exercise.py").write_text(
        textwrap.dedent(WRONG["a wrong value"] or "")
    )
    window = Window(
        *(sys.executable, "-m", "checker", "watch", "double"),
        cwd=course,
        columns=100,
        lines=60,
        PYTHONPATH=str(language),
    )
    try:
        window.wait_for("What does it return?")
        asked = window.text()
        window.press("s")
        window.wait_for("⟦verdict⟧")
        window.press("b")
        window.wait_for("It doubles", "Show this run again:", "⟦quit⟧")
        judged = window.text()
        window.press("l")
        window.wait_for("halve")
        listed = window.text()
    finally:
        window.close()
    for shown in (asked, judged, listed):
        shown = re.sub(r"^ +\d+ \| .*", "", shown, flags=re.MULTILINE)
        assert outside(shown) <= {*NAMES, "enter", "esc"}, shown  # What stands on keys.


@pytest.mark.parametrize(
    "words",
    [
        "predict halve",
        "try halve",
        "try double --backend none",
        "play double --check none",
        "watch double",
        "watch doubel",
        "init .",
        "init inside",
        "update",
        "grade doubel",
        "grade nothing-of-the-kind",
        "hint desks",
        "grade --seed x",
        "grade --jobs 0",
        "grade --submission nowhere",
        "grade --submission solutions/desks/double/starter.py",
        "run double --check none",
        "run double --replay aaaa",
        "run double --replay aaaa --seed 1",
        "grade --format junit --backend trio",
        "solution double",
        "solution double --force --show none",
        "open double",
        "reset --all",
        "reset double --all",
        "doubel",
        "nothing-of-the-kind",
    ],
)
def test_what_a_command_complains_of_is_translated(course, words):
    printed = in_brackets(course, *words.split())
    complaint = re.sub(r"'.*?'|`.*?`", "", printed)
    complaint = re.sub(r"/[^\s⟦⟧]+", "", complaint[complaint.rindex("checker") :])
    assert outside(complaint) <= NAMES | {
        "nowhere",
        "inside",
        "solutions",
        "starter",
        "junit",
        *CHECKS,
    }, printed


@pytest.mark.parametrize(
    "command",
    [
        "",
        "next",
        "watch",
        "grade",
        "run",
        "play",
        "predict",
        "try",
        "hint",
        "solution",
        "brief",
        "open",
        "reset",
        "list",
        "init",
        "update",
        "completion",
    ],
)
def test_the_help_of_a_learners_command_is_translated(course, command):
    printed = in_brackets(course, *command.split(), "--help")
    printed = re.sub(r"\{[a-z0-9,_]+\}", "", printed)  # What there is to choose from.
    named = {
        "NAME",
        "DIR",
        "PATH",
        "FILE",
        "CHECK",
        "TOKEN",
        "COMMAND",
        "FORMAT",
        "ANSWER",
        "checker",
    }
    assert outside(printed) <= {*named, *cli.COMMANDS, *BACKENDS}, printed


# --- catalogues ---------------------------------------------------------------------------------


def misfits(catalogue: gettext.NullTranslations) -> list[str]:
    """The texts whose translation has a place that nothing is given for."""
    return [
        template
        for text in TEXTS
        for template in text.templates
        if template is not None and not places(catalogue.gettext(template)) <= places(template)
    ]


class Misprinted(gettext.NullTranslations):
    def gettext(self, message: str) -> str:
        return message.replace("{backend}", "{bakcend}")


def test_a_translation_with_a_place_of_another_name_is_noticed():
    assert misfits(gettext.NullTranslations()) == []
    assert "On {backend} this check passes" in misfits(Misprinted())


def test_every_translation_has_only_the_places_of_its_text():
    for file in LOCALE.rglob("checker.mo"):
        catalogue = gettext.GNUTranslations(io.BytesIO(file.read_bytes()))
        assert misfits(catalogue) == [], file
