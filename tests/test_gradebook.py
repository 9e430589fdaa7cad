"""The gradebook: what it says of a cohort, how it is sorted, filtered and opened, and that nothing in
a submission can make it do anything else."""

import base64
import hashlib
import json
import re
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.recording import Lane, Mark, Print, Recording, Sentence, Span
from checker.report import BACKENDS, CheckReport, ExerciseReport, summarize_exercise
from checker.sweep.book import Book
from checker.sweep.gradebook import render
from checker.sweep.marks import Deadline, Rules
from checker.sweep.results import Cohort, ExerciseInfo, Flag, Student, Work

from .browser import needs_browser, probe

EXERCISES = ("locks/lost_update", "locks/deadlock", "groups/forgotten_await")
STARTER = "async def main():\n    pass\n"

SOURCE = """import anyio


async def deposit(account, amount):
    balance = await account.read()
    await account.write(balance + amount)
"""

LONG = SOURCE + "".join(
    f"\n\nasync def helper_{n}(account):\n    return await account.method_{n}({n}, key_{n}=account)\n"
    for n in range(8)
)


def recorded(backend: str, title: str, message: str) -> Recording:
    lanes = (
        Lane(
            "task", 1, "deposit_all", None, 0, 0.31, False,
            (Span("wait", "its task group, where task 2 is still running", 4, 0, 0.31, "done"),),
        ),
        Lane(
            "task", 2, "deposit", 1, 0, 0.31, False,
            (
                Span("call", "read()", 5, 0, 0.08, "done", ("read() -> 427", "read()")),
                Span("call", "write()", 6, 0.08, 0.31, "failed", ("write(527)", "write()")),
            ),
            (Mark("error", "ValueError: overdrawn", 6, 0.31),),
        ),
    )  # fmt: skip
    return Recording(
        EXERCISES[0], "The lost deposit", title, backend, "7f3a9c", False, message, "exercise.py",
        "", 0.31, lanes, (Sentence(0.31, "task 2 (deposit) is told too late", 6, True),),
        (Print(0.2, "paid in"),),
    )  # fmt: skip


def report(
    exercise: str, failed: dict[str, str] | None = None, *, started: bool = True, first: bool = True
) -> ExerciseReport:
    """Two checks, of 3 points and 2. What `failed` has for a backend is what the checks say on it:
    the first of them, or the second if not `first`."""
    failed = failed or {}
    checks = []
    for n, (name, title, points) in enumerate(
        (("kept", "No deposit is lost", 3), ("fast", "The deposits overlap", 2))
    ):
        for backend in BACKENDS:
            message = failed.get(backend, "") if first == (n == 0) else ""
            checks.append(
                CheckReport(
                    name, title, backend, "failed" if message else "passed", points, message,
                    "exercise.py", 5 if message else None, reason=message[:4],
                )
            )  # fmt: skip
    return summarize_exercise(exercise, exercise.title(), tuple(checks), started=started)


def work(exercise: str, status: str = "passed", source: str = SOURCE, message: str = "") -> Work:
    digest = hashlib.sha256(source.encode("utf-8", "replace")).hexdigest()
    message = message or "the account ends with 477, and should end with 577\nTry: a lock"
    if status == "not_submitted":
        return Work(report(exercise, started=False), "", "")
    if status == "not_started":
        return Work(report(exercise, started=False), STARTER, digest)
    if status == "not_graded":
        found = report(exercise)
        checks = tuple(
            CheckReport(
                c.name, c.title, c.backend, "not_graded", c.points, "no memory", c.file, None
            )
            for c in found.checks
        )
        return Work(summarize_exercise(exercise, "", checks, started=True), source, digest)
    on = {"failed": BACKENDS, "failed_on_trio": ("trio",), "passed": ()}[status]
    found = report(exercise, dict.fromkeys(on, message))
    runs = tuple(recorded(backend, "No deposit is lost", message) for backend in on)
    return Work(found, source, digest, recordings=runs)


def student(name: str, *works: Work, group: str = "", **more) -> Student:
    fields = {"submitted": True, "handed_in": None, "problems": ()}
    return Student(name=name, group=group, works=works, **(fields | more))


def cohort(*students: Student, isolation: str = "bubblewrap", exercises=EXERCISES) -> Cohort:
    infos = tuple(ExerciseInfo(name, f"The story of {name}", 5) for name in exercises)
    versions = {"tasklings": "0.1.0", "anyio": "4.16.0", "trio": "0.31.0"}
    return Cohort(42, isolation, versions, infos, students)


def three() -> Cohort:
    one, two, three = EXERCISES
    return cohort(
        student("Ann", work(one), work(two), work(three), group="monday"),
        student(
            "Bob",
            work(one, "failed"),
            work(two, "failed_on_trio"),
            work(three, "not_started"),
            group="friday",
            handed_in=datetime(2026, 3, 2, 12, tzinfo=UTC).timestamp(),
        ),
        student(
            "Cem",
            work(one, "not_submitted"),
            work(two, "not_graded"),
            work(three),
            group="monday",
            problems=("deadlock.py is a link", "an empty archive"),
        ),
    )


def page_of(found: Cohort, rules: Rules | None = None, starter: str = STARTER) -> str:
    book = Book(found, rules or Rules(), (), ())
    return render(book, {exercise.name: starter for exercise in found.exercises})


