"""The walls of the house hold: which room may know which, and what the judge must never do."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from itertools import accumulate
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted(
    path for package in ("checker", "checker_sandbox") for path in (ROOT / package).rglob("*.py")
)


def name_of(path: Path) -> str:
    """`checker.judge.case` for the path of that module."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def type_only(tree: ast.AST) -> set[ast.AST]:
    """What is for type checkers, and never runs."""
    return {
        node
        for test in ast.walk(tree)
        if isinstance(test, ast.If) and ast.unparse(test.test) == "TYPE_CHECKING"
        for statement in test.body
        for node in ast.walk(statement)
    }


def imports(path: Path, *, types: bool = True) -> Iterator[str]:
    """The full name of all that a file imports, wherever in it, of modules and out of them; without
    `types`, of what runs."""
    tree = ast.parse(path.read_bytes())
    left_out = set() if types else type_only(tree)
    for node in ast.walk(tree):
        if node in left_out:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room(name: str) -> str | None:
    """The part of the kit that a full name belongs to: `judge` for `checker.judge.case`."""
    parts = name.split(".")
    if parts[0] == "checker_sandbox":
        return "wire" if parts[1:2] == ["wire"] else "sandbox"
    if parts[0] != "checker":
        return None
    return parts[1] if len(parts) > 1 else "checker"


def rooms_known_by(*names: str) -> dict[str, set[str]]:
    """For each file of these rooms, the other rooms that it imports from."""
    return {
        name_of(path): {
            other
            for imported in imports(path)
            if (other := room(imported)) is not None and other != room(name_of(path))
        }
        for path in FILES
        if room(name_of(path)) in names
    }


def test_there_are_rooms_to_look_into():
    known = {room(name_of(path)) for path in FILES}
    assert {"wire", "report", "judge", "sandbox", "feedback", "cli"} <= known


@pytest.mark.parametrize(
    "name", ["completion", "folding", "given", "harmless", "seeds", "translation", "wire"]
)
def test_the_ground_stands_on_nothing_else_of_the_kit(name):
    for file, known in rooms_known_by(name).items():
        assert known == set(), file


@pytest.mark.parametrize("name", ["arguments", "report", "course"])
def test_the_ground_floor_knows_the_language_it_speaks_and_nothing_else_of_the_kit(name):
    for file, known in rooms_known_by(name).items():
        assert known <= {"given", "seeds", "translation"}, file


def test_the_sandbox_knows_the_wire_and_nothing_else_of_the_kit():
    for file, known in rooms_known_by("sandbox").items():
        assert known <= {"wire"}, file


def test_the_judge_knows_of_the_sandbox_the_wire_and_nothing_of_who_shows_its_reports():
    for file, known in rooms_known_by("judge").items():
        ground = {"folding", "seeds", "translation", "wire"}
        assert known <= ground | {"recording", "report", "course", "submission"}, file


def test_feedback_knows_reports_and_neither_the_judge_nor_the_sandbox():
    for file, known in rooms_known_by("feedback").items():
        assert known.isdisjoint({"judge", "sandbox", "wire", "cli", "sweep"}), file


def test_a_sweep_knows_what_draws_a_page_and_nothing_else_of_feedback():
    for path in FILES:
        if room(name_of(path)) == "sweep":
            known = {name.split(".")[2] for name in imports(path) if room(name) == "feedback"}
            assert known <= {"axis", "page"}, path


def test_nobody_knows_the_command_line_but_itself_and_the_main_module():
    for path in FILES:
        if room(name_of(path)) not in ("cli", "__main__"):
            assert all(room(name) != "cli" for name in imports(path)), path


def test_no_command_knows_another():
    for path in FILES:
        if room(name_of(path)) == "cli":
            assert not any("_command" in name for name in imports(path)), path


def test_nobody_imports_the_sandbox_but_itself():
    for path in FILES:
        if room(name_of(path)) != "sandbox":
            assert all(room(name) != "sandbox" for name in imports(path)), path


# --- the page that says how the house is laid out -----------------------------------------------

MODULES = {name_of(path): path for path in FILES}


def laid_out() -> dict[str, tuple[set[str], set[str]]]:
    """For each room of the page, from the ground up, its modules and the rooms that it may know."""
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    _, _, part = page.partition("### How the house is laid out")
    rows = re.findall(r"^\| (\w+) \| (`.+?`) \| .+? \| (.*?) ?\|$", part, re.MULTILINE)
    named = {room: set(re.findall(r"`([\w.*]+)`", modules)) for room, modules, _ in rows}
    assert len(named) == len(rows)
    homes: dict[str, set[str]] = {room: set() for room in named}
    for module in MODULES:
        packages = [f"{part}.*" for part in accumulate(module.split("."), "{}.{}".format)]
        for name in (module, *reversed(packages)):
            if at_home := [room for room, names in named.items() if name in names]:
                assert len(at_home) == 1, f"{name} is in {at_home}"
                homes[at_home[0]].add(module)
                break
    return {room: (homes[room], set(re.findall(r"\w+", may_know))) for room, _, may_know in rows}


