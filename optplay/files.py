"""Reading files that may be anything, and writing them so that each is complete or not there."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

KINDS = {
    stat.S_IFDIR: "a directory", stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device", stat.S_IFBLK: "a device",
}  # fmt: skip


def other_than_file(path: Path) -> str | None:
    """What is there in place of a file, if anything else is: `a directory`, `a pipe`, …

    Raises:
        OSError: it can't be looked at; FileNotFoundError if nothing is there.
    """
    return KINDS.get(stat.S_IFMT(path.stat().st_mode))


def read_bytes(path: Path, most: int) -> bytes:
    """The content of a file of at most so many bytes; never waits, as for what comes from a pipe.

    Raises:
        OSError: it can't be read, is no file, or is larger.
    """
    found = other_than_file(path)
    if found:
        raise OSError(errno.EINVAL, f"found {found}, allowed: a file", str(path))
    with path.open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise OSError(errno.EFBIG, f"found more than {most:,} bytes", str(path))
    return content


def write_text(path: Path, text: str) -> None:
    """Writes a text in UTF-8; see `writing`."""
    write_bytes(path, text.encode())


def write_bytes(path: Path, content: bytes) -> None:
    """Writes a file; see `writing`."""
    with writing(path) as file:
        file.write(content)


@contextmanager
def writing(path: Path) -> Iterator[BinaryIO]:
    """A file to write to: under another name in the same folder, which becomes `path` at the end.

    Raises:
        OSError: the folder isn't there or can't be written to, the disk is full, or what is at
            `path` is no file. It names `path`.
    """
    # What a link leads to is written, and the link kept.
    target = Path(os.path.realpath(path))
    temporary = target.with_name(f".{target.name[:40]}.{os.urandom(8).hex()}")
    try:
        if target.exists() and (found := other_than_file(target)):
            raise OSError(errno.EINVAL, f"found {found}, allowed: a file")
        with temporary.open("xb") as file:
            yield file
        temporary.replace(target)
    except BaseException as error:
        with suppress(OSError):
            temporary.unlink()
        if isinstance(error, OSError):
            raise OSError(error.errno, error.strerror or str(error), str(path)) from error
        raise
