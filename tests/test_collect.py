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


@pytest.mark.parametrize("given", [[*COURSE], ONE], ids=["all", "one"])
@pytest.mark.parametrize(
    ("cohort", "students"),
    [
        (["ada.zip", "ben.zip", "streams/lost_update.py"], {"ada", "ben", "streams"}),
        (["ada.zip", "locks_and_limits/lost_update/exercise.py"], {"ada", "locks_and_limits"}),
        (
            ["ada__lost_update.py", "locks_and_limits/lost_update/exercise.py"],
            {"ada", "locks_and_limits"},
        ),
        (
            [f"{n}/lost_update.py" for n in ("checker", "tests", "docs", "locks_and_limits")],
            {"checker", "tests", "docs", "locks_and_limits"},
        ),
        (
            ["tests/lost_update.py", "locks_and_limits/lost_update/exercise.py"],
            {"tests", "locks_and_limits"},
        ),
        (
            ["solutions/lost_update.py", "locks_and_limits/lost_update/exercise.py"],
            {"solutions", "locks_and_limits"},
        ),
        (
            [f"{n}/lost_update/exercise.py" for n in ("streams", "locks_and_limits")],
            {"streams", "locks_and_limits"},
        ),
    ],
    ids=lambda value: None if isinstance(value, set) else value[0],
)
def test_no_name_makes_a_cohort_one_student(tmp_path, cohort, students, given):
    for below in cohort:
        if below.endswith(".zip"):
            in_zip(tmp_path / below, ["lost_update.py"])
        else:
            write(tmp_path / below)
    found, strays = collect([tmp_path], given, course=[*COURSE])
    assert {one.name: [*one.sources] for one in found} == {name: [NAME] for name in students}
    assert strays == []


@pytest.mark.parametrize("below", ["", "exercises/"])
def test_that_one_clone_is_taken_for_one_student_is_told(tmp_path, below):
    write(tmp_path / "ada" / below / "locks_and_limits" / "lost_update" / "exercise.py")
    write(tmp_path / "ada" / below / "streams" / "README.md")
    write(tmp_path / "ada" / "checker" / "cli.py")
    write(tmp_path / "ada" / "solutions" / "locks_and_limits" / "lost_update" / "solution.py")
    students, (stray,) = collect([tmp_path / "ada"], ONE, course=[*COURSE])
    assert [(one.name, [*one.sources]) for one in students] == [("ada", [NAME])]
    assert "as the name of a student, since ada is laid out as the clone of one" in stray


@pytest.mark.parametrize("name", ["josé", "Zoë Å"])
def test_two_forms_of_one_name_are_two_students_and_that_is_told(tmp_path, name):
    for form in ("NFC", "NFD"):
        write(tmp_path / unicodedata.normalize(form, name) / "lost_update.py", form.encode())
    if len(os.listdir(tmp_path)) == 1:
        pytest.skip("the file system takes both for one name")
    students, (stray,) = collect([tmp_path], ONE)
    assert {one.name: one.sources[NAME].content for one in students} == {
        unicodedata.normalize("NFC", name): b"NFC",
        f"{unicodedata.normalize('NFC', name)} (2)": b"NFD",
    }
    assert "their names are written with different characters" in stray
    assert all("a name that looks the same" in one.problems[0] for one in students)


def test_what_one_hands_in_twice_and_differently_is_told(tmp_path):
    write(tmp_path / "ada" / "lost_update.py", b"first = 1\n")
    write(tmp_path / "ada__lost_update.py", b"second = 2\n")
    write(tmp_path / "ben" / "lost_update.py")
    write(tmp_path / "ben__lost_update.py")
    _, (stray,) = collect([tmp_path], ONE)
    assert stray.startswith(f"{NAME} of ada in another place, where it is not the same")


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


