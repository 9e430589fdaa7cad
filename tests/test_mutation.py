"""Mutants: what operators make of a right answer, which of them checks let pass, and the list of those
that are right after all."""

import subprocess
import sys
from pathlib import Path

import pytest

from checker.course import Course, CourseError
from checker.mutation import equivalent, samples, table
from checker.mutation.families import FAMILIES
from checker.mutation.mutants import Mutant, fingerprint, generate, generate_all
from checker.mutation.survey import Survey, survey
from checker.mutation.trial import Failure, Obstacle

from .conftest import written

ROOT = Path(__file__).parent.parent


def mutants(source: str, *families: str) -> list[Mutant]:
    """The mutants of a source text, of some families or of all."""
    chosen = {name: FAMILIES[name] for name in families or FAMILIES}
    return list(generate(written(source), "solution.py", chosen))


def after(source: str, family: str, what: str) -> str:
    """The source text after the one change of this family that is called so."""
    found = [m.source for m in mutants(source, family) if m.what == what]
    assert found, sorted({m.what for m in mutants(source, family)})
    return found[0]


# --- operators ----------------------------------------------------------------------------------

GUARDED = """
    import anyio

    async def deposit(account, amount, lock: anyio.Lock):
        async with lock:
            balance = await account.read()
            await account.write(balance + amount)
    """

STARTED = """
    import anyio

    async def look_up(directory, name, found):
        number = await directory.find(name)
        found[name] = await directory.look_up(number)

    async def look_up_all(directory, names: list[str], limit: int) -> dict[str, int]:
        found = {}
        places = anyio.Semaphore(limit)
        async with anyio.create_task_group() as group:
            for name in names:
                group.start_soon(look_up, directory, name, found)
        return found
    """

SLOTS = """
    import anyio

    async def ask_all(shops: list[str]) -> list[int | None]:
        prices = [None] * len(shops)

        async def ask(index, shop):
            number = await shop.find()
            if number is not None:
                prices[index] = await shop.price(number)

        async with anyio.create_task_group() as group:
            for index, shop in enumerate(shops):
                group.start_soon(ask, index, shop)
        return prices
    """

