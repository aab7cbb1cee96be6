"""The cache of compiled code."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from enum import IntEnum
from pathlib import Path
from threading import Event, Thread
from types import ModuleType

import numpy as np
import pytest

import optplay
from optplay.arrays import Matrix, Packed, Vector
from optplay.problems.network import lesson_gradient
from optplay.training import compilation, kernel
from optplay.training.compilation import Way, _compiled, _forms, _version, reached


def test_the_loop_in_the_cache_is_that_of_the_files_compiled_into_it():
    """Without this, a change of the network would change nothing where the loop was cached."""
    assert {lesson_gradient, kernel.run_steps, kernel.one_update} <= {
        *reached(kernel.run_lesson_steps)
    }


def load(path, text):
    """The function `f` of a file with this text."""
    path.write_text(text)
    scope = {"__name__": "mine"}
    exec(compile(text, path, "exec"), scope)
    return scope["f"]


def test_a_version_is_of_the_content(tmp_path):
    one = "def f(): return ONE\nONE = 1\n"
    first = _version(load(tmp_path / "a.py", one))
    assert first == _version(load(tmp_path / "b.py", one))
    assert first != _version(load(tmp_path / "a.py", one.replace("1", "2")))


def test_a_version_is_of_all_that_is_called_too(tmp_path):
    text = "from math import exp\ndef g(): return h()\ndef f(): return exp(g())\n"

    def version(inner, number=1.0):
        outer = load(tmp_path / "outer.py", text)
        outer.__globals__["h"] = load(tmp_path / "inner.py", inner)
        outer.__globals__["h"].__globals__["n"] = number
        assert len(reached(outer)) == 3
        return _version(outer)

    inner = "def f(): return n"
    assert version(inner) == version(inner)
    assert len({version(inner), version(inner + " + 1"), version(inner, 2.0)}) == 3


def test_without_a_file_the_code_counts():
    functions = []
    for sign in "+-":
        scope = {"__name__": "mine"}
        exec(f"def f(x): return x{sign}1", scope)
        functions.append(scope["f"])
    assert _version(functions[0]) != _version(functions[1])


def test_two_threads_may_be_the_first_to_compile():
    """In a process that has not imported numba yet, as when a view opens while the app starts."""
    code = """
import threading
from optplay.problems import Problem
from optplay.training.compilation import compiled_gradient, compiled_loop, on_compile

def train():
    on_compile(lambda: None)
    compiled_loop(Problem())

failed = []
threading.excepthook = lambda args: failed.append(args.exc_value)
threads = [threading.Thread(target=work, daemon=True) for work in (train, compiled_gradient)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join(120)
assert not failed, failed
assert not any(thread.is_alive() for thread in threads)
"""
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("reference", "values"),
    [
        ("module.VALUE", (1.0, 2.0)), ("module.VALUE", (np.zeros(2000), np.zeros(2001))),
        ("module.VALUE", (np.zeros(2), np.zeros(2, dtype=np.int64))), ("VALUE", ((1,), (2,))),
        ("package.module.VALUE", (1, 2)), ("Kind.ONE.value", (1, 2)),
    ],
)  # fmt: skip
def test_a_version_is_of_values_reached_through_what_has_them(tmp_path, reference, values):
    def version(value):
        function = load(tmp_path / "f.py", f"def f(): return {reference}")
        module, package = ModuleType("module"), ModuleType("package")
        module.VALUE, package.module = value, module
        scope = {"module": module, "package": package, "VALUE": value}
        if reference.startswith("Kind"):
            scope["Kind"] = IntEnum("Kind", {"ONE": value})
        function.__globals__.update(scope)
        return _version(function)

    assert len({version(value) for value in values}) == 2
    assert version(values[0]) == version(values[0])


def test_what_is_called_through_a_module_is_compiled_and_counts(tmp_path):
    def made(sign):
        module = ModuleType("module")
        module.inner = load(tmp_path / "inner.py", f"def f(x): return x {sign} 1.0")
        outer = load(tmp_path / "outer.py", "def f(x: float) -> float: return module.inner(x)")
        outer.__globals__["module"] = module
        return outer

    plus, version = made("+"), _version(made("+"))
    assert _compiled(plus)(2.0) == 3.0
    assert _version(made("-")) != version


def test_a_version_is_of_what_it_is_compiled_as():
    def f(x, y):
        pass

    kinds = [Callable[[a, b], None] for a in (Vector, Packed) for b in (Packed, Matrix)]
    kinds.append(Callable[[Vector, Callable[[float], float]], None])
    kinds.append(Callable[[Vector, Callable[[int], float]], None])
    versions = {_version(f, _forms(kind, Way.ALONE)) for kind in kinds}
    assert len(versions) == len(kinds)
    assert _version(f, _forms(kinds[1], Way.TOGETHER)) not in versions


def test_a_version_is_of_the_files_that_decide_how_numbers_lie(tmp_path):
    package = tmp_path / "optplay"
    source = Path(optplay.__file__).parent
    shutil.copytree(source, package, ignore=shutil.ignore_patterns("__pycache__", "*.so"))
    program = """
from optplay.optim import OPTIMIZERS
from optplay.training.compilation import Way, _forms, _version, kernel
print(_version(OPTIMIZERS.find("sgd").step, _forms(kernel.Rule, Way.ALONE)))
"""

    def version():
        return subprocess.run(
            [sys.executable, "-c", program], check=True, capture_output=True, text=True,
            env=os.environ | {"PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
            cwd=tmp_path,
        ).stdout  # fmt: skip

    versions = [version()]
    for name, old, new in [
        ("arithmetic/lanes.py", "LANES = 8", "LANES = 4"),
        ("training/kernel.py", "PackedNumber, int], None]", "PackedNumber, float], None]"),
        ("training/codegen.py", "return 0", "return 1"),
        ("arrays.py", "Number = Annotated", "Amount = Number = Annotated"),
    ]:
        text = (package / name).read_text()
        assert old in text
        (package / name).write_text(text.replace(old, new, 1))
        versions.append(version())
    assert len({*versions}) == len(versions)


def test_what_is_known_waits_for_nothing_that_is_compiled(monkeypatch):
    begun, finish, known = Event(), Event(), Event()

    def make(function, *_):
        if function == "slow":
            begun.set()
            finish.wait(60)
        return function

    monkeypatch.setattr(compilation, "_made", make)
    monkeypatch.setattr(compilation, "_known", {})
    _compiled("known")
    threads = [
        Thread(target=lambda: _compiled("slow")),
        Thread(target=lambda: (_compiled("known"), known.set())),
    ]
    threads[0].start()
    assert begun.wait(60)
    threads[1].start()
    found = known.wait(10)
    finish.set()
    for thread in threads:
        thread.join()
    assert found


def test_numba_told_to_compile_nothing_compiles_ours(tmp_path):
    program = """
from optplay.training.compilation import _compiled
def half(x: float) -> float: return x / 2
print(_compiled(half)(3.0), _compiled(half))
"""
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1", "NUMBA_CACHE_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True,
        env=environment,
    )  # fmt: skip
    assert done.stdout.startswith("1.5 <optplay.training.machine.Compiled"), done.stderr