def test_an_archive_whose_name_is_not_utf_8_is_read_like_any_other(tmp_path):
    inside = "exercises/locks_and_limits/lost_update/exercise.py"
    (tmp_path / "ada").mkdir()
    in_zip(tmp_path / "ada" / os.fsdecode(b"w\xe4rk.zip"), [inside])
    in_zip(tmp_path / os.fsdecode(b"b\xf6b.zip"), [inside])
    assert list(taken(tmp_path).values()) == [[NAME], [NAME]]


def test_what_leads_out_of_an_archive_is_told_and_not_taken(tmp_path):
    in_zip(tmp_path / "ada.zip", ["../lost_update/exercise.py", "/lost_update/exercise.py"])
    assert taken(tmp_path) == {"ada": []}
    assert sum("leads out of the archive" in problem for problem in problems_of(tmp_path)) == 2


PLACES = [f"{exercise.name}/exercise.py" for exercise in EXERCISES[:2]]


def damaged(archive: bytes) -> bytes:
    """A tar with one wrong bit in the header of its second member."""
    second = 512 + 512 * -(-len(CODE) // 512)
    return archive[: second + 100] + bytes([archive[second + 100] ^ 1]) + archive[second + 101 :]


@pytest.mark.parametrize(
    "spoil", [damaged, lambda archive: archive[:1324], lambda archive: archive[:1024]]
)
def test_what_stands_behind_damage_in_a_tar_may_be_somebody_s_work(tmp_path, spoil):
    in_tar(tmp_path / "ada.tar.gz", PLACES)
    whole = gzip.decompress((tmp_path / "ada.tar.gz").read_bytes())
    (tmp_path / "ada.tar.gz").write_bytes(gzip.compress(spoil(whole)))
    [ada], _ = collect([tmp_path], EXERCISES)
    assert ada.problems[0].startswith("ada.tar.gz is damaged: ")
    assert ada.unread == "ada.tar.gz"
    assert not ada.sources[EXERCISES[0].name].obstacle
    assert ada.sources[EXERCISES[1].name].obstacle


def test_a_tar_whose_checksum_is_wrong_is_not_read(tmp_path):
    in_tar(tmp_path / "ada.tar.gz", PLACES)
    content = bytearray((tmp_path / "ada.tar.gz").read_bytes())
    content[-6] ^= 1
    (tmp_path / "ada.tar.gz").write_bytes(bytes(content))
    [ada], _ = collect([tmp_path], EXERCISES)
    assert "CRC check failed" in ada.problems[0]
    assert all(ada.sources[exercise.name].obstacle for exercise in EXERCISES[:2])


def test_what_macos_puts_beside_each_file_is_not_taken_for_one(tmp_path):
    in_tar(tmp_path / "ada.tar.gz", ["._homework.py", "homework.py"])
    write(tmp_path / "bob" / "homework.py")
    write(tmp_path / "bob" / "._homework.py")
    one = [exercise for exercise in EXERCISES if exercise.name == NAME]
    assert taken(tmp_path, exercises=one) == {"ada": [NAME], "bob": [NAME]}


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


@pytest.mark.parametrize(
    "names",
    [
        ["ada_12_34_lost_update.py", "ben_13_35_lost_update.py"],
        ["ada_LATE_12_34_work.zip"],
        ["Ada L_12_assignsubmission_file_/lost_update.py"],
        ["Ada L_12_assignsubmission_file_lost_update.py"],
        ["ada/lost_update.py", "ben/lost_update.py"],
        ["all/ada/exercises/locks_and_limits/lost_update/exercise.py", "all/ben/lost_update.py"],
        ["ada/lost_update.py", "ben/forgotten_await.py"],
        ["ada__lost_update.py", "ben__lost_update.py"],
        ["ada.zip", "ben.tar.gz"],
    ],
)
@pytest.mark.parametrize("pack", [in_zip, in_tar])
def test_an_archive_of_several_students_is_nobodys_and_is_to_be_unpacked(tmp_path, pack, names):
    path = tmp_path / ("all.zip" if pack is in_zip else "all.tar.gz")
    pack(path, names)
    for exercises in (EXERCISES, ONE):
        with pytest.raises(CollectError, match="several students: unpack it into a folder, and sw"):
            collect([path], exercises, course=EXERCISES)


@pytest.mark.parametrize(
    "names",
    [
        ["lost_update.py"],
        ["lost_update.py", "old/lost_update.py"],
        ["ada/lost_update.py", "ada/old/lost_update/exercise.py"],
        ["locks_and_limits__lost_update.py", "first_steps__forgotten_await.py"],
        ["locks_and_limits/lost_update.py", "first_steps/forgotten_await/exercise.py"],
        ["kit/exercises/locks_and_limits/lost_update/exercise.py", "kit/tests/lost_update.py"],
    ],
)
def test_an_archive_of_one_student_may_be_swept_by_itself(tmp_path, names):
    in_zip(tmp_path / "ada.zip", names)
    (found,) = taken(tmp_path / "ada.zip").items()
    assert found[0] == "ada"
    assert NAME in found[1]


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("ada", "ada.zip", "that in ada was taken, that in ada.zip was not"),
        ("one/ada", "two/ada", "that in one/ada was taken, that in two/ada was not"),
    ],
)
def test_of_two_of_the_same_name_it_is_told_which_was_taken(tmp_path, first, second, said):
    for name in (first, second):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        if name.endswith(".zip"):
            in_zip(tmp_path / name, ["lost_update.py"])
        else:
            write(tmp_path / name / "lost_update.py")
    paths = [tmp_path / "one", tmp_path / "two"] if "/" in first else [tmp_path]
    students, _ = collect(paths, EXERCISES)
    (problem,) = (problem for student in students for problem in student.problems)
    assert problem == f"handed in {NAME} more than once; {said}"


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