# One line that each operator writes, for a source, its family, and what it says that it did.
WRITTEN = [
    (GUARDED, "locks", "one lock for all", "async with _gate:"),
    (GUARDED, "locks", "a lock of its own for each call", "async with anyio.Lock():"),
    (GUARDED, "locks", "a lock for all, held until the other is free", "lock.release()"),
    (GUARDED, "locks", "a lock given back before the work", "lock.release()"),
    (STARTED, "limits", "one more than the limit", "anyio.Semaphore(limit + 1)"),
    (STARTED, "limits", "the limit, but 5 at the most", "anyio.Semaphore(min(limit, 5))"),
    (STARTED, "limits", "the limit, but 4 at least", "anyio.Semaphore(max(limit, 4))"),
    (STARTED, "limits", "8 at a time, in all", "_places = anyio.Semaphore(8)"),
    (STARTED, "order", "batches of 5", "for _first in range(0, len(_items), 5):"),
    (
        STARTED,
        "order",
        "no task: it is waited for at once",
        "await look_up(directory, name, found)",
    ),
    (STARTED, "order", "waits until all the others have got as far", "await _all_there[0].wait()"),
    (STARTED, "order", "starts them in reverse", "for name in list(names)[::-1]:"),
    (STARTED, "order", "a closure that sees the loop's last item", "group.start_soon(_one)"),
    (STARTED, "timeouts", "gives up a call after 10,000 s", "with anyio.move_on_after(10_000):"),
    (STARTED, "timeouts", "raises TimeoutError after 10 s", "with anyio.fail_after(10):"),
    (STARTED, "timeouts", "makes a call again that takes 100 s", "for _ in range(3):"),
    (STARTED, "waiting", "asks every 0.5 s whether the tasks are done", "await anyio.sleep(0.5)"),
    (GUARDED, "waiting", "asks every 0.01 s whether a lock is free", "lock.acquire_nowait()"),
    (STARTED, "memory", "something is kept from the first call", "_kept.setdefault('found', {})"),
    (STARTED, "memory", "does nothing after 1 call", "if len(_calls) > 1:"),
    (STARTED, "memory", "an answer is kept for ever", "await _once(directory.find, name)"),
    (SLOTS, "keys", "truth in place of `is not None`", "if number:"),
    (SLOTS, "keys", "the place of the first item that is equal", "list(shops).index(_item)"),
    (STARTED, "items", "without the last", "for name in list(names)[:-1]:"),
    (STARTED, "items", "without those that are not true", "[_item for _item in names if _item]"),
    (STARTED, "items", "equal ones once", "list(dict.fromkeys(names))"),
    (STARTED, "items", "50 at the most", "for name in list(names)[:50]:"),
    (STARTED, "items", "refuses an empty list", "assert names"),
    (GUARDED, "errors", "swallows an error", "except Exception:"),
    (GUARDED, "errors", "raises a copy of the error", "raise type(_error)(*_error.args) from None"),
    (GUARDED, "errors", "raises a RuntimeError in place of an error", "from _error"),
    (GUARDED, "cancellation", "cannot be cancelled", "with anyio.CancelScope(shield=True):"),
    (STARTED, "leftovers", "a task that belongs to nobody", "_in_background(look_up, directory"),
    (STARTED, "leftovers", "sleeps 0.001 s between two steps", "await anyio.sleep(0.001)"),
    (STARTED, "backends", "asyncio.Semaphore for anyio.Semaphore", "asyncio.Semaphore(limit)"),
    (STARTED, "backends", "a system task of trio's", "trio.lowlevel.spawn_system_task(look_up"),
    (STARTED, "threads", "blocks the event loop for 0.01 s", "time.sleep(0.01)"),
    (SLOTS, "results", "in the order of arrival", "prices.append(await shop.price(number))"),
    (SLOTS, "results", "returns sorted", "return sorted((prices), key=str)"),
    (SLOTS, "results", "returns None is 0", "[_one or 0 for _one in (prices)]"),
    (STARTED, "lines", "no await", "number = directory.find(name)"),
]


@pytest.mark.parametrize(
    ("source", "family", "what", "line"),
    WRITTEN,
    ids=[f"{family}: {what}" for _, family, what, _ in WRITTEN],
)
def test_an_operator_writes_what_it_says(source, family, what, line):
    assert line in after(source, family, what)
    assert line not in written(source)


def test_a_lock_is_dropped_narrowed_and_written_out_by_hand():
    assert "lock:" not in after(GUARDED, "locks", "no lock").partition("def")[2].partition("\n")[2]
    assert after(GUARDED, "locks", "a lock given back too early") == written("""
        import anyio

        async def deposit(account, amount, lock: anyio.Lock):
            async with lock:
                balance = await account.read()
            await account.write(balance + amount)
        """)
    assert after(
        GUARDED, "locks", "a lock given back after an error and not after a cancellation"
    ) == written("""
        import anyio

        async def deposit(account, amount, lock: anyio.Lock):
            await lock.acquire()
            try:
                balance = await account.read()
                await account.write(balance + amount)
            except Exception:
                lock.release()
                raise
            lock.release()
        """)


def test_what_is_returned_inside_a_lock_is_returned_when_it_was_given_back():
    source = """
        import anyio

        class Studio:
            def __init__(self, limit):
                self._permits = anyio.Semaphore(limit)

            async def render(self, picture):
                async with self._permits:
                    return await self.renderer.render(picture)
        """
    lost = after(source, "locks", "a lock not given back after an error or a cancellation")
    assert lost.endswith(
        "        await self._permits.acquire()\n"
        "        _result = await self.renderer.render(picture)\n"
        "        self._permits.release()\n"
        "        return _result\n"
    )


