"""What is wrong in a schedule, a surface, an activation or a loss is told in one line as well."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from shutil import copytree, ignore_patterns
from textwrap import indent

import pytest

import optplay
from optplay.errors import InputError
from optplay.optim import SCHEDULES, Schedule
from optplay.problems import ACTIVATIONS, LOSSES, SURFACES
from optplay.training.compilation import Declared, compiled_factor
from optplay.training.written import refuse

HEAD = '''"""A function."""

import math

from optplay import arithmetic
from optplay.arithmetic import cos, exp, tanh, where

TABLE = (1.0, 0.5)


def below(x):
    if x < 0:
        return -x
    return x


'''
ARGUMENTS = {"schedule": "k, n", "surface": "w, g, constants", "activation": "s"}
PLAIN = "abs, min, max, and of optplay.arithmetic cos, exp"
ON_EIGHT = "abs, and of optplay.arithmetic exp, exp_of_negative"
# The line that is wrong is the last one.
WRONG = {
    ("schedule", "if k > n:\n    raise ValueError"): ("raise", "arithmetic, if, while"),
    ("schedule", "assert k < n"): ("assert", "arithmetic, if, while"),
    ("schedule", "a = [1.0, 0.5]"): ("list", "arithmetic, if, while"),
    ("schedule", "return math.cos(k)"): ("the function math.cos", "cos of optplay.arithmetic"),
    ("schedule", "return 1 / math.gamma(k)"): ("the function math.gamma", PLAIN),
    ("schedule", "return math.ldexp(1.0, k)"): ("the function math.ldexp", PLAIN),
    ("schedule", "return (1 - k / n) ** 3"): ("**", "a product, or power(a, b)"),
    ("schedule", "return round(k / n, 3)"): ("round to some digits", "round(x)"),
    ("schedule", "return TABLE[k]"): ("k as an index", "a number that stands there"),
    ("schedule", "return TABLE[2]"): ("the index 2 of TABLE", "-2 to 1"),
    ("schedule", "return cos(x=k)"): ("the argument x by its name", "arguments in order"),
    ("schedule", "return 1 - kk"): ("kk, which is not defined", "names that are, as k"),
    ("schedule", "x = k / n"): ("an end without return", "a number returned in every case"),
    ("surface", "g[-1] = 2 * w[-1]"): ("an index below 0", "indices from 0 on"),
    ("surface", "x = w[2]"): ("the index 2 in w[2]", "0 to 1 (coordinates: 2)"),
    ("surface", "x = constants[1]"): ("the index 1 in constants[1]", "0 to 0 (constants: 1)"),
    ("surface", "for i in range(3):\n    g[i] = w[i]"): ("the index 2 in g[i]", "0 to 1 (coord"),
    ("surface", "k = 7\nx = w[k]"): ("k as an index of coordinates", "numbers, or i of"),
    ("surface", "g[0] = math.sinh(w[0])"): ("the function math.sinh", PLAIN),
    ("surface", "g[:] = w"): ("slice", "arithmetic, if, while"),
    ("surface", "x = 2 * w"): ("a whole row of numbers", "numbers one by one"),
    ("activation", "return s if s > 0 else 0.0"): ("if, of eight", "where(condition, a, b)"),
    ("activation", "return math.exp(s)"): ("the function math.exp", "exp of optplay.arithmetic"),
    ("activation", "return cos(s)"): ("the function cos", ON_EIGHT),
    ("activation", "return max(s, 0.0)"): ("the function max", "where(a > b, a, b)"),
    ("activation", "return s ** 2"): ("**", "a product, or power(a, b)"),
    ("activation", "x = s"): ("an end without return", "a number returned"),
}  # fmt: skip
RIGHT = [
    ("schedule", "x = max(0.1, 1 - k / n)\nwhile x > 2.0:\n    x -= 1\nreturn below(x) + k % 2"),
    ("schedule", "if k < int(0.5 * n):\n    return TABLE[-1]\nelse:\n    return 1 - float(k // n)"),
    ("schedule", "return arithmetic.tanh(k) + math.sqrt(k) + math.pi"),
    ("surface", "x = 0.0\nfor i in range(w.size):\n    g[i] = i\n    x += cos(w[i])\nreturn x"),
    ("surface", "for i in range(2):\n    g[i] = w[i]\nreturn constants[0] * w.size"),
    ("activation", "return where((s > 0.0) & (s < 1.0), exp(s), abs(tanh(s)))"),
]
COUNTS = {"surface": (2, 1), "schedule": (0,)}


@pytest.fixture
def function(tmp_path):
    """A function of a file, and the number of its last line."""

    def load(kind, body):
        text = f"{HEAD}def own({ARGUMENTS[kind]}):\n{indent(body, '    ')}\n"
        path = tmp_path / "own.py"
        path.write_text(text, encoding="utf-8")
        spec = importlib.util.spec_from_file_location("own", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return Declared(kind, "own", module.own, COUNTS.get(kind, ())), text.splitlines()

    return load


@pytest.mark.parametrize(("kind", "body"), WRONG)
def test_it_is_told_by_its_line(function, kind, body):
    declared, lines = function(kind, body)
    found, allowed = WRONG[kind, body]
    with pytest.raises(InputError) as error:
        refuse(declared)
    message = str(error.value)
    assert message.startswith(f"own.py, line {len(lines)}, ")
    assert f": found {found}" in message
    assert f", allowed: {allowed}" in message
    assert "\n" not in message


@pytest.mark.parametrize(("kind", "body"), RIGHT)
def test_what_can_be_compiled_is_not_refused(function, kind, body):
    refuse(function(kind, body)[0])


def test_what_comes_with_optplay_is_not_refused():
    for schedule in SCHEDULES.values():
        refuse(Declared("schedule", schedule.name, schedule.factor, (len(schedule.knobs),)))
    for surface in SURFACES.values():
        refuse(Declared("surface", surface.name, surface.gradient, (surface.dimension, 1)))
    for kind, declared in (("activation", ACTIVATIONS), ("loss", LOSSES)):
        for each in declared.values():
            for part in (each.value, each.back, each.bend):
                refuse(Declared(kind, each.name, part))


def test_what_reaches_the_c_library_without_a_text_is_not_kept(monkeypatch, tmp_path):
    """numba's own helpers are not there where the code is loaded from the cache."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    for name in ("gamma", "cos", "exp"):
        known = {}
        text = f"import math\ndef factor(k: int, n: int) -> float:\n    return math.{name}(k / n)"
        exec(text, known)
        with pytest.raises(InputError, match=rf"schedule own: found a call of \w*{name}, not the"):
            compiled_factor(Schedule("own", "Own", "An idea.", known["factor"]))
    assert not any(tmp_path.rglob("factor*"))


