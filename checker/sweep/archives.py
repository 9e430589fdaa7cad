"""Archives that strangers have packed: a zip or a tar, which is read and never unpacked.

Nothing in an archive leads outside. Whatever is wrong with it is reported, and raises no error. What is
large is not read. But to read a small one may take hours, too (a header for all files is kept for each;
a directory of a million entries is read before it is counted), so this is called where time and memory
are limited: see `checker/sweep/limited.py`.
"""

import bz2
import gzip
import os
import stat
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import BinaryIO, Final, Never, Self, TypeAlias, cast

from checker.harmless import safe_name
from checker.submission import MAX_SOURCE, Source

_UNREADABLE: Final = (".rar", ".7z", ".tar.xz", ".txz", ".tar.zst", ".tzst")
"""What people hand in all the same. Whatever is in it, nobody knows."""

SUFFIXES: Final = (".zip", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar", *_UNREADABLE)

MAX_ENTRIES: Final = 20_000
"""How many files a submission may have; a clone of the kit has a few hundred."""

MAX_ARCHIVE: Final = 16 << 20
"""The largest archive that is opened, in bytes."""

MAX_UNPACKED: Final = 128 << 20
"""How much of a compressed tar is read, in bytes: a small one may hold any amount."""

MAX_HEADER: Final = 1 << 14
MAX_GLOBAL: Final = 1 << 10
"""Bytes of an extended header in a tar: for one file, and for all that follow (Git writes a commit's
name there)."""

MAX_DEPTH: Final = 8
"""How deep in a submission a file of an exercise may lie."""

MAX_NAME: Final = 2_000
"""Characters of a file's path in an archive: more than a system that makes one lets a name of that depth
have."""

SKIPPED: Final = {".git", ".venv", "venv", "node_modules", "__pycache__", "solutions", "__MACOSX"}
"""What lies beside the exercises in a clone, and is nobody's work there."""

Reader: TypeAlias = Callable[[], Source]


class _Refused(Exception):
    """It is not read; the text says why."""


class _Damaged(Exception):
    """It is not as whoever packed it has left it; the text says in what."""


class _NotRead(Exception):
    """It is not read here, though it may well be somebody's honest work; the text says why."""


def read_archive(
    file: BinaryIO,
    name: str,
    take: Callable[[Mapping[str, Reader]], object],
    problems: list[str],
) -> tuple[list[str], bool]:
    """Let `take` have the Python files of an archive by their paths, each to be read before it
    returns. Returns the paths of all that is in it, and whether it could be read, as far as anything is
    ever read; what is wrong with what is called `name` is added to `problems`."""
    seen: list[str] = []
    whole = False
    try:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise _Refused("it is not a regular file")
        if status.st_size > MAX_ARCHIVE:
            raise _NotRead(f"it has more than {MAX_ARCHIVE >> 20} MiB")
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                take(_in_zip(archive, seen, problems))
        elif name.lower().endswith(_UNREADABLE):
            raise _NotRead("it is packed in a way that is not read; ask for a .zip or a .tar.gz")
        else:
            with _unpacked(file) as unpacked:
                limited = _Limited(unpacked)
                with tarfile.open(
                    fileobj=cast(BinaryIO, limited), mode="r|", tarinfo=_Header
                ) as archive:
                    files, damage = _in_tar(archive, seen, problems)
                    limited.read_to_its_end()  # Only there its checksum is looked at.
                    take(files)
                    if damage is not None:
                        raise damage
        whole = True
    except _Refused as error:
        whole = True  # Nobody else could read more of it, nor should.
        problems.append(f"{safe_name(name)} is not read: {error}")
    except _NotRead as error:
        problems.append(f"{safe_name(name)} is not read: {error}")
    except (OSError, EOFError, ValueError, RuntimeError, NotImplementedError) as error:
        problems.append(f"{safe_name(name)} cannot be read: {_reason(error)}")
    except (zipfile.BadZipFile, tarfile.TarError, zipfile.LargeZipFile) as error:
        problems.append(f"{safe_name(name)} is no archive: {_reason(error)}")
    except _Damaged as error:
        damaged = "is damaged" if seen else "is no archive"
        problems.append(f"{safe_name(name)} {damaged}: {_reason(error)}")
    except MemoryError:
        raise
    except Exception as error:  # zlib, lzma and struct have errors of their own.
        problems.append(f"{safe_name(name)} is damaged: {_reason(error)}")
    return seen, whole


def _unpacked(file: BinaryIO) -> BinaryIO:
    """A tar that may be compressed, to be read."""
    file.seek(0)
    magic = file.read(6)
    file.seek(0)
    if magic.startswith(b"\x1f\x8b"):
        return cast(BinaryIO, gzip.open(file))
    if magic.startswith(b"BZh"):
        return cast(BinaryIO, bz2.open(file))
    if magic.startswith(b"\xfd7zXZ\0"):  # It says itself how much memory it takes.
        raise _NotRead("it is packed by xz, which is not read; ask for a .zip or a .tar.gz")
    return file


class _Header(tarfile.TarInfo):
    """A header of a tar, if it is no larger than a header has to be. Of what follows from it, Python
    keeps all in memory, for each member again."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        try:
            header = super().frombuf(buf, encoding, errors)
        except (
            tarfile.EmptyHeaderError,  # type: ignore[attr-defined]
            tarfile.TruncatedHeaderError,  # type: ignore[attr-defined]
            tarfile.InvalidHeaderError,  # type: ignore[attr-defined]
        ) as error:
            # Behind the first member, Python takes these for the end, and drops what follows.
            raise _Damaged(str(error)) from None
        extended = header.type in (
            *(tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE),
            *(tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK),
        )
        if extended and header.size > MAX_HEADER:
            raise _Refused(f"a file in it has a header of more than {MAX_HEADER >> 10} KiB")
        if header.type == tarfile.XGLTYPE and header.size > MAX_GLOBAL:
            raise _Refused(f"it has a header of more than {MAX_GLOBAL} bytes for all of its files")
        if header.type == tarfile.GNUTYPE_SPARSE:
            raise _Refused(_SPARSE)
        return header

    # The newer ways to say that a file has holes; the map of them may have millions of entries.
    def _proc_gnusparse_00(self, *_: object) -> Never:
        raise _Refused(_SPARSE)

    _proc_gnusparse_01 = _proc_gnusparse_10 = _proc_gnusparse_00


_SPARSE: Final = "a file in it has holes, which no exercise has"


class _Limited:
    """A file of which only so much is read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._left = MAX_UNPACKED

    def read(self, size: int) -> bytes:
        data = self._file.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise _Refused(f"it unpacks to more than {MAX_UNPACKED >> 20} MiB")
        return data

    def read_to_its_end(self) -> None:
        while self.read(1 << 16):
            pass


def _in_zip(archive: zipfile.ZipFile, seen: list[str], problems: list[str]) -> dict[str, Reader]:
    files: dict[str, Reader] = {}
    for number, info in enumerate(archive.infolist()):
        if number >= MAX_ENTRIES:
            problems.append(f"it has more than {MAX_ENTRIES:,} files; the rest was not read")
            break
        name = _inside(info.filename, problems)
        if name is None or info.is_dir():
            continue
        seen.append(name)
        if not name.lower().endswith(".py"):
            continue
        if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
            problems.append(f"{safe_name(name)} is not a regular file")
            continue
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            # Of the others, Python unpacks as much as there is at once.
            problems.append(f"{safe_name(name)} is packed in a way that is not read")
            continue

        def read(info: zipfile.ZipInfo = info, name: str = name) -> Source:
            with archive.open(info) as member:
                return _source(name, member.read(MAX_SOURCE + 1))

        if name in files:
            problems.append(f"{safe_name(name)} is in it more than once; the last was taken")
        files[name] = read
    return files


def _in_tar(
    archive: tarfile.TarFile, seen: list[str], problems: list[str]
) -> tuple[dict[str, Reader], _Damaged | None]:
    """The Python files, as far as its headers can be read, and why no further."""
    files: dict[str, Reader] = {}
    members = 0
    while True:
        try:
            info = archive.next()
        except _Damaged as damage:
            return files, damage
        if info is None:
            return files, None
        archive.members.clear()  # type: ignore[attr-defined]  # It would keep them all.
        members += 1
        if members > MAX_ENTRIES:
            problems.append(f"it has more than {MAX_ENTRIES:,} files; the rest was not read")
            return files, None
        name = _inside(info.name, problems)
        if name is None or info.isdir():
            continue
        seen.append(name)
        if not name.lower().endswith(".py"):
            continue
        if not info.isreg():
            problems.append(f"{safe_name(name)} is not a regular file")
            continue
        # A tar is read from front to back, so what may be wanted is kept.
        member = archive.extractfile(info)
        content = member.read(MAX_SOURCE + 1) if member is not None else b""
        files[name] = lambda name=name, content=content: _source(name, content)  # type: ignore[misc]


def is_nobodys(name: str) -> bool:
    """Whether that is what a system or a tool has put beside somebody's work. macOS packs a file `._x` for
    each file `x`."""
    return name in SKIPPED or name.startswith("._")


def _inside(name: str, problems: list[str]) -> str | None:
    """The path of an archive's member; None if it leads out of the archive or is nobody's work."""
    if len(name) > MAX_NAME:
        problems.append(f"{safe_name(name)} has a name of more than {MAX_NAME:,} characters")
        return None
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts:
        problems.append(f"{safe_name(name)} leads out of the archive")
        return None
    if len(path.parts) > MAX_DEPTH or any(map(is_nobodys, path.parts)):
        return None
    return path.as_posix()


def _source(name: str, content: bytes) -> Source:
    if len(content) > MAX_SOURCE:
        fault = f"the file has more than {MAX_SOURCE >> 10} KiB, and is not read"
        return Source(safe_name(name), fault=fault)
    return Source(safe_name(name), content=content)


def _reason(error: Exception) -> str:
    return safe_name(str(error)) if str(error) else type(error).__name__