def test_two_locks_are_exchanged_split_and_taken_in_the_order_of_the_arguments():
    source = """
        async def transfer(locks, a, b):
            first, second = sorted((a, b))
            async with locks[first], locks[second]:
                await move(a, b)

        async def transfer_all(accounts):
            locks = [anyio.Lock() for _ in accounts]
        """
    assert "async with locks[second], locks[first]:" in after(
        source, "locks", "taken in the opposite order"
    )
    assert "first, second = (a, b)\n" in after(
        source, "locks", "in the order in which they are named"
    )
    assert "_stripes[index % 8]" in after(source, "locks", "8 locks for all")


def test_a_loop_without_end_ends_after_ten_rounds():
    source = """
        async def beat(watchdog):
            while True:
                await watchdog.beat()
        """
    assert "for _ in range(10):" in after(source, "lines", "ends after 10 rounds")


def test_protocols_annotations_and_docstrings_are_left_alone():
    source = '''
        from typing import Protocol

        class Shop(Protocol):
            """A shop."""

            async def price(self, number: int = 1) -> int:
                """What it costs."""
                ...
        '''
    assert mutants(source) == []


# --- mutants ------------------------------------------------------------------------------------


SOLUTIONS = sorted(ROOT.glob("solutions/*/*/solution.py"))


@pytest.mark.parametrize("path", SOLUTIONS, ids=[path.parent.name for path in SOLUTIONS])
def test_every_mutant_of_a_solution_is_a_program_of_its_own_and_another_one(path):
    source = path.read_text(encoding="utf-8")
    made = list(generate(source, "solution.py"))
    prints = [fingerprint(mutant.source) for mutant in made]  # Raises for what is no program.
    assert len(set(prints)) == len(prints)
    assert fingerprint(source) not in prints
    labels = [mutant.label for mutant in made]
    assert len(set(labels)) == len(labels)
    assert {"timeouts", "errors", "lines", "leftovers"} <= {mutant.family for mutant in made}


def test_the_same_source_has_the_same_mutants_in_the_same_order():
    assert mutants(STARTED) == mutants(STARTED)


def test_a_mutant_keeps_its_name_when_other_lines_change():
    before = {mutant.label for mutant in mutants(GUARDED, "locks")}
    moved = written(GUARDED).replace(
        "async def deposit",
        "BANK = 'far away'\n\n\nasync def open(account):\n    pass\n\n\nasync def deposit",
    )
    assert {
        mutant.label for mutant in generate(moved, "solution.py", {"locks": FAMILIES["locks"]})
    } == before


def test_a_class_is_called_by_its_last_public_method():
    source = """
        class Studio:
            async def open(self):
                await self.door.open()

            async def render(self, picture: str) -> str:
                return await self.renderer.render(picture)

            async def _wait(self):
                await self.queue.wait()
        """
    places = {m.place for m in mutants(source) if m.what == "does nothing after 1 call"}
    assert places == {"Studio.render"}


def test_two_mutants_that_do_the_same_to_equal_lines_have_names_of_their_own():
    made = mutants(
        """
        async def knock(door):
            await door.knock()
            await door.wait()
            await door.knock()
        """,
        "lines",
    )
    gone = [m.digest for m in made if m.what == "no await" and "door.wait" in m.source]
    assert len(gone) == len(set(gone)) == 3


def test_what_two_answers_have_in_common_is_changed_in_the_first_alone():
    first, second = written(GUARDED), written(GUARDED) + "\n\nasync def other():\n    await go()\n"
    made = list(generate_all({"solution.py": first, "alternatives/other.py": second}))
    of_second = [mutant for mutant in made if mutant.file == "alternatives/other.py"]
    assert {mutant.place for mutant in of_second} == {"other"}
    assert "timeouts" not in {mutant.family for mutant in of_second}


def test_a_mutant_is_shown_as_a_difference_from_the_answer_it_was_made_of():
    [mutant] = [m for m in mutants(STARTED, "limits") if m.what == "one more than the limit"]
    assert mutant.diff == written("""
        --- solution.py
        +++ solution.py, one more than the limit
        @@ -7,5 +7,5 @@
         async def look_up_all(directory, names: list[str], limit: int) -> dict[str, int]:
             found = {}
        -    places = anyio.Semaphore(limit)
        +    places = anyio.Semaphore(limit + 1)
             async with anyio.create_task_group() as group:
                 for name in names:
        """).rstrip("\n")


