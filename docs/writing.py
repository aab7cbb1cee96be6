"""What the scripts of this folder share: files that they make are written, or only compared."""

import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]


def write(made: Mapping[Path, str]) -> None:
    """Writes texts to files; with `--check` it ends with 1 if one of them is not as it would be."""
    old = [path for path, text in made.items() if not _holds(path, text)]
    for path in old:
        if "--check" not in sys.argv[1:]:
            path.write_text(made[path], encoding="utf-8")
    names = ", ".join(str(path.relative_to(ROOT)) for path in old)
    if old and "--check" in sys.argv[1:]:
        sys.exit(f"not current: {names}; mended by: python docs/{Path(sys.argv[0]).name}")
    print(f"wrote {names}" if old else "all current")


def _holds(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text
