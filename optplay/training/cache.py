"""Where compiled code is kept on disk, in place of numba's own cache.

numba's notices a change of a function's own file only, and what is damaged there, or can't be
written, puts an end to the program. Here a file is named after all that its content depends on, and
begins with its checksum. One that can't be read, or isn't what was written, is as good as none.
"""

import os
import pickle
import shutil
import stat
import sys
from contextlib import suppress
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

from optplay.files import read_bytes, write_bytes

# A version of optplay needs some forty.
MOST_FILES = 200
LARGEST = 50_000_000
CHECKSUM = sha256().digest_size


def folders() -> list[Path]:
    """Where compiled code may be, the first choice first: beside the code, with which it goes."""
    if own := os.environ.get("NUMBA_CACHE_DIR"):
        return [Path(own) / "optplay"]
    package = Path(__file__).parents[1]
    return [package / "__pycache__" / "compiled", user_cache_path("optplay") / "compiled"]


class DiskCache:
    """Keeps the machine code of one function; numba asks for it, and gives it after compiling.

    Args:
        name: the function's.
        version: changes with all that the code depends on but types, processor, numba and Python.
    """

    cache_path = None

    def __init__(self, name: str, version: str) -> None:
        self._name, self._version = name, version

    def load_overload(self, signature: Any, target: Any) -> Any:
        """What compiling came to before, or None."""
        # numba's own first loads what it compiles with (target.refresh()): half a second,
        # needed only by who compiles, and then done anyway.
        import_module("numba.core.runtime.nrt").rtsys.initialize(target)
        for folder in folders():
            path = self._path(folder, signature, target.codegen())
            try:
                content = _checked(path)
                result = import_module("numba.core.compiler").CompileResult
                found = result._rebuild(target, *pickle.loads(content))
            except FileNotFoundError:
                continue
            except (
                Exception
            ):  # There is no end to what may be wrong with a file, nor to its errors.
                _drop(path)
                continue
            with suppress(OSError):
                os.utime(path)
            return found
        return None

    def save_overload(self, signature: Any, result: Any) -> None:
        """Keeps what compiling came to, where there is a place for it."""
        if result.library.has_dynamic_globals:
            return
        try:
            content = import_module("numba.core.serialize").dumps(result._reduce())
        except Exception:  # A rule may refer to anything, also to what no file can hold.
            return
        for folder in folders():
            path = self._path(folder, signature, result.codegen)
            # A disk that is full or read-only: the next place may be elsewhere.
            with suppress(OSError):
                folder.mkdir(parents=True, exist_ok=True)
                write_bytes(path, sha256(content).digest() + content)
                _tidy(folder)
                return

    def _path(self, folder: Path, signature: Any, codegen: Any) -> Path:
        numba = import_module("numba").__version__
        on = numba, sys.implementation.cache_tag, sys.platform, codegen.magic_tuple()
        digest = sha256(repr((self._version, str(signature), on)).encode()).hexdigest()
        return folder / f"{self._name}-{digest[:32]}"


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
