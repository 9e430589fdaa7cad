"""Hostile submissions, and how they are handed in.

Most are a file of `tests/attacks/` each, of which an installed kit has a copy, for the exercise that its line `# For:` names. Its line `# Ends:`
says how it must end (`failed`, unless it says otherwise: what claims to be the checker's own failure
is `not_graded`, which is no mark either), each line `# Sees:` what its verdict must say, and `# Points:`
how many its honest part is worth (none, unless it says otherwise). Others
are more than a file, or less: what lies beside it, links, pipes and archives.
"""

import bz2
import contextlib
import gzip
import io
import os
import shutil
import stat
import tarfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

from checker.course import Course, Exercise

__all__ = ["BESIDE", "FILES", "ODD", "hand_in", "hand_in_odd", "put", "said"]


def _attacks() -> Path:
    """Where they are: inside an installed kit, or in the clone that an editable one is run from."""
    inside = Path(__file__).parents[1] / "shipped" / "attacks"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "tests" / "attacks"


FILES: Final = sorted(_attacks().glob("*.py"))

ODD_FOR: Final = "lost_update"
"""The exercise that all which are not a file are for."""

BESIDE: Final = ("20b_kills_what_comes_after", "20c_takes_all_the_room")
"""Attacks on what is judged after them: handed in beside right answers that others have, too."""


def said(attack: Path, key: str) -> list[str]:
    """What the lines `# KEY: ...` of an attack say."""
    start = f"# {key}: "
    lines = attack.read_text(encoding="utf-8").splitlines()
    return [line.removeprefix(start) for line in lines if line.startswith(start)]


def put(folder: Path, exercise: Exercise, content: bytes) -> Path:
    """Hand in `content` for an exercise; the path of the file."""
    place = folder / exercise.chapter / exercise.short_name / "exercise.py"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    return place


def hand_in(
    folder: Path,
    course: Course,
    attack: Path,
    *,
    beside: Sequence[str] = (),
    words: Mapping[str, str] = MappingProxyType({}),
) -> Path:
    """Hand in a file of `attacks/`, and what belongs to it, in the folder of a student. `words` says what
    stands in it instead of what; `beside` names the exercises that right answers are handed in for by
    an attack of `BESIDE`, all of them if it is empty. The path of the file."""
    (exercise,) = course.select(said(attack, "For"))
    text = attack.read_text(encoding="utf-8")
    for word, instead in words.items():
        text = text.replace(word, instead)
    if attack.stem in BESIDE:
        # What it leaves behind is there while the same right answers as others have are judged.
        for other in course.select(beside):
            put(folder, other, (other.solutions / "solution.py").read_bytes())
    return put(folder, exercise, text.encode())


def hand_in_odd(cohort: Path, course: Course) -> list[str]:
    """Hand in all that is not a file of `attacks/`; the names of who does."""
    (exercise,) = course.select([ODD_FOR])
    target = exercise.solutions / "solution.py"
    names = []
    for name, make in ODD.items():
        with contextlib.suppress(PermissionError):  # A device is for root alone to make.
            make(cohort / name, exercise, target)
            names.append(name)
    return names


# --- modules and checks beside it ---------------------------------------------------------------


def _modules_beside_it(folder: Path, exercise: Exercise, target: Path) -> None:
    """Modules that are named like those that the judge and the sandbox import, and what Python or
    pytest run by themselves; each would give full marks, and end everything."""
    evil = b"print('{\"points\": 6}')\nimport os\nos._exit(0)\n"
    places = [folder, put(folder, exercise, _wrong(exercise)).parent]
    for place in places:
        for name in ("json", "anyio", "msgspec", "sitecustomize", "usercustomize", "conftest"):
            (place / f"{name}.py").write_bytes(evil)
        for name in ("checks", "driver", "struct", "linecache", "__init__", "__main__"):
            (place / f"{name}.py").write_bytes(evil)
        for package in ("checker", "checker_sandbox"):
            (place / package).mkdir(parents=True)
            (place / package / "__init__.py").write_bytes(evil)
        (place / "evil.pth").write_text("import os; os._exit(0)\n")
        (place / "pyproject.toml").write_text(
            "[tool.pytest.ini_options]\naddopts = '-p conftest'\n"
        )


def _edited_checks(folder: Path, exercise: Exercise, target: Path) -> None:
    """A clone of the kit in which the checks ask for nothing, and the starter is the wrong answer."""
    clone = folder / "tasklings"
    easy = b"from checker import check\n\n\n@check('All is well', points=6)\ndef easy(case): ...\n"
    shutil.copytree(exercise.folder.parents[1], clone / "exercises")
    put(clone / "exercises", exercise, _wrong(exercise))
    (clone / "exercises" / exercise.name / "checks.py").write_bytes(easy)
    (clone / "solutions" / exercise.name).mkdir(parents=True)
    (clone / "solutions" / exercise.name / "starter.py").write_bytes(_wrong(exercise))
    (clone / "checker").mkdir()
    (clone / "checker" / "__init__.py").write_text("raise SystemExit(0)\n")


def _wrong(exercise: Exercise) -> bytes:
    return exercise.starter + b"\n# Nearly as it was.\n"


def _slow_to_compare(folder: Path, exercise: Exercise, target: Path) -> None:
    """Imports by the hundred, and statements as deep as they go: slow to compare with others."""
    names = ", ".join(f"module_{n}" for n in range(2000))
    deep = "".join(f"{' ' * depth}if 0:\n" for depth in range(97)) + " " * 97 + ";".join("_" * 9000)
    evil = f"\ntry:\n    import {names}\nexcept ImportError:\n    pass\n{deep}\n"
    put(folder, exercise, _wrong(exercise) + evil.encode())