# --- what Canvas and Moodle say in names, and what nobody can read ------------------------------


def test_the_numbers_of_canvas_and_moodle_are_kept(tmp_path):
    write(tmp_path / "ada_LATE_123_456_lost_update.py")
    with zipfile.ZipFile(tmp_path / "ben_124_457_work.zip", "w") as packed:
        packed.writestr("lost_update.py", CODE)
    write(tmp_path / "Cem Kaya_77_assignsubmission_file_" / "lost_update.py")
    write(tmp_path / "dan__lost_update.py")
    students, _ = collect([tmp_path], EXERCISES)
    found = {
        one.name: (one.platform, one.number, one.attachment, one.said_late) for one in students
    }
    assert found == {
        "ada": ("canvas", "123", "456", True),
        "ben": ("canvas", "124", "457", False),
        "Cem Kaya": ("moodle", "77", "", False),
        "dan": ("", "", "", False),
    }


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("ada.rar", b"Rar!\x1a\x07\x00 and so on"),
        ("ada.7z", b"7z\xbc\xaf\x27\x1c"),
        ("ada.tar.xz", b"\xfd7zXZ\0 and so on"),
        ("ada.tar.gz", b"\xfd7zXZ\0 and so on"),
        ("ada.zip", b"PK\x03\x04 breaks off"),
        ("ada.zip", b"0" * (17 << 20)),
        ("ada/work.rar", b"Rar!\x1a\x07\x00 and so on"),
    ],
    ids=["rar", "7z", "xz", "misnamed", "damaged", "large", "in a folder"],
)
def test_what_nobody_could_read_is_no_mark_and_no_stray(tmp_path, name, content):
    write(tmp_path / name, content)
    (student,), strays = collect([tmp_path], EXERCISES)
    assert (student.name, strays) == ("ada", [])
    assert student.unread == name.rpartition("/")[2]
    assert len(student.problems) == 1
    assert len(student.sources) == len(EXERCISES)
    assert all(source.obstacle for source in student.sources.values())
