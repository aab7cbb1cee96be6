"""Where compiled code is kept on disk, in place of numba's own cache.

numba's notices a change of a function's own file only, and what is damaged there, or can't be
written, puts an end to the program. Here a file is named after all that its content depends on, and
begins with its checksum. One that can't be read, or isn't what was written, is as good as none.
"""

import os
import shutil
import stat
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

import llvmlite.binding as llvm

from optplay.files import read_bytes, write_bytes

# A version of optplay needs some two hundred, with each rule alone and in lockstep.
MOST_FILES = 1000
LARGEST = 50_000_000
CHECKSUM = sha256().digest_size


def folders() -> Iterator[Path]:
    """Where compiled code may be, the first choice first: beside the code, with which it goes."""
    if own := os.environ.get("NUMBA_CACHE_DIR"):
        yield Path(own) / "optplay"
        return
    yield Path(__file__).parents[1] / "__pycache__" / "compiled"
    # It is imported where it is needed: mostly that is nowhere.
    from platformdirs import user_cache_path  # noqa: PLC0415

    yield user_cache_path("optplay") / "compiled"


def kept(name: str) -> bytes | None:
    """The machine code of a function that was compiled before."""
    for folder in folders():
        path = _path(folder, name)
        try:
            content = _checked(path)
        except FileNotFoundError:
            continue
        except (OSError, ValueError):
            _drop(path)
            continue
        with suppress(OSError):
            os.utime(path)
        return content
    return None


def keep(name: str, code: bytes) -> None:
    """Keeps it, where there is a place for it."""
    for folder in folders():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            write_bytes(_path(folder, name), sha256(code).digest() + code)
        except OSError:
            # A disk that is full or read-only: the next place may be elsewhere.
            continue
        # Another process may be tidying too.
        with suppress(OSError):
            _tidy(folder)
        return


def _path(folder: Path, name: str) -> Path:
    # As numba chooses what it compiles for.
    processor = os.environ.get("NUMBA_CPU_NAME") or llvm.get_host_cpu_name()
    features = os.environ.get("NUMBA_CPU_FEATURES") or llvm.get_host_cpu_features().flatten()
    on = _numba(), sys.implementation.cache_tag, sys.platform, processor, features
    return folder / f"{name}-{sha256(repr(on).encode()).hexdigest()[:16]}"


@cache
def _numba() -> str:
    """Which version of numba there is, of which importlib.metadata takes 20 ms to tell."""
    found = find_spec("numba")
    assert found
    assert found.origin
    return sha256(Path(found.origin).with_name("_version.py").read_bytes()).hexdigest()


def _checked(path: Path) -> bytes:
    """What was written there.

    Raises:
        OSError: there is none. ValueError: there is something else.
    """
    content = read_bytes(path, LARGEST)
    if sha256(content[CHECKSUM:]).digest() != content[:CHECKSUM]:
        raise ValueError("not what was written")
    return content[CHECKSUM:]


def _drop(path: Path) -> None:
    with suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _tidy(folder: Path) -> None:
    """Drops what was not used for the longest time, of more than is kept."""
    found = [(path, path.lstat()) for path in folder.iterdir()]
    files = [(path, about.st_mtime) for path, about in found if stat.S_ISREG(about.st_mode)]
    for path, _ in sorted(files, key=lambda file: file[1])[:-MOST_FILES]:
        path.unlink(missing_ok=True)
