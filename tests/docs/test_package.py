"""What is installed and handed on: a wheel and an sdist."""

import os
import subprocess
import sys
import tarfile
from email import message_from_string
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCHEMAS = ROOT / "optplay" / "schemas"
INSIDE = """
from importlib.metadata import metadata
from importlib.resources import files
from optplay.experiments import preset_files
import optplay
print(optplay.__file__)
print(*(path.name for path in (files("optplay") / "schemas").iterdir()))
print((files("optplay") / "py.typed").is_file(), len(preset_files()))
"""


def built(kind, folder):
    """The wheel or the sdist of this checkout, made by the declared build backend."""
    made = f"import hatchling.build; print(hatchling.build.build_{kind}({str(folder)!r}))"
    command = [sys.executable, "-c", made]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return folder / done.stdout.split()[-1]


@pytest.mark.slow
def test_a_wheel_holds_presets_schemas_and_the_licence(tmp_path):
    target = tmp_path / "installed"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    install = [*pip, "install", "-q", "--no-deps", "--target", target, built("wheel", tmp_path)]
    subprocess.run(install, check=True, capture_output=True)
    path = os.pathsep.join([str(target), os.environ.get("PYTHONPATH", "")])

    def run(*arguments):
        command = [sys.executable, *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env=os.environ | {"PYTHONPATH": path, "COLUMNS": "200"},
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip

    where, schemas, typed = run("-c", INSIDE).splitlines()
    assert Path(where).is_relative_to(target)
    assert set(schemas.split()) == {schema.name for schema in SCHEMAS.iterdir()}
    assert typed == f"True {len(list((ROOT / 'presets').glob('*.toml')))}"
    assert "Which optimizer learns fastest" in run("-m", "optplay", "presets")
    assert "Five optimizers" in run("-m", "optplay", "show", "compare")
    (about,) = target.glob("optplay-*.dist-info")
    assert "MIT" in (about / "licenses" / "LICENSE").read_text(encoding="utf-8")
    said = message_from_string((about / "METADATA").read_text(encoding="utf-8"))
    assert said["License-Expression"] == "MIT"


@pytest.mark.slow
def test_an_sdist_holds_all_that_is_worked_on(tmp_path):
    with tarfile.open(built("sdist", tmp_path)) as sdist:
        held = {name.partition("/")[2] for name in sdist.getnames()}
    for folder in ("optplay", "presets", "docs", "tests"):
        wanted = (p for p in (ROOT / folder).rglob("*") if p.is_file())
        here = {p.relative_to(ROOT).as_posix() for p in wanted if "__pycache__" not in p.parts}
        assert here <= held
    assert {"README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "pyproject.toml"} <= held