def _slow_to_parse(folder: Path, exercise: Exercise, target: Path) -> None:
    """A name of so many parts that to parse it takes a gigabyte."""
    dotted = f"\ntry:\n    import {'.'.join('a' * 30_000)}\nexcept ImportError:\n    pass\n"
    put(folder, exercise, _wrong(exercise) + dotted.encode())


# --- what is no regular file, and would lead to one of the instructor's, or hold its reader up ----


def _nothing(folder: Path, exercise: Exercise) -> Path:
    """Where the file would be."""
    place = put(folder, exercise, b"")
    place.unlink()
    return place


def _link(folder: Path, exercise: Exercise, target: Path) -> None:
    _nothing(folder, exercise).symlink_to(target)


def _linked_folder(folder: Path, exercise: Exercise, target: Path) -> None:
    place = _nothing(folder, exercise).parent
    place.rmdir()
    place.symlink_to(target.parent)


def _pipe(folder: Path, exercise: Exercise, target: Path) -> None:
    os.mkfifo(_nothing(folder, exercise))


def _folder(folder: Path, exercise: Exercise, target: Path) -> None:
    _nothing(folder, exercise).mkdir()


def _device(folder: Path, exercise: Exercise, target: Path) -> None:
    place = _nothing(folder, exercise)
    try:
        os.mknod(place, stat.S_IFCHR | 0o666, os.makedev(1, 5))
    except OSError:
        shutil.rmtree(folder)
        raise


def _hundred_megabytes(folder: Path, exercise: Exercise, target: Path) -> None:
    _nothing(folder, exercise).touch()
    os.truncate(folder / exercise.name / "exercise.py", 100 << 20)


# --- archives that lead out of themselves, and that are small until they are opened -------------


def _zip_leads_out(folder: Path, exercise: Exercise, target: Path) -> None:
    inner = _inner(exercise)
    with zipfile.ZipFile(f"{folder}.zip", "w") as packed:
        for name in (f"../../{inner}", f"/{inner}", f"..\\..\\{inner}", f"x/../{inner}"):
            packed.writestr(name, target.read_bytes())


def _zip_of_a_link(folder: Path, exercise: Exercise, target: Path) -> None:
    with zipfile.ZipFile(f"{folder}.zip", "w") as packed:
        link = zipfile.ZipInfo(_inner(exercise))
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        packed.writestr(link, str(target))


def _tar_of_links(folder: Path, exercise: Exercise, target: Path) -> None:
    inner, right = _inner(exercise), target.read_bytes()
    with tarfile.open(f"{folder}.tar.gz", "w:gz") as packed:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE):
            member = tarfile.TarInfo(inner)
            member.type, member.linkname = kind, str(target)
            packed.addfile(member)
        for name in (f"../{inner}", f"/{inner}"):
            member = tarfile.TarInfo(name)
            member.size = len(right)
            packed.addfile(member, io.BytesIO(right))


def _zip_bomb(kind: int) -> "_Make":
    def make(folder: Path, exercise: Exercise, target: Path) -> None:
        with (
            zipfile.ZipFile(f"{folder}.zip", "w", kind) as packed,
            packed.open(_inner(exercise), "w") as member,
        ):
            for _ in range(128):
                member.write(bytes(1 << 20))

    return make


_ENDLESS: Final = 1 << 40
"""A terabyte of zeros: each stream unpacks to 64 MiB, and they follow one another."""


def _tar_without_end(pack: Callable[[bytes], bytes], big: tarfile.TarInfo) -> "_Make":
    def make(folder: Path, exercise: Exercise, target: Path) -> None:
        zeros = pack(bytes(64 << 20))
        with open(f"{folder}.tar.gz", "wb") as file:
            file.write(pack(big.tobuf()))
            for _ in range(min(_ENDLESS // (64 << 20), (12 << 20) // len(zeros))):
                file.write(zeros)

    return make


def _member(name: str, kind: bytes = tarfile.REGTYPE) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.size = kind, _ENDLESS
    return member


def _inner(exercise: Exercise) -> str:
    return f"{exercise.name}/exercise.py"


_Make = Callable[[Path, Exercise, Path], None]

ODD: Final[Mapping[str, _Make]] = {
    "08_modules_beside_it": _modules_beside_it,
    "12_edited_checks": _edited_checks,
    "16a_link": _link,
    "16b_linked_folder": _linked_folder,
    "16c_pipe": _pipe,
    "16d_folder": _folder,
    "16e_device": _device,
    "16f_a_hundred_megabytes": _hundred_megabytes,
    "16g_zip_leads_out": _zip_leads_out,
    "16h_zip_of_a_link": _zip_of_a_link,
    "16i_tar_of_links": _tar_of_links,
    "16j_zip_bomb": _zip_bomb(zipfile.ZIP_DEFLATED),
    "16k_bz2_bomb": _zip_bomb(zipfile.ZIP_BZIP2),
    "16l_gzip_without_end": _tar_without_end(gzip.compress, _member("zeros")),
    "16m_bz2_without_end": _tar_without_end(bz2.compress, _member("zeros")),
    "19h_is_slow_to_compare": _slow_to_compare,
    "19i_is_slow_to_parse": _slow_to_parse,
    "16n_name_without_end": _tar_without_end(
        gzip.compress, _member("././@LongLink", tarfile.GNUTYPE_LONGNAME)
    ),
}
"""By the name of the student who hands it in; `target` is a file that nobody may have."""