@dataclass
class Page(HTMLParser):
    """The tags of a page with their attributes, its text without style and script, its data, and the
    cells of its first table."""

    source: str
    tags: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    words: str = ""
    data: dict[str, str] = field(default_factory=dict)
    rows: list[list[str]] = field(default_factory=list)
    within: str | None = ""
    in_cell: bool = False

    def __post_init__(self):
        super().__init__()
        self.feed(self.source)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.within = None
        if tag in ("style", "script"):
            self.within = dict(attrs).get("id", "")
        elif tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
            self.in_cell = True

    def handle_endtag(self, tag):
        self.within = None
        self.in_cell = self.in_cell and tag not in ("td", "th")

    def handle_data(self, data):
        if self.within is not None:
            self.data[self.within] = data
            return
        self.words += data
        if self.in_cell:
            self.rows[-1][-1] += data

    def find(self, tag: str, part: str = "") -> list[dict[str, str | None]]:
        return [
            attributes
            for name, attributes in self.tags
            if name == tag and (not part or part in (attributes.get("class") or "").split())
        ]


def said(source: str) -> str:
    return " ".join(Page(source).words.split())


# --- what it says -------------------------------------------------------------------------------


def test_the_table_can_be_read_without_a_script():
    rows = Page(page_of(three())).rows
    assert rows[2][:6] == ["Ann", "monday", "15", "✓ 5", "✓ 5", "✓ 5"]
    assert rows[3][:6] == ["Bob", "friday", "4", "✗ 2", "trio✗ 2", "·"]
    assert rows[4][:6] == ["Cem", "monday", "?5", "–", "?", "✓ 5"]
    assert rows[4][-1] == "deadlock.py is a link; an empty archive"


def test_it_is_a_real_table_whose_heads_say_what_they_are_of():
    page = Page(page_of(three()))
    assert [head["scope"] for head in page.find("th")][:3] == ["colgroup", "colgroup", "col"]
    assert sum(head["scope"] == "row" for head in page.find("th")) == 3
    assert len(page.find("caption")) == 1


def test_the_head_says_how_many_handed_in_and_passed_and_what_judged_them():
    words = said(page_of(three()))
    for part in ("3 students", "3 handed something in", "1 passed everything", "3 exercises"):
        assert part in words
    assert "seed 42 · isolation bubblewrap · anyio 4.16.0 · tasklings 0.1.0 · trio" in words


def test_a_seed_is_named_and_a_secret_is_not():
    assert "seed 42" in page_of(three())
    assert "seed" not in Page(page_of(msgspec.structs.replace(three(), seed=None))).words


def test_what_is_not_judged_yet_is_told_from_what_could_not_be():
    waiting = page_of(cohort(student("Ann", work(EXERCISES[0]))))
    assert 'title="not judged yet"' in waiting
    assert 'title="could not be judged"' not in waiting
    assert 'title="no mark yet: not everything is judged yet"' in waiting
    lost = page_of(cohort(student("Ann", *(work(one, "not_graded") for one in EXERCISES))))
    assert 'title="not judged yet"' not in lost
    assert 'title="could not be judged"' in lost
    assert 'title="no mark yet: something could not be judged"' in lost


def test_only_a_sweep_without_a_jail_is_warned_of():
    bob = student("Bob", *(work(name) for name in EXERCISES))
    assert "ran without a jail" in said(page_of(cohort(bob, isolation="process")))
    assert "ran without a jail" not in said(page_of(cohort(bob)))


def test_it_tells_what_the_judge_saw_from_what_is_the_sandboxs_word():
    words = said(page_of(three()))
    judge, sandbox = words.index("The judge saw itself"), words.index("The sandbox's word")
    assert judge < words.index("in virtual time") < sandbox
    assert sandbox < words.index("what was left running")


def test_there_are_no_groups_where_nobody_has_one():
    cohort = three()
    heads = [
        head["data-column"] for head in Page(page_of(cohort)).find("th") if "data-column" in head
    ]
    assert heads[:3] == ["name", "group", "total"]
    alone = msgspec.structs.replace(
        cohort, students=tuple(msgspec.structs.replace(s, group="") for s in cohort.students)
    )
    heads = [
        head["data-column"] for head in Page(page_of(alone)).find("th") if "data-column" in head
    ]
    assert heads[:2] == ["name", "total"]


def test_flags_are_counted_and_shown_at_their_cells():
    flagged = work(EXERCISES[0])
    flagged = Work(flagged.report, SOURCE, "ab", (Flag(1, "imports ctypes"), Flag(2, "calls exec")))
    rows = Page(page_of(cohort(student("Ann", flagged, *map(work, EXERCISES[1:]))))).rows
    assert rows[2][2] == "✓ 5⚑"
    assert rows[2][-2] == "2"


def test_rules_make_the_total():
    rules = Rules(
        partial_credit=False,
        weights={"groups": Decimal(0)},
        deadline=Deadline(datetime(2026, 3, 1, 18, tzinfo=UTC), percent_a_day=Decimal(10)),
    )
    one, two, three = EXERCISES
    on = datetime(2026, 3, 2, 12, tzinfo=UTC).timestamp()
    late = student("Ann", work(one), work(two, "failed"), work(three), handed_in=on)
    source = page_of(cohort(late), rules)
    assert Page(source).rows[2][1:5] == ["late6.75", "✓ 5", "✗ 0", "✓ 5"]
    assert "handed in 1 day late, which takes 10 % off" in source


def test_an_exercise_that_was_not_judged_is_no_failure():
    rows = Page(page_of(cohort(student("Ann", work(EXERCISES[0]))))).rows
    assert rows[2][:5] == ["Ann", "?5", "✓ 5", "?", "?"]
    assert Page(page_of(cohort(student("Ann", submitted=False)))).rows[2][2:5] == ["–"] * 3


def test_a_cohort_of_nobody_and_of_nothing_has_a_gradebook():
    assert "0 students" in said(page_of(cohort()))
    assert "0 exercises" in said(page_of(cohort(student("Ann"), exercises=())))


def test_the_same_cohort_makes_the_same_page():
    assert page_of(three()) == page_of(three())