# --- a course with one exercise -----------------------------------------------------------------

SOLUTION = """
import anyio


async def fetch_all(server, limit: int) -> None:
    places = anyio.Semaphore(limit)

    async def fetch(page: int) -> None:
        async with places:
            await server.fetch(page)

    async with anyio.create_task_group() as group:
        for page in range(9):
            group.start_soon(fetch, page)
"""

CHECKS = """
from checker import Case, Service, check


class Server(Service):
    latency = 1.0

    def fetch(self, page: int) -> None:
        pass


@check("Every page is fetched")
def every_page(case: Case) -> None:
    for world in case.explore():
        limit = case.size(2, 3)
        run = world.run("fetch_all", world.add(Server()), limit)
        run.expect(len(run.calls) == 9, "some pages are missing")
"""

STRONG = """

@check("The limit is kept")
def limit_is_kept(case: Case) -> None:
    for world in case.explore():
        limit = case.size(2, 3)
        run = world.run("fetch_all", world.add(Server()), limit)
        run.expect(run.most_in_flight() == limit, "too many, or too few")
"""

ONE_MORE = "one more than the limit"
TRIED = (ONE_MORE, "no limit", "twice the limit")
"""Of a few dozen kinds: enough to be killed and to live."""


@pytest.fixture
def course(tmp_path):
    """Writes a course of one exercise with these checks, and maybe a list of equivalent mutants."""

    def course(checks: str = CHECKS, listed: str | None = None) -> Course:
        folder = tmp_path / "exercises" / "limits" / "pages"
        solutions = tmp_path / "solutions" / "limits" / "pages"
        folder.mkdir(parents=True, exist_ok=True)
        solutions.mkdir(parents=True, exist_ok=True)
        (tmp_path / "exercises" / "course.toml").write_text(
            '[[chapters]]\nname = "limits"\ntitle = "Limits"\nexercises = ["pages"]\n'
        )
        (folder / "exercise.toml").write_text(
            'title = "Too many pages"\ngives = []\ndifficulty = 1\nhints = ["one", "two"]\n'
        )
        (folder / "checks.py").write_text(checks)
        (solutions / "solution.py").write_text(SOLUTION)
        if listed is not None:
            (solutions / equivalent.FILE).write_text(listed)
        return Course.load(tmp_path)

    return course


def some_limits(text):
    return (change for change in FAMILIES["limits"](text) if change.what in TRIED)


@pytest.fixture
def limits_of(course, sandbox):
    """Surveys what becomes of some mutants of limits."""

    def limits_of(checks: str = CHECKS, listed: str | None = None) -> Survey:
        families = {"limits": some_limits}
        [found] = survey(list(course(checks, listed)), sandboxes=[sandbox], families=families)
        return found

    return limits_of


def label(what: str) -> str:
    [mutant] = [
        m
        for m in generate(SOLUTION, "solution.py", {"limits": FAMILIES["limits"]})
        if m.what == what
    ]
    return mutant.label


def test_a_mutant_lives_where_a_check_is_weak_and_is_killed_where_it_is_strong(limits_of):
    weak = limits_of()
    assert ONE_MORE in [fate.mutant.what for fate in weak.holes]
    [(path, text)] = [found for found in weak.findings() if ONE_MORE in found[1]]
    assert path.name == "solution.py"
    assert "+    places = anyio.Semaphore(limit + 1)" in text
    assert weak.score < 1

    strong = limits_of(CHECKS + STRONG)
    [fate] = [fate for fate in strong.fates if fate.mutant.what == ONE_MORE]
    assert fate.outcome == Failure("limit_is_kept", "asyncio")
    assert strong.score > weak.score


