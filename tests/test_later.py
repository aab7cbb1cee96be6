"""What is imported on first use is what it stands for."""

import ast
import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from optplay.later import Later


def promised(package: ModuleType) -> dict[str, str]:
    """By name, the module that type checkers are told to take it from."""
    tree = ast.parse(Path(package.__file__ or "").read_text(encoding="utf-8"))
    found = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    inside = [node for node in found if (node.module or "").startswith(package.__name__)]
    return {name.name: node.module or "" for node in inside for name in node.names}


@pytest.mark.parametrize("name", ["optplay.training", "optplay.experiments"])
def test_a_package_has_what_type_checkers_are_told(name):
    package = import_module(name)
    names = promised(package)
    assert len(names) > 10
    for each, module in names.items():
        assert getattr(package, each) is getattr(import_module(module), each)
    with pytest.raises(AttributeError, match=f"module '{name}' has no attribute 'nothing'"):
        _ = package.nothing


def test_a_module_is_imported_when_something_is_asked_of_it():
    code = (
        "import sys; from optplay.later import Later; module = Later('json.tool'); "
        "before = 'json.tool' in sys.modules; module.main; "
        "print(before, 'json.tool' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "False True\n"


def test_it_is_then_as_quick_as_the_module():
    later = Later("json")
    assert later.dumps is json.dumps
    assert type(later) is ModuleType
    assert later.JSONDecoder is json.JSONDecoder
    with pytest.raises(AttributeError, match="nothing"):
        _ = later.nothing
