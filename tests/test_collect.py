"""What is taken for a submission: every layout that instructors have, and nothing that leads out."""

import gzip
import io
import os
import stat
import tarfile
import unicodedata
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.course import Course
from checker.submission import MAX_SOURCE
from checker.sweep.collect import CollectError, collect
from checker.sweep.rosters import RosterError

COURSE = Course.load(Path(__file__).parents[1])
EXERCISES = [*COURSE]
ONE = COURSE.select(["lost_update"])
NAME = "locks_and_limits/lost_update"
CODE = b"async def deposit_all(accounts, deposits): ...\n"


def write(path: Path, content: bytes = CODE) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def taken(*paths, exercises=EXERCISES, **options):
    """The names of the exercises that each student handed in."""
    students, _ = collect([*paths], exercises, **options)
    return {
        student.name: sorted(n for n, source in student.sources.items() if not source.obstacle)
        for student in students
    }


# --- layouts ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "below",
    [
        "ada/exercises/locks_and_limits/lost_update/exercise.py",
        "ada/locks_and_limits/lost_update/exercise.py",
        "ada/kit-main/exercises/locks_and_limits/lost_update/exercise.py",
        "ada/lost_update/exercise.py",
        "ada/lost_update/solution.py",
        "ada/lost_update.py",
        "ada/locks_and_limits__lost_update.py",
        "ada__lost_update.py",
        "ada_1234_assignsubmission_file_/lost_update.py",
        "ada_1234_5678_lost_update.py",
        "ada_LATE_1234_5678_lost_update-2.py",
    ],
)
def test_a_student_is_found_in(tmp_path, below):
    write(tmp_path / below)
    assert taken(tmp_path) == {"ada": [NAME]}


def in_zip(path, names, mode=0o644):
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            info = zipfile.ZipInfo(name)
            info.external_attr = (stat.S_IFREG | mode) << 16
            archive.writestr(info, CODE)


def in_tar(path, names):
    with tarfile.open(path, "w:gz") as archive:
        for name in names:
            info = tarfile.TarInfo(name)
            info.size = len(CODE)
            archive.addfile(info, io.BytesIO(CODE))


@pytest.mark.parametrize("pack", [in_zip, in_tar])
@pytest.mark.parametrize(
    "place", ["ada{}", "ada_12_34_work{}", "ada_99_assignsubmission_file_/work{}", "ada/work{}"]
)
def test_a_student_is_found_in_an_archive(tmp_path, pack, place):
    suffix = ".zip" if pack is in_zip else ".tar.gz"
    path = tmp_path / place.format(suffix)
    path.parent.mkdir(parents=True, exist_ok=True)
    pack(
        path, ["kit-main/exercises/locks_and_limits/lost_update/exercise.py", "kit-main/notes.txt"]
    )
    assert taken(tmp_path) == {"ada": [NAME]}


def test_one_submission_can_be_given_by_itself(tmp_path):
    write(tmp_path / "ada" / "exercises" / "locks_and_limits" / "lost_update" / "exercise.py")
    assert taken(tmp_path / "ada") == {"ada": [NAME]}


def test_a_file_of_any_name_will_do_where_one_exercise_is_meant(tmp_path):
    write(tmp_path / "ada.py")
    write(tmp_path / "bob" / "exercise.py")
    write(tmp_path / "eve" / "my work.py")
    assert taken(tmp_path, exercises=ONE) == {"ada": [NAME], "bob": [NAME], "eve": [NAME]}


def test_what_a_clone_has_beside_the_exercises_is_nobodys_work(tmp_path):
    write(tmp_path / "ada" / "solutions" / "locks_and_limits" / "lost_update" / "solution.py")
    write(tmp_path / "ada" / ".venv" / "lost_update.py")
    write(tmp_path / "ada" / "exercises" / "locks_and_limits" / "lost_update" / "checks.py")
    assert taken(tmp_path) == {"ada": []}


def test_all_exercises_of_a_clone_are_found(tmp_path):
    for exercise in EXERCISES:
        write(tmp_path / "ada" / "exercises" / exercise.name / "exercise.py")
    assert taken(tmp_path) == {"ada": sorted(exercise.name for exercise in EXERCISES)}


@pytest.mark.parametrize(
    "below",
    [
        "ada/Lost_Update.PY",
        "ada/lost-update.py",
        "ada/lost_update (1).py",
        "ada/locks_and_limits/lost_update/exercise (2).py",
        "ada__Lost-Update.py",
        "ada__lost_update (1).py",
        "ada__locks_and_limits__lost_update.py",
        "ada_12_34_lost_update (1).PY",
    ],
)
def test_how_systems_browsers_and_people_write_a_name_does_not_matter(tmp_path, below):
    write(tmp_path / below)
    assert taken(tmp_path) == {"ada": [NAME]}
    assert problems_of(tmp_path) == []