def test_statistics_say_how_many_fail_which_check_and_where():
    one = EXERCISES[0]
    statuses = ["passed", "failed", "failed", "failed_on_trio", "not_started", "not_submitted"]
    found = cohort(
        *(student(f"S{n}", work(one, status)) for n, status in enumerate(statuses)),
        exercises=(one,),
    )
    words = said(page_of(found))
    assert "1 passed 3 failed 1 not started 1 not submitted 1 on trio only" in words
    assert "No deposit is lost 3 failed: 2 on asyncio and trio, 1 on trio" in words
    assert "The deposits overlap" not in words


def test_messages_of_one_place_in_a_check_are_counted_together():
    one = EXERCISES[0]
    texts = [
        "task 3 (deposit) left 553 of 12, 13 and 14; 'ann' has 0.5 s\nTry: a lock",
        "task 12 (main) left 7 of 1; 'bob' has 12 s\nTry: a lock",
        "it raised ValueError: overdrawn\nTry: a lock",
    ]
    found = cohort(
        *(student(f"S{n}", work(one, "failed", message=text)) for n, text in enumerate(texts)),
        exercises=(one,),
    )
    words = said(page_of(found))
    assert "2 × task 3 (deposit) left 553 of 12, 13 and 14; 'ann' has 0.5 s" in words
    assert "1 × it raised ValueError: overdrawn" in words
    assert "asyncio and trio (2); for example: task 3 (deposit) left 553" in words


def test_works_that_are_alike_are_named_together_as_a_reason_to_look():
    one = EXERCISES[0]
    found = cohort(
        student("Ann", work(one, source=LONG)),
        student("Bob", work(one)),
        student("Cem", work(one, source=LONG.replace("account", "konto"))),
        exercises=(one,),
    )
    source = page_of(found)
    assert "A reason to look, never a proof" in said(source)
    assert re.search(r"100 %\s*Ann\s*Cem\s*but for names", said(source))
    assert "No works are so alike" in said(page_of(three()))


def test_whose_work_could_not_be_compared_is_named():
    dotted = f"import {'.'.join('a' * 250)}\n"
    page = page_of(cohort(student("ann", work("locks/lost_update", source=dotted))))
    assert "Not compared" in page
    assert "Not compared" not in page_of(three())


def test_what_the_starter_has_makes_nobody_alike():
    one = EXERCISES[0]
    found = cohort(*(student(n, work(one, source=LONG)) for n in ("Ann", "Bob")), exercises=(one,))
    assert "No works are so alike" in said(page_of(found, starter=LONG))


def packed(source: str) -> list[list[dict[str, object]]]:
    packages = json.loads(Page(source).data["packed"])
    return [json.loads(zlib.decompress(base64.b64decode(each))) for each in packages]


def test_equal_works_are_stored_once():
    one = EXERCISES[0]
    found = cohort(*(student(f"S{n}", work(one, "failed")) for n in range(50)), exercises=(one,))
    assert [len(works) for works in packed(page_of(found))] == [1]


def test_a_page_of_many_different_works_is_packed():
    one = EXERCISES[0]
    found = cohort(
        *(student(f"S{n}", work(one, "failed", source=f"{SOURCE}\n# {n}")) for n in range(400)),
        exercises=(one,),
    )
    source = page_of(found)
    works = [each for package in packed(source) for each in package]
    assert len(works) == 400
    assert len(packed(source)) > 1
    assert len(Page(source).data["packed"]) < len(json.dumps(works)) / 8


# --- what it does not do ------------------------------------------------------------------------


