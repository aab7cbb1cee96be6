"""What is wrong in a rule that a user writes is told in one line, by where it is."""

import importlib.util
import os
import subprocess
import sys
from textwrap import indent

import pytest

from optplay.errors import InputError
from optplay.optim import OPTIMIZERS, Optimizer
from optplay.training.compilation import Declared, compiled_rule
from optplay.training.written import refuse

HEAD = '''"""A rule."""

import math

import numpy as np

from optplay import arithmetic
from optplay.arithmetic import cos, power, tanh, where
from optplay.optim.declaration import Floats, Optimizer
from optplay.optim.hyperparameters import beta, lr

BOUND = 3


def sign(x: float) -> float:
    if x > 0:
        return 1.0
    return -1.0


def early(t: int, longest: int) -> bool:
    return t < longest if longest > 0 else False


def add(row: Floats, i: int, x: float) -> None:
    row[i] += x


def first(row: Floats) -> float:
    return row[0]


def step(w: Floats, g: Floats, state: Floats, hyper: Floats, corrections: Floats, lr: float,
         t: int) -> None:
'''
TAIL = """

optimizer = Optimizer("own", "Own", "An idea.", "mine", 2026, (lr(0.1), beta(0.9, "")),
                      ("m", "p"), step)
"""
EACH = "for i in range(w.size):\n    "
ALONE = "numbers one by one, as w[i] in for i in range(w.size): a rule treats parameters one by one"
# The line that is wrong is the last one, if no other is named.
WRONG = {
    f"{EACH}if g[i] > 0:\n        w[i] -= lr": (-1, "if, of", "where(condition, a, b)"),
    "rate = 2 * hyper[0]\nif rate > 1:\n    rate = 1.0": (-1, "if, of", "where(condition, a, b)"),
    "a, b = t, 1 - corrections[0]\nwhile b < 1:\n    b += a": (-1, "while, of", "where("),
    "m = state[0]\nx = 1.0 if m[0] > 0 else 2.0": (0, "if, of", "where(condition, a, b)"),
    f"{EACH}w[i] -= where(g[i] > 0 and t > 1, lr, 0.0)": (0, "and, of", "(a > b) & (c > d)"),
    f"{EACH}w[i] -= where(g[i] > 1 or g[i] < 0, lr, 0.0)": (0, "or, of", "(a > b) | (c > d)"),
    f"{EACH}w[i] -= where(not g[i] > 0, lr, 0.0)": (0, "not, of", "the opposite comparison"),
    f"{EACH}w[i] -= where(0 < g[i] < 1, lr, 0.0)": (0, "several", "(a < b) & (b < c)"),
    f"{EACH}w[i] -= math.exp(g[i])": (0, "the function math.exp", "exp of optplay.arithmetic"),
    f"{EACH}w[i] -= math.log(t)": (0, "the function math.log", "log of optplay.arithmetic"),
    f"{EACH}w[i] -= math.erf(g[i])": (0, "the function math.erf", "abs, min, max, and of"),
    f"{EACH}w[i] -= cos(g[i])": (0, "the function cos", "abs, min, max, and of"),
    f"{EACH}w[i] -= np.maximum(g[i], 0)": (0, "the function np.maximum", "max"),
    f"{EACH}w[i] -= lr * np.sign(g[i])": (0, "the function np.sign", "where(x > 0, 1.0"),
    f"{EACH}w[i] -= int(g[i])": (0, "the function int", "abs, min, max, and of"),
    f"{EACH}w[i] -= lr * g[i] ** 2": (0, "**", "a product, or power(a, b)"),
    f"{EACH}w[i] -= 0.9 ** t * g[i]": (0, "**", "a product, or power(a, b)"),
    f"{EACH}w[i] -= g[i] % 1": (0, "%", "+ - * /"),
    f"{EACH}w[i] //= lr": (0, "//", "+ - * /"),
    f"{EACH}w[i] -= where(g[i] > 0, lr, lamda)": (0, "lamda, which is not", "names that are"),
    f"{EACH}w[i] -= wher(g[i] > 0, lr, 0.0)": (0, "wher, which is not", "names that are, as where"),
    f"{EACH}w[i] -= g[i] * g[-1]": (0, "an index below 0", "indices from 0 on"),
    "w -= lr": (0, "a whole row of numbers", "numbers one by one"),
    "m = state[0]\nn = m * m": (0, "a whole row of numbers", "numbers one by one"),
    "w[:] = g": (0, "slice", "arithmetic, where, loops"),
    "n = g.sum()": (0, "the function g.sum", "numbers one by one"),
    "for i in range(len(w)):\n    w[i] -= lr": (-1, "the function len", "w.size"),
    "for x in g:\n    w[0] -= x": (-1, "a loop over something else", "for i in range(w.size)"),
    "x = [lr, 1.0]": (0, "list", "arithmetic, where, loops"),
    "if t > 3:\n    raise ValueError": (0, "raise", "arithmetic, where, loops"),
    "print(t)": (0, "the function print", "abs, min, max, and of"),
    f"total = 0.0\n{EACH}total += g[i] * g[i]": (0, "total, carried from", ALONE),
    f"big = lr\n{EACH}big = max(big, g[i])": (0, "big, carried from", ALONE),
    f"{EACH}x = g[i]\nfor i in range(w.size):\n    w[i] -= x": (0, "x, carried from", ALONE),
    f"{EACH}if t > 1:\n        x = g[i]\n    w[i] -= x": (0, "x, carried from", ALONE),
    "x = lr\nfor _ in range(2):\n    y = x\n    for i in range(w.size):\n        x = g[i]": (
        -2, "x, carried from", ALONE
    ),
    f"{EACH}w[i] -= lr / w.size": (0, "w.size as a number", ALONE),
    "n = g.shape[0]": (0, "g.shape as a number", ALONE),
    f"{EACH}w[i] -= lr * g[0]": (0, "g[0]", ALONE),
    f"{EACH}w[i] -= g[i - 1]": (0, "g[i - 1]", ALONE),
    f"{EACH}w[i] -= i": (0, "i as a number", ALONE),
    "for i in range(w.size // 2):\n    w[i] -= lr": (0, "w[i]", ALONE),
    "for i in range(2):\n    w[i] -= lr": (0, "w[i]", ALONE),
    f"{EACH}for j in range(w.size):\n        w[i] -= g[j]": (-1, "a loop in one over", ALONE),
    f"{EACH}if t > 2:\n        break": (0, "break, of a loop over", ALONE),
    f"{EACH}return": (0, "return, in a loop over", ALONE),
    f"x = state[0, 0]\n{EACH}state[0, i] = g[i]": (-2, "state[0, 0]", ALONE),
    f"m, p = state[0], state[1]\nx = p[0]\n{EACH}p[i] += g[i]": (-2, "p[0]", ALONE),
    f"p = state[1]\nx = p[0]\n{EACH}add(state[1], i, g[i])": (-2, "p[0]", ALONE),
    f"x = t\n{EACH}w[i] -= state[1][0]": (0, "state[1][0]", ALONE),
    "p = state[1]\np[0] = lr": (0, "p[0]", ALONE),
    "m = state[2]": (0, "the index 2 in state[2]", "0 to 1 (slots: 2)"),
    f"{EACH}state[5, i] = lr": (0, "the index 5 in state[5, i]", "0 to 1 (slots: 2)"),
    "x = hyper[BOUND]": (0, "the index 3 in hyper[BOUND]", "0 to 0 (hyperparameters after lr: 1)"),
    "for j in range(3):\n    x = hyper[j]": (0, "the index 2 in", "0 to 0 (hyperparameters"),
    "k = 0\nm = state[k]": (0, "k as an index of slots", "numbers, or i of for i in range("),
    f"{EACH}w[i] -= g[i] * state[0, -1]": (0, "an index below 0", "indices from 0 on"),
    f"{EACH}w[i] -= where(condition=g[i] > 0, a=lr, b=lr)": (0, "the argument condition", "argum"),
    f"{EACH}w[i] -= max(lr, g[i], 0.5)": (0, "max of 3", "max(a, max(b, c))"),
    "return w": (0, "a value returned", "return alone"),
    f"{EACH}i = 0\n    w[i] -= lr": (-1, "i set where it is an index", "another name"),
    f"{EACH}for i in range(2):\n        lr = t\n    w[i] -= 1": (-2, "i set where", "another"),
    "x = w\nx = hyper": (0, "x for rows of w and of hyper", "a name for each"),
    "x = (1.0, 2.0)[t]": (0, "t as an index", "a number that stands there"),
}  # fmt: skip
RIGHT = [
    f"{EACH}w[i] -= where((g[i] > 0) & (t < 9), math.sqrt(lr), tanh(min(g[i], abs(-lr))))",
    "if t > BOUND and early(t, 9):\n    for i in range(w.size):\n        w[i] -= lr * cos(t)",
    f'"""Text."""\nm: Floats = state[0]\n{EACH}m[i] = 2.0**-4 * power(g[i] * g[i], 0.5)',
    f"k = t // 2 if t < 9 else t\n{EACH}w[i] -= lr * k",
    f"{EACH}w[i] -= lr * arithmetic.tanh(g[i])",
    f"p = state[1]\nx = lr * where(t > 1, p[0], 1.0)\n{EACH}p[i] = x\n    w[i] -= x * g[i]",
    f"x = where(t > 1, first(state[1]), 1.0)\n{EACH}state[1, i] = x",
    f"{EACH}add(w, i, g[i])",
    f"m = state[0]\nif t > 3:\n    m = state[1]\n{EACH}m[i] += g[i]",
    f"{EACH}x = 0.0\n    for s in range(state.shape[0]):\n        x += state[s, i]\n    w[i] -= x",
    f"x = 0.0\nfor j in range(hyper.size):\n    x += hyper[j]\n{EACH}w[i] -= x\n{EACH}w[i] -= x",
    f"{EACH}if t > 1:\n        x = g[i]\n    else:\n        x = lr\n    w[i] -= x",
    "for i in range(g.shape[0]):\n    state[0, i] += g[i]\n    w[i] -= lr * state[0][i]",
]