@pytest.mark.parametrize(
    "below",
    [
        "ada/locks_and_limits/deadlock/exercise.py",
        "ada/deadlock/exercise.py",
        "ada/deadlock.py",
        "ada__deadlock.py",
        "ada_12_34_deadlock.py",
        "ada_12_34_deadlock-1.py",
    ],
)
def test_what_is_for_another_exercise_is_not_taken_for_the_one_that_is_meant(tmp_path, below):
    write(tmp_path / below)
    students, strays = collect([tmp_path], ONE, course=EXERCISES)
    assert [(s.name, s.sources, s.problems) for s in students] == [("ada", {}, [])]
    assert strays == []


def test_what_is_named_after_the_one_that_is_meant_is_taken_wherever_it_lies(tmp_path):
    write(tmp_path / "ada" / "deadlock" / "lost_update.py")
    students, _ = collect([tmp_path], ONE, course=EXERCISES)
    assert [sorted(student.sources) for student in students] == [[NAME]]


@pytest.mark.parametrize("in_folder", [True, False])
@pytest.mark.parametrize("name", ["homework.pdf", "my work.py", "lost_update.ipynb"])
def test_files_of_which_none_is_taken_are_told(tmp_path, name, in_folder):
    if in_folder:
        write(tmp_path / "Ada L_12_assignsubmission_file_" / name)
    else:
        in_zip(tmp_path / "Ada L.zip", [name])
    assert taken(tmp_path) == {"Ada L": []}
    (problem,) = problems_of(tmp_path)
    assert "its one file is not named after an exercise" in problem
    assert name in problem


def test_of_a_file_and_a_copy_of_it_the_file_is_taken_and_that_is_told(tmp_path):
    write(tmp_path / "ada" / "lost_update" / "exercise (1).py", b"copy = 1\n")
    write(tmp_path / "ada" / "lost_update" / "exercise.py", b"file = 1\n")
    students, _ = collect([tmp_path], EXERCISES)
    assert students[0].sources[NAME].content == b"file = 1\n"
    assert "is there 2 times" in students[0].problems[0]


def test_nobody_takes_the_place_of_somebody_whose_name_is_nearly_the_same(tmp_path):
    for name, content in (
        ("ada", b"hers = 1\n"),
        ("ada ", b"other = 1\n"),
        ("ada\n", b"third = 1\n"),
    ):
        write(tmp_path / name / "lost_update.py", content)
    write(tmp_path / "ada (2)" / "lost_update.py", b"fourth = 1\n")
    long = "x" * 119
    write(tmp_path / f"{long}yz" / "lost_update.py")
    write(tmp_path / f"{long}yy" / "lost_update.py")
    students, _ = collect([tmp_path], EXERCISES)
    assert len({student.name for student in students}) == 6
    (ada,) = [student for student in students if student.name == "ada"]
    assert ada.sources[NAME].content == b"hers = 1\n"


@pytest.mark.parametrize("team", ["exercises", "solutions", "venv", "checker", "locks_and_limits"])
@pytest.mark.parametrize("below", ["lost_update.py", "locks_and_limits/lost_update/exercise.py"])
def test_a_team_may_be_called_as_a_folder_of_the_kit_is(tmp_path, team, below):
    write(tmp_path / team / below)
    write(tmp_path / "ada" / "lost_update.py")
    assert taken(tmp_path) == {"ada": [NAME], team: [NAME]}


def test_somebodys_file_that_is_called_as_a_journal_costs_them_nothing(tmp_path):
    write(tmp_path / "ada" / "lost_update.py")
    write(tmp_path / "ada" / "journal.sqlite3")
    assert taken(tmp_path) == {"ada": [NAME]}


def test_what_a_sweep_has_written_is_nobodys_work(tmp_path):
    write(tmp_path / "ada" / "lost_update.py")
    write(tmp_path / "marks" / "journal.sqlite3")
    assert taken(tmp_path) == {"ada": [NAME]}
    assert problems_of(tmp_path) == ["marks: what a sweep has written"]


# --- what is told -------------------------------------------------------------------------------


def problems_of(path, **options):
    students, strays = collect([path], EXERCISES, **options)
    return [problem for student in students for problem in student.problems] + strays