def test_a_check_that_stumbles_over_a_mutant_is_a_finding(limits_of):
    found = limits_of(
        CHECKS.replace("run.expect(", "assert limit < 2, 'too many'\n        run.expect(")
    )
    assert isinstance(found.fates[0].outcome, Obstacle)
    assert "the check itself raised AssertionError: too many" in next(found.findings())[1]
    assert found.killed == 0


def test_a_mutant_that_is_listed_with_a_reason_is_no_hole(limits_of):
    listed = f'[[equivalent]]\nreason = "nobody asked"\nmutants = ["{label(ONE_MORE)}"]\n'
    found = limits_of(listed=listed)
    assert found.faults == ()
    assert ONE_MORE not in [fate.mutant.what for fate in found.holes]
    assert [fate.reason for fate in found.fates if fate.mutant.what == ONE_MORE] == ["nobody asked"]
    assert found.equivalent == 1


def test_a_kind_that_is_listed_covers_every_survivor_of_it_and_no_other(limits_of):
    listed = f'[[equivalent]]\nreason = "nobody asked"\nkinds = ["limits: {ONE_MORE}"]\n'
    found = limits_of(listed=listed)
    assert found.faults == ()
    assert ONE_MORE not in [fate.mutant.what for fate in found.holes]
    assert found.holes


def test_a_family_that_is_listed_covers_every_survivor_of_it(limits_of):
    found = limits_of(listed='[[equivalent]]\nreason = "nobody asked"\nfamilies = ["limits"]\n')
    assert found.faults == ()
    assert found.holes == []
    assert found.equivalent == len(found.fates)


def test_one_survivor_of_a_family_that_is_listed_is_enough(limits_of, monkeypatch, tmp_path):
    tried = tmp_path / "tried"  # In a file, since it is another process that tries them.
    tried.touch()

    def first_failure(*_, **__):
        tried.write_text(f"{tried.read_text()}x")
        return Failure("every_page", "trio") if tried.read_text() == "x" else None

    monkeypatch.setattr("checker.mutation.survey.first_failure", first_failure)
    found = limits_of(listed='[[equivalent]]\nreason = "nobody asked"\nfamilies = ["limits"]\n')
    assert tried.read_text() == "xx"
    assert len(found.fates) == 3
    assert found.killed == 1
    assert found.equivalent == 2


UNTRUE = {
    'mutants = ["00000000 solution.py: fetch_all: limits: no such thing"]': "there is no mutant",
    f'mutants = ["{label(ONE_MORE)}"]': "is killed by limit_is_kept on asyncio",
    f'mutants = ["{label(ONE_MORE).replace("one more", "two more")}"]': f"is called '{label(ONE_MORE)}' now",
    f'kinds = ["limits: {ONE_MORE}"]': "no mutant of the kind",
    'families = ["limits"]': "no mutant of the family",
}


@pytest.mark.parametrize(("entry", "said"), UNTRUE.items(), ids=list(UNTRUE.values()))
def test_the_list_must_be_true_to_the_code(limits_of, entry, said):
    found = limits_of(CHECKS + STRONG, f'[[equivalent]]\nreason = "so it is"\n{entry}\n')
    [(path, text)] = found.faults
    assert path.name == equivalent.FILE
    assert said in text
    assert (path, text) in found.findings()


def test_an_entry_of_a_family_that_was_not_tried_is_not_held_against_the_list(limits_of):
    entry = 'mutants = ["00000000 solution.py: fetch: timeouts: gives up"]'
    found = limits_of(listed=f'[[equivalent]]\nreason = "so it is"\n{entry}\n')
    assert found.faults == ()


REFUSED = {
    '[[equivalent]]\nreason = " "\nmutants = ["one"]\n': "no reason is given for 'one'",
    '[[equivalent]]\nreason = "so it is"\n': "names no mutants, kinds or families",
    '[[equivalent]]\nreason = "so it is"\nkinds = ["one", "one"]\n': "'one' is listed twice",
    "[[equivalent]]\nreasons = 1\n": "equivalent.toml",
    "equivalent": "equivalent.toml",
}