def test_every_module_is_in_a_room_of_the_page_and_every_room_has_one():
    rooms = laid_out()
    assert set().union(*(modules for modules, _ in rooms.values())) == set(MODULES)
    assert all(modules for modules, _ in rooms.values())


def test_every_module_that_the_page_names_exists():
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = re.findall(r"`(checker(?:_sandbox)?(?:\.\w+)*)(?:\.\*)?`", page)
    assert set(named) <= set(MODULES) | {"checker_sandbox"}


def test_each_room_knows_only_rooms_that_the_page_names_and_all_of_them_below_it():
    rooms = laid_out()
    home = {module: room for room, (modules, _) in rooms.items() for module in modules}
    below: set[str] = set()
    for room, (modules, may_know) in rooms.items():
        known = {
            home[name if name in MODULES else name.rpartition(".")[0]]
            for module in modules
            for name in imports(MODULES[module])
            if name.partition(".")[0] in ("checker", "checker_sandbox")
        }
        assert known - {room} <= may_know, room
        assert may_know <= below, room
        below.add(room)


def test_every_import_is_written_in_full():
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_bytes())):
            assert not (isinstance(node, ast.ImportFrom) and node.level), path


def test_no_import_goes_round_in_a_circle_not_even_one_inside_a_function():
    modules = {name_of(path) for path in FILES}
    order = TopologicalSorter(
        {
            name_of(path): {
                name if name in modules else name.rpartition(".")[0]
                for name in imports(path, types=False)
                if room(name) is not None
            }
            for path in FILES
        }
    )
    order.prepare()  # Raises `CycleError`, which names a circle.


# --- in a process -------------------------------------------------------------------------------


def loaded_by(statement: str) -> set[str]:
    """The modules that a fresh Python has loaded after this statement."""
    code = f"import sys\n{statement}\nprint(*sys.modules, sep='\\n')"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return set(done.stdout.split())


def test_importing_the_sandbox_loads_nothing_of_the_judge():
    loaded = loaded_by("import checker_sandbox.server")
    assert "checker_sandbox.run" in loaded
    assert {room(name) for name in loaded} - {None} == {"sandbox", "wire"}


def test_importing_the_judge_loads_nothing_of_the_sandbox():
    loaded = loaded_by("import checker.judge.grade")
    assert "checker.judge.conversation" in loaded
    # The package itself says what it is, and does nothing.
    assert {name for name in loaded if room(name) == "sandbox"} == {"checker_sandbox"}


def test_the_judge_runs_no_event_loop():
    loaded = loaded_by("import checker.judge.grade")
    assert loaded.isdisjoint({"anyio", "trio", "asyncio"})


def test_what_an_author_imports_loads_nothing_until_it_is_used():
    loaded = loaded_by("import checker")
    assert {name for name in loaded if room(name)} == {"checker"}


def test_what_an_author_imports_is_all_there():
    import checker

    for name in checker.__all__:
        home = getattr(checker, name).__module__
        assert home.startswith(("checker.judge.", "checker_sandbox.wire."))
    with pytest.raises(AttributeError, match="no attribute 'Sandbox'"):
        checker.Sandbox  # noqa: B018


def test_what_a_run_loads_has_nothing_of_the_judge_in_it(play):
    run = play("""
        import sys

        async def main():
            return sorted(name for name in sys.modules if name.startswith("checker"))
        """)
    assert {room(name) for name in run.value} == {"sandbox", "wire"}


# --- what the judge must never do ---------------------------------------------------------------

TRUSTED = [p for p in FILES if room(name_of(p)) in ("judge", "wire", "report", "submission")]
CAN_RUN_CODE = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "runpy", "code", "importlib"}
RUNS_CODE = {"eval", "exec", "compile", "__import__", "globals", "breakpoint"}


@pytest.mark.parametrize("path", TRUSTED, ids=name_of)
def test_the_trusted_side_imports_nothing_that_could_make_code_of_data(path):
    assert {name.partition(".")[0] for name in imports(path)}.isdisjoint(CAN_RUN_CODE)


@pytest.mark.parametrize("path", TRUSTED, ids=name_of)
def test_the_trusted_side_never_makes_code_of_data(path):
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Name):
            assert node.id not in RUNS_CODE, node.lineno
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            assert node.func.attr not in {"exec_module", "load_module", "run_path"}, node.lineno


def test_grading_a_submission_does_not_import_it(play):
    play("MARK = 'this is the submission'\nasync def main(): ...")
    assert "exercise" not in sys.modules
    assert "driver" not in sys.modules
