"""The documents, the scripts that keep them current, and the command line."""

import importlib.util
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def script(name):
    """A script of the folder of documents, as a module."""
    sys.path.insert(0, str(DOCS))
    try:
        spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(DOCS))
    return module


def blocks(language, path):
    """The code in a language that a document shows."""
    text = (ROOT / path).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="session")
def make_tables():
    return script("make_tables")


@pytest.fixture(scope="session")
def make_schemas():
    return script("make_schemas")


@pytest.fixture(scope="session")
def shown():
    """Gives the code in a language that a document shows."""
    return blocks


@pytest.fixture(scope="session")
def examples():
    """The files of the page on extending that are complete, by their place in the package."""
    text = (DOCS / "extending.md").read_text(encoding="utf-8")
    found = re.findall(
        r"^`(optplay/\S+)`:\n\n```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL
    )
    return dict(found)