def test_its_policy_admits_its_own_style_and_script_and_nothing_else():
    source = page_of(three())
    (meta,) = [each for each in Page(source).find("meta") if "http-equiv" in each]
    parts = [part.strip().partition(" ") for part in meta["content"].split(";")]
    policy = {name: rest for name, _, rest in parts}
    assert policy.pop("default-src") == "'none'"
    for name in ("style", "script"):
        (text,) = re.findall(f"<{name}>(.*?)</{name}>", source, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert policy.pop(f"{name}-src") == f"'sha256-{digest}'"
    assert policy == {"base-uri": "'none'", "form-action": "'none'"}


def test_it_refers_to_nothing_outside_of_itself():
    page = Page(page_of(three()))
    for _, attributes in page.tags:
        assert not {"src", "srcset", "action", "style", "data", "ping"} & set(attributes)
        assert not any(name.startswith("on") for name in attributes)
        assert (attributes.get("href") or "#").startswith("#")
    assert not page.find("link")


HOSTILE = [
    "<script>document.title = 'taken'</script>",
    "</script><script>document.title = 'taken'</script><!--<script>",
    "</title></style></svg><img src=x onerror=\"document.title = 'taken'\">",
    '" onfocus="document.title=\'taken\'" autofocus x="',
    "' onmouseover='document.title=1' '",
    "{{ 7 * 7 }}{% raw %}",
    "]]><!-- -->&lt;b&gt;&#60;\u2028\u2029",
    "\u202edetropme\u2066\x00\x1b[31m\ud800",
    "__proto__",
]


def hostile(text: str) -> Cohort:
    """A cohort that has this text wherever there can be one."""
    name = "x" + text
    found = work(EXERCISES[0], "failed", source=text, message=text)
    span = Span("call", text, 1, 0, 1, "done", (text,))
    run = Recording(
        text, text, text, text, text, False, text, text, "", 1,
        (Lane("task", 1, text, None, 0, 1, False, (span,), (Mark("error", text, 1, 1),)),),
        (Sentence(1, text, 1, True),),
        (Print(1, text),),
    )  # fmt: skip
    checks = tuple(
        CheckReport(text, text, backend, "failed", 3, text, text, 1) for backend in BACKENDS
    )
    verdict = summarize_exercise(name, text, checks, started=True)
    hostile = Work(verdict, text, text, (Flag(1, text),), (run, found.recordings[0]))
    longer = Work(verdict, f"{text!r}\n{LONG}", text, (Flag(1, text),), (run,))
    return Cohort(
        1,
        "process",
        {text: text},
        (ExerciseInfo(name, text, 3),),
        tuple(
            Student(f"{who}{text}", text, True, 1e99, (text,), (done,))
            for who, done in (("a", hostile), ("b", longer), ("c", longer))
        ),
    )


def shape(source: str) -> list[tuple[str, list[str]]]:
    # A name may be broken at its underscores.
    return [(tag, sorted(attributes)) for tag, attributes in Page(source).tags if tag != "wbr"]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_text(text):
    source = page_of(hostile(text))
    assert shape(source) == shape(page_of(hostile("x")))
    source.encode()
    assert not re.search("[\x00\x1b\u202e\u2066]", source)
    for data in (Page(source).data[name] for name in ("index", "packed")):
        json.loads(data)
        assert not re.search("[<>&\u2028]", data)


@settings(max_examples=30)
@given(st.text(alphabet=st.characters(exclude_characters="\r\n"), min_size=1, max_size=30))
def test_no_text_changes_the_shape_of_the_page(text):
    assert shape(page_of(hostile("x" + text))) == shape(page_of(hostile("x")))


# --- in a browser -------------------------------------------------------------------------------

HELPERS = """
const shown = () => all(".sheet tbody tr").filter((row) => !row.hidden).map((row) => row.cells[0].textContent);
const head = (text) => all(".sheet [data-column]").find((each) => each.textContent.includes(text));
const cell = (row, column) => all(".sheet tbody tr")[row].cells[column];
const choose = (id, value) => {
    one(`#${id}`).value = value;
    one(`#${id}`).dispatchEvent(new Event(id === "typed" ? "input" : "change", { bubbles: true }));
};
const pause = (time = 0) => new Promise((resolve) => setTimeout(resolve, time));
const until = async (done) => { for (let n = 0; n < 500 && !done(); n++) await pause(10); };
const opened = () => until(() => one("dialog .halves, dialog .verdicts"));
const words = (selector) => one(selector).textContent.replace(/\\s+/g, " ").trim();
"""


def found_in(folder: Path, page: str, script: str, *flags: str) -> dict[str, Any]:
    return probe(folder, page, HELPERS + script, *flags)


@needs_browser
def test_a_click_on_a_head_sorts_and_another_turns_it_round(tmp_path):
    found = found_in(
        tmp_path,
        page_of(three()),
        """
        found.start = [shown(), head("Name").getAttribute("aria-sort")];
        one("button", head("Points")).click();
        found.points = [shown(), head("Points").getAttribute("aria-sort"), head("Name").getAttribute("aria-sort")];
        one("button", head("Points")).click();
        found.turned = [shown(), head("Points").getAttribute("aria-sort")];
        one("button", head("Group")).click(); found.group = shown();
        one("button", head("deadlock")).click(); found.exercise = shown();
        one("button", head("Problems")).click(); found.problems = shown();
        """,
    )
    assert found == {
        "start": [["Ann", "Bob", "Cem"], "ascending"],
        "points": [["Ann", "Cem", "Bob"], "descending", None],
        "turned": [["Bob", "Cem", "Ann"], "ascending"],
        "group": ["Bob", "Ann", "Cem"],
        "exercise": ["Ann", "Bob", "Cem"],
        "problems": ["Cem", "Ann", "Bob"],
    }


@needs_browser
def test_text_group_and_status_filter_and_the_count_is_told(tmp_path):
    found = found_in(
        tmp_path,
        page_of(three()),
        """
        const count = () => one("output").textContent;
        found.live = one("output").getAttribute("aria-live");
        found.start = [shown(), count()];
        choose("typed", " MON an"); await pause(300); found.typed = [shown(), count()];
        choose("typed", ""); await pause(300);
        choose("group", "1"); found.group = [shown(), count()];
        choose("group", "");
        choose("status", "failed"); found.failed = shown();
        choose("exercise", "2"); found.there = [shown(), one(".nobody").hidden];
        choose("status", "not_started"); found.started = shown();
        choose("exercise", ""); choose("status", "one_backend"); found.one = shown();
        one(".tools [type=reset]").click(); await pause(50); found.reset = [shown(), count()];
        """,
    )
    assert found == {
        "live": "polite",
        "start": [["Ann", "Bob", "Cem"], "3 students"],
        "typed": [["Ann"], "1 of 3 students"],
        "group": [["Ann", "Cem"], "2 of 3 students"],
        "failed": ["Bob"],
        "there": [[], False],
        "started": ["Bob"],
        "one": ["Bob"],
        "reset": [["Ann", "Bob", "Cem"], "3 students"],
    }


@needs_browser
def test_arrow_keys_go_from_cell_to_cell_past_what_is_filtered_out(tmp_path):
    found = found_in(
        tmp_path,
        page_of(three()),
        """
        const at = () => [document.activeElement.parentNode.cells[0].textContent, document.activeElement.cellIndex];
        found.stops = all('.sheet tbody [tabindex="0"]').length;
        one('.sheet tbody [tabindex="0"]').focus(); found.first = at();
        press("ArrowRight"); press("ArrowRight"); press("ArrowRight"); found.right = at();
        found.label = document.activeElement.getAttribute("aria-label");
        press("ArrowDown"); found.down = at();
        press("End"); press("ArrowRight"); found.end = at();
        press("Home"); press("ArrowUp"); found.home = at();
        press("End", { ctrlKey: true }); found.last = at();
        choose("group", "1");
        one('.sheet tbody [tabindex="0"]').focus();
        press("ArrowDown"); found.past = at();
        press("ArrowDown"); found.bottom = at();
        found.left = all('.sheet tbody [tabindex="0"]').length;
        """,
    )
    assert found["stops"] == found["left"] == 1
    assert found["first"] == ["Ann", 0]
    assert found["right"] == ["Ann", 3]
    assert found["label"] == "Ann, lost_update: passed, 5 of 5 points"
    assert found["down"] == ["Bob", 3]
    assert found["end"] == ["Bob", 7]
    assert found["home"] == ["Ann", 0]
    assert found["last"] == ["Cem", 7]
    assert found["past"] == found["bottom"] == ["Cem", 0]


@needs_browser
def test_without_groups_the_keys_and_cells_mean_the_same(tmp_path):
    cohort = three()
    alone = msgspec.structs.replace(
        cohort, students=tuple(msgspec.structs.replace(s, group="") for s in cohort.students)
    )
    found = found_in(
        tmp_path,
        page_of(alone),
        """
        found.hidden = one("#group").closest("label").offsetParent === null;
        one('.sheet tbody [tabindex="0"]').focus();
        press("ArrowRight"); press("ArrowRight"); press("Enter"); await opened();
        found.title = words("dialog h2");
        """,
    )
    assert found["hidden"]
    assert "lost_update" in found["title"]


@needs_browser
def test_many_problems_take_no_more_than_two_rows(tmp_path):
    first, *others = three().students
    many = msgspec.structs.replace(first, problems=tuple(f"problem {n}" for n in range(90)))
    found = found_in(
        tmp_path,
        page_of(msgspec.structs.replace(three(), students=(many, *others))),
        """
        const row = one(".sheet tbody tr");
        found.height = frame(row).height;
        found.text = row.textContent.includes("problem 89");
        """,
    )
    assert found["height"] < 60
    assert found["text"]


@needs_browser
def test_enter_opens_what_lies_behind_a_cell_and_escape_goes_back_to_it(tmp_path):
    found = found_in(
        tmp_path,
        page_of(three()),
        """
        one('.sheet tbody [tabindex="0"]').focus();
        press("ArrowDown"); press("ArrowRight"); press("ArrowRight"); press("ArrowRight");
        const from = document.activeElement;
        press("Enter"); await opened();
        found.open = one("dialog").matches(":modal");
        found.inside = one("dialog").contains(document.activeElement);
        found.title = words("dialog h2");
        found.checks = words("dialog .verdicts");
        found.message = words("dialog .message");
        found.code = all("dialog .source code").map((line) => line.textContent);
        found.struck = all("dialog .source .struck").map((line) => line.dataset.line);
        found.runs = all("dialog .run").map((run) => run.textContent.split("—")[1].trim().slice(0, 7));
        found.items = all("dialog .item").map((item) => item.getAttribute("aria-label"));
        found.story = words("dialog .story");
        found.prints = words("dialog .prints");
        found.token = words("dialog .command");
        press("Escape");
        found.closed = !one("dialog").open && document.activeElement === from;
        """,
    )
    assert found["open"]
    assert found["inside"]
    assert (
        found["title"] == "Boblost_update — The story of locks/lost_update: ✗ failed, 2 of 5 points"
    )
    assert (
        "No deposit is lost✗ failed✗ failed3The deposits overlap✓ passed✓ passed2"
        in found["checks"]
    )
    assert found["message"] == "the account ends with 477, and should end with 577 Try: a lock"
    assert found["code"] == SOURCE.splitlines()
    assert found["struck"] == ["5"]
    assert found["runs"] == ["asyncio", "trio"]
    assert found["items"] == [
        "task 1 (deposit_all): a wait, its task group, where task 2 is still running, line 4, from 0 s to 0.31 s, done",
        "task 2 (deposit): a call, read() -> 427, line 5, from 0 s to 0.08 s, done",
        "task 2 (deposit): a call, write(527), line 6, from 0.08 s to 0.31 s, failed",
        "task 2 (deposit): an error, ValueError: overdrawn, line 6, at 0.31 s",
    ]  # fmt: skip
    assert "Here it went wrongtask 2 (deposit) is told too lateline 6" in found["story"]
    assert found["prints"] == "0.2 spaid in"
    assert found["token"].endswith("--replay 7f3a9c")
    assert found["closed"]


@needs_browser
def test_the_second_run_is_drawn_when_it_is_opened_and_its_timeline_lights_the_code(tmp_path):
    found = found_in(
        tmp_path,
        page_of(three()),
        """
        cell(1, 3).click(); await opened();
        const run = all("dialog .run")[1];
        found.before = all(".item", run).length;
        run.open = true; await until(() => one(".item", run));
        found.after = all(".item", run).length;
        all(".item", run)[2].focus();
        found.lit = all("dialog .source .lit").map((line) => line.dataset.line);
        found.tip = one("#tooltip").textContent.includes("write(527)");
        const ids = all("[id]").map((each) => each.id);
        found.twice = ids.filter((id, n) => ids.indexOf(id) !== n);
        """,
    )
    assert found == {"before": 0, "after": 4, "lit": ["6"], "tip": True, "twice": []}


@needs_browser
def test_one_goes_on_to_the_next_student_and_exercise_without_closing(tmp_path):
    found = found_in(
        tmp_path,
        page_of(three()),
        """
        const title = () => words("dialog h2");
        const step = async (text) => { all("dialog [data-step]").find((each) => each.textContent === text).click(); await pause(100); };
        choose("group", "1");
        cell(0, 3).click(); await opened(); found.start = title();
        await step("↓ student"); found.down = [title(), words("dialog .inside")];
        found.off = all("dialog [data-step]").filter((each) => each.disabled).map((each) => each.textContent);
        await step("→ exercise"); found.right = title();
        await step("← exercise"); await step("← exercise"); found.whole = [title(), words("dialog .inside")];
        one("dialog [data-close]").click();
        found.back = [document.activeElement.parentNode.cells[0].textContent, document.activeElement.cellIndex];
        """,
    )
    assert found["start"].startswith("Annlost_update")
    assert found["down"][0].startswith("Cemlost_update")
    assert found["down"][1] == "Nothing was handed in."
    assert found["off"] == ["↓ student"]
    assert found["right"].startswith("Cemdeadlock")
    assert found["whole"][0] == "Cemmonday"
    assert "no mark yet" in found["whole"][1]
    assert "an empty archive" in found["whole"][1]
    assert found["back"] == ["Cem", 0]


@needs_browser
def test_works_that_are_alike_open_side_by_side(tmp_path):
    one = EXERCISES[0]
    other = LONG.replace("account", "konto")
    source = page_of(
        cohort(
            student("Ann", work(one, source=LONG)),
            student("Bob", work(one)),
            student("Cem", work(one, source=other)),
            exercises=(one,),
        )
    )
    found = found_in(
        tmp_path,
        source,
        """
        const link = one(".alike a"); link.focus(); link.click(); await opened();
        found.title = words("dialog h2");
        found.others = all("dialog .inside .buttons button").map((each) => each.textContent);
        one("dialog .inside .buttons button").click(); await until(() => one("dialog .pair"));
        found.heads = all("dialog .pair .head").map((each) => each.textContent);
        const rows = all("dialog .pair > :not(.head)").map((each) => [one("code", each).textContent, each.className]);
        found.codes = [rows[8], rows[9]];
        found.same = [rows[0], rows[1]];
        const [left, right] = all("dialog .pair > :not(.head)").slice(8).map(frame);
        found.beside = left.top === right.top && left.right <= right.left;
        one("dialog [data-close]").click();
        found.back = document.activeElement === link;
        """,
    )
    assert found["title"].startswith("Ann")
    assert found["others"] == ["Cem"]
    assert found["heads"] == ["Ann", "Cem"]
    assert found["codes"] == [
        ["    balance = await account.read()", "nearly"],
        ["    balance = await konto.read()", "nearly"],
    ]
    assert found["same"] == [["import anyio", "same"], ["import anyio", "same"]]
    assert found["beside"]
    assert found["back"]


@needs_browser
def test_lines_that_only_one_of_two_works_has_stand_alone_beside_the_other(tmp_path):
    one = EXERCISES[0]
    more = LONG.replace("import anyio\n", "import anyio\n\nEXTRA = 1\n")
    source = page_of(
        cohort(
            student("Ann", work(one, source=LONG)),
            student("Bob", work(one)),
            student("Cem", work(one, source=more)),
            exercises=(one,),
        )
    )
    found = found_in(
        tmp_path,
        source,
        """
        one(".alike a").click(); await opened();
        one("dialog .inside .buttons button").click(); await until(() => one("dialog .pair"));
        const cells = all("dialog .pair > :not(.head)").map((each) => [one(".number", each).textContent, one("code", each).textContent, each.className]);
        const rows = cells.filter((_, n) => n % 2 === 0).map((left, n) => [left, cells[2 * n + 1]]);
        found.extra = rows.filter(([left, right]) => right[1] === "EXTRA = 1");
        found.others = rows.filter(([left, right]) => left[0] && right[0] && left[1]).every(([left, right]) => left[1] === right[1] && left[2] === "same");
        """,
    )
    assert found["extra"] == [[["", "", ""], ["3", "EXTRA = 1", ""]]]
    assert found["others"]


# What a page at this width begins with is a matter of room; the tests say themselves what is folded.
CHAPTERS = ("first/one", "first/two", "second/three", "third/four_with_a_long_name")


def of_chapters() -> Cohort:
    statuses = {
        "Ann": ("passed", "passed", "failed", "passed"),
        "Bob": ("failed", "passed", "not_graded", "failed"),
        "Cem": ("failed", "not_submitted", "passed", "failed_on_trio"),
    }
    return cohort(
        *(
            student(name, *(work(e, s) for e, s in zip(CHAPTERS, each, strict=True)), group="g h")
            for name, each in statuses.items()
        ),
        exercises=CHAPTERS,
    )


@needs_browser
def test_a_chapter_folds_into_one_column_that_says_how_many_passed(tmp_path):
    found = found_in(
        tmp_path,
        page_of(of_chapters()),
        """
        const columns = () => all(".sheet thead tr:last-child > *").filter((each) => each.checkVisibility()).map((each) => each.textContent);
        const first = (row) => getComputedStyle(cell(row, 3), "::after").content;
        found.before = columns();
        const button = one(".sheet .chapter button");
        found.expanded = [button.getAttribute("aria-expanded")];
        button.click();
        found.after = columns();
        found.sums = [0, 1, 2].map(first);
        found.expanded.push(button.getAttribute("aria-expanded"));
        one("button", head("first")).click(); found.sorted = shown();
        one("tbody th").focus; one('.sheet tbody [tabindex="0"]').focus();
        press("ArrowRight"); press("ArrowRight"); press("ArrowRight");
        found.label = document.activeElement.getAttribute("aria-label");
        press("ArrowRight"); found.next = document.activeElement.cellIndex;
        press("ArrowLeft"); press("Enter"); await opened();
        found.opened = words("dialog h2");
        press("Escape");
        button.click(); found.again = columns();
        """,
    )
    whole = ["Name", "Group", "Points of 20", "oneof 5", "twoof 5", "threeof 5", "four_with_a_long_nameof 5"]  # fmt: skip
    assert found["before"] == found["again"] == [*whole, "Flags", "Problems"]
    assert found["after"] == [*whole[:3], "firstof 2", *whole[5:], "Flags", "Problems"]
    assert found["sums"] == ['"2"', '"1"', '"0"']
    assert found["expanded"] == ["true", "false"]
    assert found["sorted"] == ["Ann", "Bob", "Cem"]
    assert found["label"] == "Ann, chapter first: 2 of 2 exercises passed"
    assert found["next"] == 5
    assert found["opened"] == "Anng h"


@needs_browser
def test_the_address_says_what_is_seen_and_a_link_shows_it_again(tmp_path):
    found = found_in(
        tmp_path,
        page_of(of_chapters()),
        """
        const said = () => Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
        const go = async (hash) => { location.hash = hash; await pause(50); };
        found.nothing = location.hash;
        choose("typed", "b"); await pause(300);
        choose("group", "0"); choose("status", "failed"); choose("exercise", "3");
        one("button", head("Points")).click();
        all(".sheet .chapter button")[1].click();
        found.all = said();
        const link = location.hash;
        one(".tools [type=reset]").click(); await pause(50);
        found.reset = said();
        await go(""); found.empty = [shown(), said()];
        await go(link);
        found.again = [shown(), said(), one("#status").value, head("Points").getAttribute("aria-sort")];
        await go("#student=Cem&exercise=third/four_with_a_long_name"); await opened();
        found.opened = words("dialog h2");
        all("dialog [data-step]")[0].click(); await pause(50); found.stepped = said();
        one("dialog .said-of a").click(); found.line = [said().student, all("dialog .target").length];
        one("dialog [data-close]").click(); found.closed = said();
        await go("#student=nobody&exercise=x&status=y&in=z&group=q&sort=w&fold=v"); found.strange = [shown(), one("dialog").open];
        await go("#alike"); found.place = shown();
        """,
    )
    everything = {"name": "b", "group": "g h", "status": "failed", "in": CHAPTERS[3]}
    everything |= {"sort": "-total", "fold": "second"}
    assert found["nothing"] == ""
    assert found["all"] == everything
    assert found["reset"] == {"sort": "-total", "fold": "second"}
    assert found["empty"] == [["Ann", "Bob", "Cem"], {}]
    assert found["again"] == [["Bob"], everything, "failed", "descending"]
    assert found["opened"].startswith("Cemfour_with_a_long_name")
    assert found["stepped"] == {"student": "Bob", "exercise": CHAPTERS[3]}
    assert found["line"] == ["Bob", 1]
    assert found["closed"] == {}
    assert found["strange"] == [["Ann", "Bob", "Cem"], False]
    assert found["place"] == ["Ann", "Bob", "Cem"]


@needs_browser
def test_keys_look_for_a_name_fold_and_go_on_in_the_panel(tmp_path):
    found = found_in(
        tmp_path,
        page_of(of_chapters()),
        """
        const folded = () => all('.chapter [aria-expanded="false"]').length;
        press("/"); found.typed = document.activeElement.id;
        press("f"); found.typing = folded();
        document.activeElement.blur(); press("f"); found.folded = folded();
        press("f"); found.unfolded = folded();
        cell(0, 3).click(); await opened();
        const after = async (key) => { press(key); await pause(50); return words("dialog h2"); };
        found.panel = [await after("j"), await after("l"), await after("k"), await after("h")].map((each) => each.slice(0, 6));
        """,
    )
    assert found["typed"] == "typed"
    assert (found["typing"], found["folded"], found["unfolded"]) == (0, 3, 0)
    assert found["panel"] == ["Bobone", "Bobtwo", "Anntwo", "Annone"]


TWELVE = tuple(
    f"{chapter}/{name}_of_{chapter}"
    for chapter in ("first_steps", "blocking", "task_groups", "locks_and_limits")
    for name in ("wait", "threads", "exceptions")
)


@needs_browser
@pytest.mark.parametrize(("width", "chapters_folded"), [("1280", 0), ("1920", 0), ("500", 4)])
def test_flags_and_problems_are_in_sight_and_no_word_is_broken(tmp_path, width, chapters_folded):
    names = ("Wolfeschlegelsteinhausenbergerdorff, Maximilian Johann", "x" * 80, "Ada Lovelace")
    students = (
        student(name, *map(work, TWELVE), group="tuesday morning", problems=("an empty archive",))
        for name in names
    )
    found = found_in(
        tmp_path,
        page_of(cohort(*students, exercises=TWELVE)),
        """
        const sheet = one(".sheet");
        found.folded = all('.chapter [aria-expanded="false"]').length;
        found.hidden = frame(head("Flags")).right - frame(sheet).right;
        found.problems = frame(head("Problems")).right - frame(sheet).right;
        found.heights = all("tbody tr", sheet).map((row) => frame(row).height);
        const lines = (element) => { const range = document.createRange(); range.selectNodeContents(element); return new Set([...range.getClientRects()].map((each) => Math.round(each.left))).size; };
        found.upright = Math.max(...all(".upright", sheet).filter((each) => each.checkVisibility()).map(lines));
        found.name = one("tbody th", sheet).title;
        found.columns = all("thead tr:last-child > *", sheet).filter((each) => each.checkVisibility() && frame(each).right <= frame(sheet).right + 1).length;
        """,
        f"--window-size={width},900",
    )
    assert found["folded"] == chapters_folded
    assert max(found["heights"]) <= 46
    assert found["upright"] == 1
    assert found["name"] == names[0]
    if width != "500":
        assert found["problems"] <= 1
        assert found["hidden"] <= 1
    assert found["columns"] >= 7


@needs_browser
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_does_nothing_in_a_browser(tmp_path, text):
    found = found_in(
        tmp_path,
        page_of(hostile(text)),
        """
        const title = document.title;
        for (const each of all(".sheet thead button")) each.click();
        one("#fold").click();  /* They are folded now, and each cell is to be opened. */
        choose("group", "0"); choose("group", "");
        for (const details of all("details")) details.open = true;
        for (const n of [0, 3]) {
            cell(1, n).click(); await opened();
            for (const details of all("dialog details")) details.open = true;
            await pause(50);
            for (const item of all("dialog .item")) item.focus();
            found[`strange${n}`] = all("img, b.x, [onfocus], [onmouseover], [onerror]").length;
            found[`items${n}`] = all("dialog .item").length > 0;
            one("dialog [data-close]").click();
        }
        found.title = document.title === title && title !== "taken";
        found.scripts = all("script").length;
        """,
    )
    assert found == {
        "strange0": 0,
        "strange3": 0,
        "items0": False,
        "items3": True,
        "title": True,
        "scripts": 4,
    }


@needs_browser
def test_an_inline_script_that_is_not_its_own_does_not_run_and_no_request_leaves(tmp_path):
    added = "<script>document.title = 'taken'</script><img id=pixel src='pixel.svg'>"
    source = page_of(three()).replace("<main>", f"{added}<main>", 1)
    (tmp_path / "pixel.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg' width='7'/>")
    found = found_in(
        tmp_path,
        source,
        """
        let refused = 0;
        document.addEventListener("securitypolicyviolation", () => refused++);
        cell(1, 3).click(); await opened(); await pause(100);
        found.refused = refused; found.title = document.title; found.width = one('#pixel').naturalWidth;
        """,
    )
    assert found["title"] != "taken"
    assert found["width"] == 0
    assert found["refused"] == 0


@needs_browser
@pytest.mark.parametrize("scheme", ["0", "1"], ids=["dark", "light"])
def test_every_text_has_enough_contrast_in_the_dark_and_in_the_light(tmp_path, scheme):
    flagged = Work(work(EXERCISES[0], "failed").report, SOURCE, "ab", (Flag(1, "imports ctypes"),))
    students = (*three().students, student("Dan", flagged, *map(work, EXERCISES[1:])))
    found = found_in(
        tmp_path,
        page_of(cohort(*students, isolation="process")),
        """
        found.dark = matchMedia("(prefers-color-scheme: dark)").matches;
        const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
        const rgb = (colour, under) => {
            canvas.fillStyle = under; canvas.fillRect(0, 0, 1, 1);
            canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
            return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
        };
        const light = (channels) => {
            const [r, g, b] = channels.map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const behind = (element) => {
            for (let at = element; at; at = at.parentElement) {
                const colour = getComputedStyle(at).backgroundColor;
                if (!/, 0\\)$|transparent/.test(colour)) return colour;
            }
        };
        found.low = [];
        found.looked = 0;
        const look = (root) => {
            for (const element of all("*", root)) {
                const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
                if (!own || !element.checkVisibility() || element.closest("script, .tooltip, title, .item, :disabled")) continue;
                const style = getComputedStyle(element), ground = behind(element);
                const [a, b] = [light(rgb(element.closest("svg") ? style.fill : style.color, ground)), light(rgb(ground, ground))].sort((x, y) => y - x);
                found.looked += 1;
                if ((a + 0.05) / (b + 0.05) < 4.5) found.low.push([element.outerHTML.slice(0, 90), style.color, ground]);
            }
        };
        for (const details of all("details")) details.open = true;
        look(document.body);
        for (const [row, column] of [[1, 3], [3, 3], [2, 0]]) {
            cell(row, column).click(); await opened(); look(one("dialog"));
            one("dialog [data-close]").click();
        }
        """,
        f"--blink-settings=preferredColorScheme={scheme}",
    )
    assert found.pop("looked") > 150
    assert found == {"dark": scheme == "0", "low": []}


@needs_browser
@pytest.mark.parametrize("width", ["1400", "700", "500"])
def test_only_the_table_itself_scrolls_to_the_side(tmp_path, width):
    found = found_in(
        tmp_path,
        page_of(three()),
        """
        found.over = document.documentElement.scrollWidth - innerWidth;
        one(".sheet").scrollLeft = 500;
        found.stays = frame(cell(1, 0)).left - frame(one(".sheet")).left < 3;
        cell(1, 3).click(); await opened();
        found.panel = one("dialog .inside").scrollWidth - one("dialog .inside").clientWidth;
        """,
        f"--window-size={width},900",
    )
    assert found["over"] <= 0
    assert found["panel"] <= 0
    assert found["stays"]


@needs_browser
def test_a_cohort_of_a_thousand_is_sorted_filtered_and_opened(tmp_path):
    names = tuple(f"chapter/exercise_{n}" for n in range(10))
    students = (
        student(
            f"Student {n:04}",
            *(work(name, ("passed", "failed")[(n + m) % 7 == 0], f"{SOURCE}\n# {n % 50}")
              for m, name in enumerate(names)),
            group=f"group {n % 9}",
        )
        for n in range(1000)
    )  # fmt: skip
    found = found_in(
        tmp_path,
        page_of(cohort(*students, exercises=names)),
        """
        found.cells = all(".sheet tbody :is(td, th)").length;
        one("button", head("Name")).click(); found.first = shown()[0];
        await until(() => shown().length === 1000); found.last = shown().at(-1);
        one("button", head("exercise_3")).click();
        one('.sheet tbody [tabindex="0"]').focus();
        press("End", { ctrlKey: true }); found.end = document.activeElement.parentNode === all(".sheet tbody tr")[999];
        choose("group", "4"); found.count = one("output").textContent;
        all(".sheet td.failed")[700].click(); await opened();
        found.code = all("dialog .source code").length;
        """,
    )
    assert found == {
        "cells": 15_000,
        "first": "Student 0999",
        "last": "Student 0000",
        "end": True,
        "count": "111 of 1,000 students",
        "code": 8,
    }
