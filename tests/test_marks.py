"""Marks are exact, never above the maximum nor below 0, and never made of what could not be judged."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.report import BACKENDS, CheckReport, ExerciseReport, Status, summarize_exercise
from checker.sweep.marks import (
    EXAMPLE,
    Deadline,
    Rules,
    RulesError,
    load_rules,
    mark,
    rounded,
    unknown_names,
    visibility,
)
from checker.sweep.results import Cohort, Correction, ExerciseInfo, Student, Work

DUE = datetime(2026, 3, 1, 23, 59, tzinfo=UTC)
HOUR = 3600.0
DAY = 24 * HOUR


def exercise(name: str, *checks: tuple[Status, int], started: bool = True) -> ExerciseReport:
    reports = tuple(
        CheckReport(f"check_{number}", "Title", backend, status, points, "", "exercise.py", None)
        for number, (status, points) in enumerate(checks)
        for backend in BACKENDS
    )
    return summarize_exercise(name, "Title", reports, started=started)


def student(*reports: ExerciseReport, name="Ada", group="", handed_in=None, submitted=True):
    works = tuple(Work(report, "", "") for report in reports)
    return Student(name, group, submitted, handed_in, (), works)


def cohort(*students: Student, of: tuple[ExerciseReport, ...] = ()) -> Cohort:
    reports = of or tuple(work.report for work in students[0].works)
    infos = tuple(ExerciseInfo(r.name, r.title, r.max_points) for r in reports)
    return Cohort(1, "process", {}, infos, students)


def marked(one: Student, rules: Rules | None = None):
    (result,) = cohort(one).results
    return mark(result, rules or Rules())


HALF = exercise("a/one", ("passed", 3), ("failed", 3))
WHOLE = exercise("b/two", ("passed", 6))


def test_without_rules_the_points_are_taken_as_they_are():
    got = marked(student(HALF, WHOLE))
    assert (got.points, got.max_points, got.final) == (9, 12, 9)
    assert got.percentage == 75
    assert (got.days_late, got.penalty, got.not_graded) == (0, 0, ())


def test_without_partial_credit_an_exercise_earns_all_or_nothing():
    got = marked(student(HALF, WHOLE), Rules(partial_credit=False))
    assert (got.points, got.final) == (6, 6)


def test_a_weight_multiplies_the_points_of_a_chapter_and_one_that_is_not_named_counts_once():
    got = marked(student(HALF, WHOLE), Rules(weights={"b": Decimal(2)}))
    assert got.points == 9
    assert got.percentage == Fraction(100 * (3 + 2 * 6), 6 + 2 * 6)
    assert got.final == 12 * got.percentage / 100


def test_a_chapter_of_weight_0_counts_for_nothing_and_all_of_them_so_make_0():
    assert marked(student(HALF, WHOLE), Rules(weights={"a": Decimal(0)})).percentage == 100
    nothing = Rules(weights={"a": Decimal(0), "b": Decimal(0)})
    assert marked(student(HALF, WHOLE), nothing).final == 0


def test_thirds_stay_exact():
    got = marked(student(exercise("a/one", ("passed", 1), ("failed", 2))))
    assert got.percentage == Fraction(100, 3)
    assert got.final == 1


def test_what_could_not_be_judged_is_named_and_is_no_mark():
    lost = exercise("a/one", ("not_graded", 3))
    assert marked(student(lost, WHOLE)).not_graded == ("a/one",)
    beside_a_failure = exercise("a/one", ("not_graded", 3), ("failed", 3))
    assert marked(student(beside_a_failure)).not_graded == ("a/one",)


def test_without_partial_credit_one_failure_is_enough_to_know():
    beside_a_failure = exercise("a/one", ("not_graded", 3), ("failed", 3))
    assert marked(student(beside_a_failure), Rules(partial_credit=False)).not_graded == ()


def test_a_file_as_it_was_shipped_is_a_0_and_not_a_question():
    shipped = exercise("a/one", ("not_graded", 3), ("passed", 3), started=False)
    got = marked(student(shipped))
    assert (got.points, got.not_graded) == (0, ())


def test_what_a_sweep_has_not_got_to_yet_is_not_graded_and_what_was_not_handed_in_is_0():
    waiting, absent = student(), student(submitted=False)
    of_waiting, of_absent = cohort(waiting, absent, of=(HALF,)).results
    assert mark(of_waiting, Rules()).not_graded == ("a/one",)
    assert mark(of_absent, Rules()).not_graded == ()
    assert mark(of_absent, Rules()).final == 0


# --- Lateness -----------------------------------------------------------------------------------


def late(seconds: float, who: str = "Ada", group: str = "", **deadline):
    rules = Rules(deadline=Deadline(due=DUE, **deadline))
    one = student(WHOLE, name=who, group=group, handed_in=DUE.timestamp() + seconds)
    return marked(one, rules)


def test_a_day_that_has_begun_costs_as_much_as_a_whole_one():
    for seconds, days in [(-DAY, 0), (0, 0), (1, 1), (DAY, 1), (DAY + 1, 2), (2.5 * DAY, 3)]:
        got = late(seconds, percent_a_day=Decimal(10))
        assert (got.days_late, got.penalty) == (days, 10 * days)
        assert got.final == Fraction(6 * (100 - 10 * days), 100)


def test_what_comes_within_the_grace_is_in_time_and_what_comes_later_is_late_since_the_due_date():
    assert late(15 * 60, grace=15).days_late == 0
    assert late(15 * 60 + 1, grace=15).days_late == 1
    assert late(DAY + 1, grace=15).days_late == 2


def test_lateness_never_takes_more_than_everything():
    assert late(40 * DAY, percent_a_day=Decimal(10)).final == 0


def test_what_comes_after_the_latest_time_earns_nothing():
    latest = DUE + timedelta(days=2)
    assert late(2 * DAY, latest=latest).final == 6
    assert late(2 * DAY + 1, latest=latest).final == 0
    assert late(2 * DAY + 1, latest=latest).points == 6


def test_more_time_moves_the_due_date_and_the_latest_one():
    deadline = {
        "percent_a_day": Decimal(10),
        "latest": DUE + timedelta(days=1),
        "students": {"Ada": DUE + timedelta(days=3)},
        "groups": {"tuesday": DUE + timedelta(days=1)},
    }
    assert late(3 * DAY, "Ada", **deadline).days_late == 0
    assert late(4 * DAY, "Ada", **deadline).final == Fraction(54, 10)
    assert late(4 * DAY + 1, "Ada", **deadline).final == 0
    assert late(DAY, "Bob", "tuesday", **deadline).days_late == 0
    assert late(3 * DAY, "Ada", "tuesday", **deadline).days_late == 0
    assert late(DAY, "Bob", **deadline).days_late == 1


@pytest.mark.parametrize("handed_in", [None, float("nan"), float("inf")])
def test_if_it_is_not_known_when_it_was_handed_in_nothing_is_taken_off(handed_in):
    rules = Rules(deadline=Deadline(due=DUE, percent_a_day=Decimal(100)))
    assert marked(student(WHOLE, handed_in=handed_in), rules).final == 6


# --- Whatever the rules and the results ---------------------------------------------------------

STATUSES: list[Status] = ["passed", "failed", "not_graded"]
EXERCISES = st.lists(
    st.lists(st.tuples(st.sampled_from(STATUSES), st.integers(0, 9)), max_size=4),
    max_size=4,
)
PERCENT = st.decimals(0, 100, places=2)
RULES = st.builds(
    Rules,
    partial_credit=st.booleans(),
    weights=st.dictionaries(st.sampled_from("abc"), st.decimals(0, 50, places=3)),
    deadline=st.none()
    | st.builds(
        Deadline,
        due=st.just(DUE),
        grace=st.integers(0, 10**6),
        percent_a_day=PERCENT,
        latest=st.none() | st.just(DUE + timedelta(days=3)),
        students=st.just({}) | st.just({"Ada": DUE + timedelta(hours=5)}),
    ),
)


@given(checks=EXERCISES, rules=RULES, handed_in=st.none() | st.floats(), started=st.booleans())
def test_a_mark_is_never_above_the_maximum_nor_below_0(checks, rules, handed_in, started):
    reports = [
        exercise(f"{'abc'[number % 3]}/{number}", *of_one, started=started)
        for number, of_one in enumerate(checks)
    ]
    got = marked(student(*reports, handed_in=handed_in), rules)
    assert 0 <= got.points <= got.max_points
    assert 0 <= got.final <= got.max_points
    assert 0 <= got.percentage <= 100
    assert 0 <= got.penalty <= 100
    assert got.days_late >= 0


@given(RULES)
def test_who_earned_every_point_in_time_gets_the_whole_mark(rules):
    full = student(exercise("a/x", ("passed", 4)), exercise("b/y", ("passed", 1)))
    if any(rules.weights.get(chapter, 1) for chapter in "ab"):
        assert marked(full, rules).final == 5


@given(st.fractions(0, 1000), st.integers(0, 4))
def test_rounding_is_to_the_nearest_and_halves_go_up(value, places):
    got = Fraction(rounded(value, places))
    assert -Fraction(1, 2) < (got - value) * 10**places <= Fraction(1, 2)


def test_what_is_rounded_is_shown_without_needless_zeros():
    shown = {str(rounded(Fraction(n, 8))) for n in (8, 12, 1, 800)}
    assert shown == {"1", "1.5", "0.13", "100"}


# --- Visibility ---------------------------------------------------------------------------------


def test_the_nearest_name_decides_what_is_visible():
    rules = Rules(
        visibility={
            "default": "after_published",
            "c/one": "hidden",
            "two": "after_due_date",
            "one/seen": "visible",
            "everywhere": "visible",
        }
    )
    assert visibility(rules, "c/three", "x") == "after_published"
    assert visibility(rules, "c/one", "x") == "hidden"
    assert visibility(rules, "c/one", "seen") == "visible"
    assert visibility(rules, "c/two", "seen") == "after_due_date"
    assert visibility(rules, "c/two", "everywhere") == "visible"
    assert visibility(Rules(), "c/two", "x") == "visible"


# --- The file -----------------------------------------------------------------------------------


def written(tmp_path, text):
    path = tmp_path / "rules.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_with_every_part_is_read_as_it_says(tmp_path):
    rules = load_rules(
        written(
            tmp_path,
            """
            partial_credit = false
            [weights]
            locks = 1.1
            [deadline]
            due = 2026-03-02T00:59:00+01:00
            grace = 15
            percent_a_day = 12.5
            latest = 2026-03-08T23:59:00Z
            [deadline.students]
            "Ada. [L]" = 2026-03-04T23:59:00Z
            [deadline.groups]
            tuesday = 2026-03-03T23:59:00Z
            [visibility]
            default = "after_due_date"
            "lost_update/no_lost_update" = "hidden"
            """,
        )
    )
    assert not rules.partial_credit
    assert rules.weights == {"locks": Decimal("1.1")}
    assert rules.deadline is not None
    assert rules.deadline.due == DUE
    assert (rules.deadline.grace, rules.deadline.percent_a_day) == (15, Decimal("12.5"))
    assert rules.deadline.students["Ada. [L]"].day == 4
    assert visibility(rules, "c/lost_update", "no_lost_update") == "hidden"


def test_an_empty_file_takes_the_points_as_they_are(tmp_path):
    assert load_rules(written(tmp_path, "")) == Rules()


DEADLINE = "[deadline]\ndue = 2026-03-01T23:59:00Z\n"


@pytest.mark.parametrize(
    ("text", "key", "advice"),
    [
        ("partial_credit = 1", "partial_credit", "true or false"),
        ("wieghts = 1", "wieghts", "the keys are partial_credit"),
        ("weights = 3", "weights", "deadlock = 2"),
        ("[weights]\na = 'x'", "weights.a", "a number from 0"),
        ("[weights]\na = -1", "weights.a", "a number from 0"),
        ("[weights]\na = nan", "weights.a", "a number from 0"),
        ("[visibility]\n'a.b' = 'seen'", "visibility.a.b", "after_published or hidden"),
        ("[deadline]\ngrace = 1", "due", "a table [deadline] has due"),
        ("[deadline]\ndue = 2026-03-01T23:59:00", "deadline.due", "day, time and zone"),
        ("[deadline]\ndue = 2026-03-01", "deadline.due", "day, time and zone"),
        (DEADLINE + "grase = 1", "grase", "grace"),
        (DEADLINE + "grace = -1", "deadline.grace", "minutes"),
        (DEADLINE + "grace = 1.5", "deadline.grace", "minutes"),
        (DEADLINE + "percent_a_day = 101", "deadline.percent_a_day", "from 0 to 100"),
        (DEADLINE + "percent_a_day = inf", "deadline.percent_a_day", "from 0 to 100"),
        (DEADLINE + "latest = 2026-02-01T00:00:00Z", "deadline.latest", "a later time"),
        (DEADLINE + "[deadline.students]\nAda = 1", "deadline.students.Ada", "day, time and zone"),
        (
            DEADLINE + "[deadline.groups]\nt = 2026-02-01T00:00:00Z",
            "deadline.groups.t",
            "a later time",
        ),
    ],
)
def test_what_is_wrong_in_a_file_is_told_with_its_key_and_what_would_do(
    tmp_path, text, key, advice
):
    with pytest.raises(RulesError) as caught:
        load_rules(written(tmp_path, text))
    said = str(caught.value)
    assert said.startswith(str(tmp_path / "rules.toml: ").strip())
    assert key in said
    assert advice in said
    assert "`" not in said


def test_what_is_no_toml_and_what_is_not_there_is_told_with_the_path(tmp_path):
    with pytest.raises(RulesError, match=r"rules\.toml: .* it must be TOML"):
        load_rules(written(tmp_path, "a ="))
    (tmp_path / "rules.toml").write_bytes(b"\xff")
    with pytest.raises(RulesError, match="in UTF-8"):
        load_rules(tmp_path / "rules.toml")
    with pytest.raises(RulesError, match="No such file"):
        load_rules(tmp_path / "other.toml")


@given(st.text())
def test_whatever_a_file_holds_it_is_rules_or_a_clear_error(tmp_path, text):
    path = tmp_path / "rules.toml"
    path.write_text(text, encoding="utf-8")
    said = ""
    try:
        load_rules(path)
    except RulesError as error:
        said = str(error)
    assert said == "" or said.startswith(str(path))


def test_names_that_nobody_has_are_told_with_the_nearest_that_somebody_has():
    one = student(HALF, name="Ada", group="tuesday")
    deadline = Deadline(due=DUE, students={"Adda": DUE}, groups={"tuesday": DUE})
    rules = Rules(
        weights={"a": Decimal(1), "z": Decimal(1)},
        deadline=deadline,
        visibility={"default": "hidden", "one": "hidden", "check_0": "hidden", "chekc_0": "hidden"},
    )
    said = unknown_names(rules, cohort(one))
    assert len(said) == 3
    assert "[weights] names 'z', and there is no such chapter" in said[0]
    assert "did you mean 'check_0'?" in said[1]
    assert "did you mean 'Ada'?" in said[2]


# --- weights of exercises, times, corrections -----------------------------------------------------


def test_the_weight_of_an_exercise_goes_before_that_of_its_chapter():
    weights = {"a": Decimal(5), "one": Decimal(2), "b/two": Decimal(3)}
    got = marked(student(HALF, WHOLE), Rules(weights=weights))
    assert got.percentage == Fraction(100 * (2 * 3 + 3 * 6), 2 * 6 + 3 * 6)


def test_the_example_of_rules_is_one_and_names_every_key(tmp_path):
    file = tmp_path / "rules.toml"
    file.write_text(EXAMPLE)
    rules = load_rules(file)
    assert rules.deadline is not None
    assert {field for field in Rules.__struct_fields__ if field not in EXAMPLE} == set()
    assert {field for field in Deadline.__struct_fields__ if field not in EXAMPLE} == set()


def test_what_is_wrong_is_told_with_its_line(tmp_path):
    file = tmp_path / "rules.toml"
    file.write_text("[weights]\nfirst_steps = 1\nblocking = 'x'\n")
    with pytest.raises(RulesError, match=r"rules\.toml:3: weights\.blocking: "):
        load_rules(file)


def test_only_times_that_are_trusted_make_anybody_late():
    late = DUE.timestamp() + 5 * DAY
    rules = {
        trust: Rules(deadline=Deadline(due=DUE, percent_a_day=Decimal(10), trust=trust))
        for trust in ("files", "times")
    }
    by_file, by_times = (
        msgspec.structs.replace(student(WHOLE, handed_in=late), time_from=time_from)
        for time_from in ("files", "times")
    )
    assert marked(by_file, rules["files"]).penalty == 50
    assert marked(by_file, rules["times"]).penalty == 0
    assert marked(by_times, rules["times"]).penalty == 50


def by_hand(points, exercise=""):
    return Correction(Decimal(points), "why", "who", date(2026, 3, 5), exercise)


def test_a_correction_of_an_exercise_stands_for_its_points_and_is_still_late():
    rules = Rules(deadline=Deadline(due=DUE, percent_a_day=Decimal(50)))
    one = student(HALF, WHOLE, handed_in=DUE.timestamp() + DAY)
    one = msgspec.structs.replace(one, corrections=(by_hand(6, "a/one"),))
    got = marked(one, rules)
    assert (got.points, got.final) == (12, 6)
    assert got.corrections == one.corrections


def test_a_correction_of_the_whole_is_the_mark_whatever_else_there_is():
    lost = exercise("a/one", ("not_graded", 6))
    one = msgspec.structs.replace(student(lost, WHOLE), corrections=(by_hand("7.5"),))
    got = marked(one, Rules(weights={"a": Decimal(9)}))
    assert (got.final, got.not_graded) == (Fraction(15, 2), ())


def test_a_correction_makes_a_mark_of_what_could_not_be_judged():
    lost = exercise("a/one", ("not_graded", 6))
    one = msgspec.structs.replace(student(lost, WHOLE), corrections=(by_hand(2, "a/one"),))
    got = marked(one)
    assert (got.final, got.not_graded) == (8, ())