@pytest.mark.parametrize(("listed", "said"), REFUSED.items(), ids=list(REFUSED.values()))
def test_a_list_that_is_not_as_it_should_be_is_refused(course, listed, said):
    [exercise] = course(listed=listed)
    with pytest.raises(CourseError, match=said):
        equivalent.load(exercise)


def test_a_list_that_cannot_be_read_is_a_finding_and_excuses_nothing(limits_of):
    found = limits_of(listed="equivalent")
    assert found.equivalent == 0
    assert len(found.faults) == 1


def test_a_right_answer_that_is_no_python_is_a_finding(course, sandbox):
    [exercise] = course()
    (exercise.solutions / "solution.py").write_text("async def fetch_all(")
    [found] = survey([exercise], sandboxes=[sandbox])
    [(path, text)] = found.findings()
    assert path.name == "solution.py"
    assert text.startswith("is not Python: ")


def test_each_mutant_that_survives_is_told_as_soon_as_that_is_known(course, sandbox):
    told, told_by = [], []
    [found] = survey(
        list(course()),
        sandboxes=[sandbox],
        families={"limits": some_limits},
        tried=lambda done, total: told_by.append(len(told)),
        found=told.append,
    )
    assert told == list(found.findings())
    assert told_by == sorted(told_by)
    assert len(set(told_by)) > 1


def test_an_entry_to_paste_says_what_survived_and_waits_for_a_reason(limits_of, course):
    found = limits_of()
    entry = equivalent.describe([fate.mutant for fate in found.holes])
    [exercise] = course(listed=entry)
    with pytest.raises(CourseError, match="no reason is given"):
        equivalent.load(exercise)
    assert limits_of(listed=entry.replace('reason = ""', 'reason = "so it is"')).holes == []


def test_the_table_says_for_each_exercise_what_was_made_killed_and_excused(limits_of):
    found = limits_of(CHECKS + STRONG)
    text = table.describe([found])
    row = f"| `limits/pages` | {len(found.fates)} | {found.killed} | 0 | {len(found.holes)} |"
    assert row in text
    assert f"| `pages` |  | {found.killed} of {len(found.fates)} |" in text


# --- the command --------------------------------------------------------------------------------


def mutate(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "checker", "mutate", *words], cwd=cwd, capture_output=True, text=True
    )


def test_the_command_shows_survivors_as_differences_and_ends_with_the_score(course):
    root = course().root
    done = mutate("pages", "--family", "limits", cwd=root)
    assert done.returncode == 1, done.stderr
    assert (
        f"solutions/limits/pages/solution.py: a mutant survives: fetch_all: limits: {ONE_MORE}"
        in (done.stdout)
    )
    assert "  +    places = anyio.Semaphore(limit + 1)" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("limits/pages: ")
    assert mutate("pages", "--family", "limits", cwd=root).stdout == done.stdout


def test_the_command_lists_entries_and_passes_when_they_have_a_reason(course):
    root = course(CHECKS + STRONG).root
    done = mutate("--family", "limits", "--list", cwd=root)
    start, end = done.stdout.index("[[equivalent]]"), done.stdout.index("limits/pages:")
    listed = done.stdout[start:end].replace('reason = ""', 'reason = "so it is"')
    course(CHECKS + STRONG, listed)
    again = mutate("--family", "limits", "--all", cwd=root)
    assert again.returncode == 0, again.stdout
    assert ": equivalent: so it is" in again.stdout
    assert ": killed by limit_is_kept on asyncio" in again.stdout
    assert "score 100 %" in again.stdout


def test_of_each_family_the_first_mutant_that_a_quick_grade_catches_is_shown(limits_of, sandbox):
    page = samples.describe([limits_of(CHECKS + STRONG)], [sandbox])
    [row] = [row for row in page.splitlines() if row.startswith("| limits")]
    assert "The limit is kept | too many, or too few" in row
    assert "## limits/pages" in page


def test_scores_are_written_for_all_exercises_or_not_at_all(course):
    refused = mutate("pages", "--accept", cwd=course().root)
    assert refused.returncode == 2
    assert "docs/mutation.md is about all exercises" in refused.stderr