@pytest.fixture
def rule(tmp_path):
    """The optimizer of a file with a step of its own, and the lines of the file."""

    def load(body):
        text = HEAD + indent(body, "    ") + "\n" + TAIL
        path = tmp_path / "own.py"
        path.write_text(text, encoding="utf-8")
        spec = importlib.util.spec_from_file_location("own", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module.optimizer, text.splitlines()

    return load


def told(optimizer):
    with pytest.raises(InputError) as error:
        compiled_rule(optimizer)
    return str(error.value)


@pytest.mark.parametrize("body", WRONG)
def test_it_is_told_by_its_line(rule, body):
    optimizer, lines = rule(body)
    place, found, allowed = WRONG[body]
    row = len(body.splitlines()) - 1 + place
    number = len(HEAD.splitlines()) + 1 + row
    message = told(optimizer)
    assert message.startswith(f"optimizer own: own.py, line {number}, ")
    assert lines[number - 1].strip() in message
    assert f": found {found}" in message
    assert f", allowed: {allowed}" in message
    assert "\n" not in message


def test_it_is_found_in_a_function_that_the_rule_calls(rule):
    optimizer, lines = rule(f"{EACH}w[i] -= lr * sign(g[i])")
    number = lines.index("    if x > 0:") + 1
    assert told(optimizer).startswith(
        f"optimizer own: own.py, line {number}, 'if x > 0:': found if"
    )


@pytest.mark.parametrize("body", RIGHT)
def test_what_can_be_compiled_is_not_refused(rule, body):
    optimizer, _ = rule(body)
    assert compiled_rule(optimizer).address


@pytest.mark.parametrize("name", [n for n, r in OPTIMIZERS.items() if r.scope == "parameter"])
def test_the_rules_that_come_with_optplay_are_not_refused(name):
    rule = OPTIMIZERS[name]
    counts = len(rule.slots), len(rule.hyperparameters) - 1
    refuse(Declared("optimizer", name, rule.step, counts))


def test_the_compilers_own_words_are_one_line_too(rule):
    optimizer, lines = rule(f"{EACH}w[i] -= lr * (g[i] > 0)")
    number = lines.index("        w[i] -= lr * (g[i] > 0)") + 1
    message = told(optimizer)
    assert message.startswith(f"optimizer own: own.py, line {number}, 'w[i] -= lr * (g[i] > 0)': ")
    assert message.endswith("mul(lanes(8), mask(8)), which can't be compiled")


def test_a_rule_without_a_text_is_told_by_the_compiler():
    known = {}
    exec("def step(w, g, state, hyper, corrections, lr, t):\n    w[0] -= int(g[0])", known)
    message = told(Optimizer("own", "Own", "An idea.", "mine", 2026, (), (), known["step"]))
    assert "int(lanes(8)), which can't be compiled" in message


RUN = """
import pathlib, sys
import optplay.optim.rules as rules
rules.__path__.append(sys.argv[1])
from optplay.cli import invoke
sys.exit(invoke(["run", sys.argv[2]]))
"""


def test_a_command_tells_it_before_it_compiles_anything(rule, tmp_path):
    rule(f"{EACH}if g[i] > 0:\n        w[i] -= lr")
    preset = tmp_path / "mine.toml"
    preset.write_text('title = "Mine"\nruns = [{ label = "Mine", optimizer = "own" }]\n')
    ran = subprocess.run(
        [sys.executable, "-c", RUN, str(tmp_path), str(preset)], capture_output=True, text=True,
        check=False, env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "cache")},
    )  # fmt: skip
    assert ran.returncode == 2
    (line,) = ran.stderr.splitlines()
    assert line.startswith("optplay: optimizer own: own.py, line ")
    assert not (tmp_path / "cache").exists()