def test_links_are_not_followed_and_told(tmp_path):
    secret = tmp_path / "secret.py"
    write(secret, b"secret = 42\n")
    folder = tmp_path / "cohort" / "ada" / "lost_update"
    folder.mkdir(parents=True)
    (folder / "exercise.py").symlink_to(secret)
    (tmp_path / "cohort" / "bob").symlink_to(tmp_path)
    write(tmp_path / "cohort" / "eve" / "lost_update.py")
    told = "\n".join(problems_of(tmp_path / "cohort"))
    assert "ada" in taken(tmp_path / "cohort")
    assert taken(tmp_path / "cohort")["ada"] == []
    assert told.count("a link, which is not followed") == 2


def test_a_linked_folder_of_work_is_not_followed_and_told(tmp_path):
    write(tmp_path / "elsewhere" / "locks_and_limits" / "lost_update" / "exercise.py")
    elsewhere = tmp_path / "elsewhere" / "locks_and_limits"
    for name, link, target in (
        ("ada", "locks_and_limits", elsewhere),
        ("bob", "locks_and_limits/lost_update", elsewhere / "lost_update"),
        ("eve", "exercises", elsewhere.parent),
        ("joe", "lost_update.py", elsewhere / "lost_update" / "exercise.py"),
    ):
        place = tmp_path / "cohort" / name / link
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(target)
    students, _ = collect([tmp_path / "cohort"], EXERCISES)
    assert [(s.name, len(s.problems), s.sources) for s in students] == [
        (name, 1, {}) for name in ("ada", "bob", "eve", "joe")
    ]


def test_more_files_than_are_read_are_told(tmp_path, monkeypatch):
    monkeypatch.setattr("checker.sweep.archives.MAX_ENTRIES", 3)
    names = [f"{n}/lost_update/exercise.py" for n in range(4)]
    in_zip(tmp_path / "ada.zip", names)
    in_tar(tmp_path / "bob.tar.gz", names)
    for name in names:
        write(tmp_path / "eve" / name)
    students, _ = collect([tmp_path], EXERCISES)
    assert all("more than 3 files" in student.problems[0] for student in students)


@pytest.mark.parametrize(
    ("layout", "names"),
    [
        ("Ada Lovelace_{}_assignsubmission_file_/lost_update.py", "Ada Lovelace"),
        ("lovelaceada_{}_77_lost_update.py", "lovelaceada"),
        ("lovelaceada_LATE_{}_77_work.zip", "lovelaceada"),
    ],
)
def test_students_of_the_same_name_are_not_taken_for_one(tmp_path, layout, names):
    for number in (12, 34):
        path = tmp_path / layout.format(number)
        if path.suffix == ".zip":
            in_zip(path, ["lost_update.py"])
        else:
            write(path)
    students, _ = collect([tmp_path], EXERCISES)
    assert [student.name for student in students] == [f"{names} (12)", f"{names} (34)"]
    assert all(sorted(student.sources) == [NAME] for student in students)


def test_a_student_who_hands_in_by_two_ways_is_one(tmp_path):
    write(tmp_path / "ada_12_34_lost_update.py")
    write(tmp_path / "ada_12_35_forgotten_await.py")
    write(tmp_path / "Bob B_56_assignsubmission_file_" / "lost_update.py")
    write(tmp_path / "Bob B_56_assignsubmission_onlinetext_" / "onlinetext.html")
    assert taken(tmp_path) == {"ada": ["first_steps/forgotten_await", NAME], "Bob B": [NAME]}


def test_a_pipe_in_place_of_a_file_is_told_and_holds_nobody_up(tmp_path):
    (tmp_path / "ada" / "lost_update").mkdir(parents=True)
    os.mkfifo(tmp_path / "ada" / "lost_update" / "exercise.py")
    assert any("not a regular file" in problem for problem in problems_of(tmp_path))


def test_what_leads_out_of_an_archive_is_told_and_not_taken(tmp_path):
    in_zip(tmp_path / "ada.zip", ["../lost_update/exercise.py", "/lost_update/exercise.py"])
    assert taken(tmp_path) == {"ada": []}
    assert sum("leads out of the archive" in problem for problem in problems_of(tmp_path)) == 2


def test_a_link_in_an_archive_is_not_taken(tmp_path):
    with tarfile.open(tmp_path / "ada.tar.gz", "w:gz") as archive:
        info = tarfile.TarInfo("lost_update/exercise.py")
        info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(info)
    with zipfile.ZipFile(tmp_path / "bob.zip", "w") as packed:
        link = zipfile.ZipInfo("lost_update/exercise.py")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        packed.writestr(link, "/etc/passwd")
    assert taken(tmp_path) == {"ada": [], "bob": []}
    assert sum("not a regular file" in problem for problem in problems_of(tmp_path)) == 2


