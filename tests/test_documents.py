"""What the documents say is so: commands, the list of exercises, the example for authors."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from checker import cli
from checker.course import Course
from checker.judge.search.explore import QUICK, THOROUGH
from checker_sandbox.wire.limits import CPU_SECONDS, SILENT_SECONDS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def checker(*words: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "checker", *words], cwd=cwd, capture_output=True, text=True
    )


def test_the_readme_says_in_which_exercises_checks_look_at_different_worlds():
    said = re.search(r"exercises \(([^)]*)\) they do not", " ".join(README.split()))
    named = re.findall(r"`(\w+)`", said[1])
    apart = [
        e.short_name
        for e in Course.load(ROOT)
        if (e.folder / "checks.py").read_text(encoding="utf-8").count("case.explore(") > 1
    ]
    assert named == apart


def test_the_readme_lists_every_exercise_with_its_title_and_points_and_no_other():
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (\d+) \|$", README, re.MULTILINE)
    course = Course.load(ROOT)
    assert rows == [(e.short_name, e.title, str(e.max_points)) for e in course]


@pytest.mark.parametrize("document", [README, CONTRIBUTING], ids=["README", "CONTRIBUTING"])
def test_every_command_that_a_document_shows_exists(document):
    shown = set(re.findall(r"\bchecker (\w+)", document)) - {"course"}
    words = {word for word in shown if re.search(rf"(`|^    |/)checker {word}", document, re.M)}
    assert words <= set(cli.COMMANDS)


def test_every_command_is_in_the_readme():
    assert [name for name in cli.COMMANDS if f"checker {name}" not in README] == []


def test_every_option_that_the_readme_names_is_in_the_help_of_its_command():
    helps = {name: checker(name, "--help").stdout for name in cli.COMMANDS}
    for command, option in re.findall(r"checker (\w+)[^\n`]* (--\w+)", README):
        assert option in helps[command]


def test_what_the_readme_says_that_a_command_prints_is_what_it_prints(tmp_path):
    # As the kit was shipped: whoever runs this may have fixed the exercise.
    for exercise in Course.load(ROOT):
        file = tmp_path / exercise.file.relative_to(ROOT)
        file.parent.mkdir(parents=True)
        file.write_bytes(exercise.starter)
    examples = re.findall(r"```console\n\$ checker ([^\n]+)\n(.+?)\n```", README, re.DOTALL)
    assert len(examples) == 2
    for words, shown in examples:
        printed = checker(*words.split(), "--submission", str(tmp_path)).stdout
        for part in shown.split("\n  ...\n"):
            assert part in printed


def test_the_page_of_messages_has_every_wrong_answer_that_the_kit_knows():
    page = (ROOT / "docs" / "messages.md").read_text(encoding="utf-8")
    for exercise in Course.load(ROOT):
        _, _, part = page.partition(f"\n## {exercise.name}: ")
        rows = [row for row in part.partition("\n## ")[0].splitlines() if row.startswith("| ")]
        known = list((exercise.solutions / "mistakes").glob("*.py"))
        assert len(rows) == 2 + 1 + len(known), exercise.name


def test_the_limits_that_the_documents_name_are_the_ones_that_hold():
    scale = " ".join((ROOT / "docs" / "scale.md").read_text(encoding="utf-8").split())
    assert f"costs {CPU_SECONDS} s of one processor" in scale
    assert f"waits for something outside its world {SILENT_SECONDS} s" in scale


def test_the_depths_that_the_documents_name_are_those_of_a_search():
    contributing, readme = " ".join(CONTRIBUTING.split()), " ".join(README.split())
    few, more = QUICK.rounds, QUICK.variations + (QUICK.rounds - 1) * QUICK.more
    assert f"{few} worlds for a check, and {more} more where orders are explored" in contributing
    worlds = THOROUGH.rounds + THOROUGH.variations + (THOROUGH.rounds - 1) * THOROUGH.more
    assert f"at most {THOROUGH.few}, and otherwise more than two hundred worlds" in contributing
    assert 200 < worlds < 300
    assert f'"{THOROUGH.variations} of more than 10^6"' in readme


def test_the_set_up_of_the_readme_is_what_the_project_offers():
    assert (
        "python3 -m venv .venv && .venv/bin/pip install -e '.[test]' && .venv/bin/checker grade"
        in README
    )
    assert ".venv/bin/pytest" in README


def test_the_example_for_authors_is_a_whole_exercise_that_verifies(tmp_path):
    for path, text in re.findall(r"```\w+ file=(\S+)\n(.*?)```", CONTRIBUTING, re.DOTALL):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    for copied, to in re.findall(r"^    cp (\S+) (\S+)$", CONTRIBUTING, re.MULTILINE):
        (tmp_path / to).write_bytes((tmp_path / copied).read_bytes())
    assert "checker verify --accept keep_the_order" in CONTRIBUTING
    checker("verify", "--accept", "keep_the_order", cwd=tmp_path)
    verified = checker("verify", cwd=tmp_path)
    assert verified.stdout.startswith("1 exercise verified"), verified.stdout + verified.stderr
    assert verified.returncode == 0