def test_a_function_without_a_text_is_told_in_words_too():
    for body, words in (
        ("x = [k, n]; return float(x[k])", "a list, or something else that takes memory"),
        ("k + n", "an end without return"),
    ):
        known = {}
        exec(f"def factor(k: int, n: int) -> float:\n    {body}", known)
        with pytest.raises(InputError, match=f"^schedule own: .*found {words}, which can't"):
            compiled_factor(Schedule("own", "Own", "An idea.", known["factor"]))


ACTIVATION = '''"""An activation."""

from optplay.arithmetic import where
from optplay.problems.functions import Activation


def value(s: float) -> float:
    return {}


def back(e: float, s: float, a: float) -> float:
    return e


def bend(s: float, a: float) -> float:
    return 0.0


activation = Activation("own", "own", "mine", 50, value, back, bend, False)
'''


@pytest.mark.parametrize(
    ("value", "found"),
    [("s if s > 0 else 0.0", "found if, of eight"), ("s * (s > 0.0)", "found mul(")],
)
def test_an_activation_breaks_a_run_that_compiles_it_by_its_own_line(tmp_path, value, found):
    package = Path(optplay.__file__).parent
    copytree(package, tmp_path / "optplay", ignore=ignore_patterns("__pycache__"))
    own = tmp_path / "optplay" / "problems" / "activations" / "own.py"
    own.write_text(ACTIVATION.format(value), encoding="utf-8")
    preset = tmp_path / "mine.toml"
    run = '{ label = "Mine", optimizer = "sgd" }'
    problem = '{ hidden = [3], activation = "own" }'
    preset.write_text(f'title = "Mine"\nproblem = {problem}\nruns = [{run}]\n')
    ran = subprocess.run(
        [sys.executable, "-m", "optplay", "run", str(preset)], capture_output=True, text=True,
        check=False, cwd=tmp_path, env={
            **os.environ, "PYTHONPATH": str(tmp_path), "NUMBA_CACHE_DIR": str(tmp_path / "cache"),
        },
    )  # fmt: skip
    assert ran.returncode == 2
    message = ran.stderr.splitlines()[-1]
    assert f"own.py, line 8, 'return {value}': {found}" in message