def test_a_zip_bomb_costs_no_more_than_the_largest_file(tmp_path):
    with zipfile.ZipFile(tmp_path / "ada.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("lost_update/exercise.py", b"#" * (64 << 20))
    students, _ = collect([tmp_path], EXERCISES)
    source = students[0].sources[NAME]
    assert source.content == b""
    assert f"more than {MAX_SOURCE >> 10} KiB" in source.fault


def test_a_tar_that_unpacks_to_gigabytes_is_not_read_to_its_end(tmp_path):
    info = tarfile.TarInfo("big.bin")
    info.size = 4 << 30
    with gzip.open(tmp_path / "ada.tar.gz", "wb", compresslevel=1) as file:
        file.write(info.tobuf())
        for _ in range(160):
            file.write(b"\0" * (1 << 20))
    assert any("unpacks to more than" in problem for problem in problems_of(tmp_path))


def global_header(packed):
    keys = b"".join(b"%d k%07d=1\n" % (14, n) for n in range(5000))
    header = tarfile.TarInfo("pax_global_header")
    header.type, header.size = tarfile.XGLTYPE, len(keys)
    packed.addfile(header, io.BytesIO(keys))


def long_name(packed):
    header = tarfile.TarInfo("././@LongLink")
    header.type, header.size = tarfile.GNUTYPE_LONGNAME, 1 << 20
    packed.addfile(header, io.BytesIO(b"a/" * (1 << 19)))


def holes(packed):
    info = tarfile.TarInfo("lost_update/exercise.py")
    info.pax_headers = {
        "GNU.sparse.major": "1",
        "GNU.sparse.minor": "0",
        "GNU.sparse.name": "lost_update/exercise.py",
        "GNU.sparse.realsize": "1000000",
    }
    table = b"100000\n" + b"1\n" * 200_000
    info.size = len(table)
    packed.addfile(info, io.BytesIO(table))


@pytest.mark.parametrize("evil", [global_header, long_name, holes])
def test_a_tar_whose_headers_take_all_memory_is_not_read(tmp_path, evil):
    with tarfile.open(tmp_path / "ada.tar.gz", "w:gz", format=tarfile.PAX_FORMAT) as packed:
        evil(packed)
        info = tarfile.TarInfo("lost_update/exercise.py")
        info.size = len(CODE)
        packed.addfile(info, io.BytesIO(CODE))
    assert taken(tmp_path) == {"ada": []}
    assert any("is not read: " in problem for problem in problems_of(tmp_path))


def test_what_git_archives_is_read(tmp_path):
    with tarfile.open(tmp_path / "ada.tar.gz", "w:gz", format=tarfile.PAX_FORMAT) as packed:
        packed.pax_headers = {"comment": "0" * 40}
        info = tarfile.TarInfo(
            "kit-" + "long" * 40 + "/exercises/locks_and_limits/lost_update/exercise.py"
        )
        info.size = len(CODE)
        packed.addfile(info, io.BytesIO(CODE))
    assert taken(tmp_path) == {"ada": [NAME]}


def test_problems_without_end_are_told_up_to_a_limit(tmp_path):
    in_zip(tmp_path / "ada.zip", [f"../{n}/exercise.py" for n in range(1000)])
    assert len(problems_of(tmp_path)) == 21
    assert problems_of(tmp_path)[-1] == "and 980 problems more"


@given(st.binary(max_size=300))
def test_no_bytes_in_place_of_an_archive_stop_a_sweep(tmp_path_factory, content):
    folder = tmp_path_factory.mktemp("cohort")
    (folder / "ada.zip").write_bytes(content)
    (folder / "bob.tar.gz").write_bytes(content)
    write(folder / "eve__lost_update.py")
    students, _ = collect([folder], EXERCISES)
    assert {student.name: bool(student.problems) for student in students} == {
        "ada": True,
        "bob": True,
        "eve": False,
    }


def test_what_may_be_in_an_archive_that_cannot_be_read_is_left_open(tmp_path):
    write(tmp_path / "ada" / "lost_update.py")
    write(tmp_path / "ada" / "rest.zip", b"PK, and no more")
    students, _ = collect([tmp_path], EXERCISES)
    left_open = {name for name, source in students[0].sources.items() if source.obstacle}
    assert left_open == {exercise.name for exercise in EXERCISES} - {NAME}
    assert students[0].sources["blocking/sleeping_loop"].obstacle == (
        "rest.zip could not be read; ask for it again"
    )


def test_an_encrypted_archive_is_told(tmp_path):
    in_zip(tmp_path / "ada.zip", ["lost_update/exercise.py"])
    data = bytearray((tmp_path / "ada.zip").read_bytes())
    data[6] |= 1  # The flag in the header of the member, and in the directory at the end.
    data[data.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "ada.zip").write_bytes(data)
    assert any("ada.zip cannot be read" in problem for problem in problems_of(tmp_path))


def test_the_same_exercise_twice_is_told_and_the_first_is_taken(tmp_path):
    write(tmp_path / "ada" / "a" / "lost_update" / "exercise.py", b"first = 1\n")
    write(tmp_path / "ada" / "b" / "lost_update" / "exercise.py", b"second = 2\n")
    students, _ = collect([tmp_path], EXERCISES)
    assert students[0].sources[NAME].content == b"first = 1\n"
    assert "is there 2 times" in students[0].problems[0]


def test_what_is_nobodys_is_told(tmp_path):
    write(tmp_path / "notes.txt")
    write(tmp_path / "whatever.py")
    write(tmp_path / "ada__lost_update.py")
    assert len(problems_of(tmp_path)) == 2
    assert taken(tmp_path) == {"ada": [NAME]}


def test_names_are_made_harmless(tmp_path):
    write(tmp_path / "\x1b[31mada\u202e\n" / "lost_update.py")
    (name,) = taken(tmp_path)
    assert name.isprintable()


# --- rosters ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "name,group\nada,1\nJürgen M,2\n",
        "Name;Group\nada;1\nJürgen M;2\n",
        "student\tsection\nada\t1\nJürgen M\t2\n",
        "Student,ID,Section\nPoints Possible,,\nada,17,1\nJürgen M,18,2\n",
        "First name,Surname,Group\nada,,1\nJürgen,M,2\n",
    ],
)
def test_a_roster_may_come_from_a_spreadsheet_or_a_course_system(tmp_path, text):
    roster = tmp_path / "students.csv"
    roster.write_text(unicodedata.normalize("NFD", text), encoding="utf-8-sig")
    write(tmp_path / "cohort" / "Jürgen M" / "lost_update.py")
    students, _ = collect([tmp_path / "cohort"], EXERCISES, roster=roster)
    assert [(s.name, s.group, s.problems) for s in students] == [
        ("Jürgen M", "2", []),
        ("ada", "1", []),
    ]


def test_a_roster_without_names_says_what_it_has(tmp_path):
    roster = tmp_path / "students.csv"
    roster.write_text("Vorname;Gruppe\nada;1\n")
    write(tmp_path / "cohort" / "ada" / "lost_update.py")
    with pytest.raises(RosterError, match="it has 'vorname', 'gruppe'"):
        collect([tmp_path / "cohort"], EXERCISES, roster=roster)


def test_a_roster_names_groups_and_who_has_not_handed_in(tmp_path):
    roster = tmp_path / "students.csv"
    roster.write_text("Name;ignored,Group\n", encoding="utf-8")
    roster.write_text("\ufeffName,Group\nada,1\nbob,2\n", encoding="utf-8")
    write(tmp_path / "cohort" / "ada" / "lost_update.py")
    write(tmp_path / "cohort" / "eve" / "lost_update.py")
    students, _ = collect([tmp_path / "cohort"], EXERCISES, roster=roster)
    assert [(s.name, s.group, sorted(s.sources)) for s in students] == [
        ("ada", "1", [NAME]),
        ("bob", "2", []),
        ("eve", "", [NAME]),
    ]
    assert students[2].problems == ["is not in the roster"]


@pytest.mark.parametrize("text", ["", "ada\nbob\n", b"\xff\xfe\x00"])
def test_a_roster_that_cannot_be_read_says_what_it_needs(tmp_path, text):
    roster = tmp_path / "students.csv"
    roster.write_bytes(text if isinstance(text, bytes) else text.encode())
    write(tmp_path / "cohort" / "ada" / "lost_update.py")
    with pytest.raises(RosterError, match="the roster"):
        collect([tmp_path / "cohort"], EXERCISES, roster=roster)


def test_only_the_students_asked_for_are_taken(tmp_path):
    for name in ("ada", "bob"):
        write(tmp_path / name / "lost_update.py")
    assert taken(tmp_path, only=["bob"]) == {"bob": [NAME]}
    with pytest.raises(CollectError, match="nobody handed in anything as 'eve'"):
        taken(tmp_path, only=["eve"])


def test_a_path_without_submissions_says_what_would_do(tmp_path):
    with pytest.raises(CollectError, match="holds no submission"):
        collect([tmp_path], EXERCISES)
    with pytest.raises(CollectError, match="does not exist"):
        collect([tmp_path / "nowhere"], EXERCISES)
