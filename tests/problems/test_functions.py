"""Activations and losses: the forms of each agree, and another one is another file."""

import os
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import optplay
from optplay.problems import ACTIVATIONS, LOSSES

H = 1e-5
PLACES = np.array([-30.0, -2.5, -0.3, 0.2, 0.9, 4.0, 30.0])  # off relu's kink


def slope_of(function, at):
    return (function(at + H) - function(at - H)) / (2 * H)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_forms_of_an_activation_agree(name):
    known = ACTIVATIONS[name]
    np.testing.assert_allclose(known.value(PLACES), [known.value(s) for s in PLACES], rtol=0)
    for s in PLACES:
        a, close = known.value(s), {"rel": 1e-6, "abs": 1e-9}
        assert known.back(3.0, s, a) == pytest.approx(3 * slope_of(known.value, s), **close)
        bend = slope_of(lambda s: known.back(1.0, s, known.value(s)), s)
        assert known.bend(s, a) == pytest.approx(bend, **close)
        if not known.reads_input:
            assert known.back(3.0, 0.0, a) == known.back(3.0, s, a)


@pytest.mark.parametrize("name", LOSSES)
def test_the_forms_of_a_loss_agree(name):
    known = LOSSES[name]
    for y in (0.0, 1.0):
        each = [known.value(z, y) for z in PLACES]
        np.testing.assert_allclose(known.value(PLACES, np.full(PLACES.size, y)), each, rtol=0)
        for z in PLACES:
            close = {"rel": 1e-6, "abs": 1e-9}
            slope = slope_of(partial(known.value, y=y), z)
            assert known.back(3.0, z, y) == pytest.approx(3 * slope, **close)
            bend = slope_of(lambda z, y=y: known.back(1.0, z, y), z)
            assert known.bend(z, y) == pytest.approx(bend, **close)


@pytest.mark.parametrize("name", LOSSES)
def test_a_score_is_half_at_the_middle_and_the_base_rate_is_the_best_constant(name):
    known, constant = LOSSES[name], np.linspace(-8, 8, 100_001)
    score = known.score(constant)
    assert 0 <= score.min() <= score.max() <= 1
    assert (np.diff(score) >= 0).all()
    assert known.score(np.array([known.middle])).tolist() == [0.5]
    for p in (0.1, 0.5, 0.8):
        mean = p * known.value(constant, np.ones(1)) + (1 - p) * known.value(constant, np.zeros(1))
        assert known.base_rate(p) == pytest.approx(mean.min(), abs=1e-7)


def test_an_infinite_error_does_not_pass_a_dead_neuron():
    assert ACTIVATIONS["relu"].back(np.inf, -1.0, 0.0) == 0.0


SILU = '''
"""s·σ(s) (Elfwing et al. 2017)."""

from optplay.arithmetic import exp
from optplay.problems import Activation


def sigmoid(s):
    return 1.0 / (1.0 + exp(-s))


def value(s):
    return s * sigmoid(s)


def back(e, s, a):
    return e * (sigmoid(s) + a * (1.0 - sigmoid(s)))


def bend(s, a):
    p = sigmoid(s)
    return p * (1.0 - p) * (2.0 + s * (1.0 - 2.0 * p))


activation = Activation(
    name="silu", title="SiLU", text="smooth, and a little below 0 before it rises", order=9,
    value=value, back=back, bend=bend, reads_input=True,
)
'''

LOG_COSH = '''
"""log cosh of the miss, with targets 0 and 1: a square near 0, straight far from it."""

import numpy as np

from optplay.arithmetic import exp, log1p, tanh
from optplay.problems import Loss

LN_2 = 0.6931471805599453


def value(z, y):
    miss = abs(z - y)
    return miss + log1p(exp(-2.0 * miss)) - LN_2


def back(e, z, y):
    return e * tanh(z - y)


def bend(z, y):
    return 1.0 - tanh(z - y) * tanh(z - y)


def score(z):
    return np.clip(z, 0, 1)


def base_rate(p):
    return min(p * value(z / 100, 1) + (1 - p) * value(z / 100, 0) for z in range(101))


loss = Loss(
    name="log_cosh", title="log cosh", text="a square near 0, straight far from it", order=9,
    value=value, back=back, bend=bend, middle=0.5, score=score, base_rate=base_rate,
)
'''

USE = """
import numpy as np
from optplay.errors import InputError
from optplay.experiments.sharpness import difference_hessian, hessian
from optplay.problems import ACTIVATIONS, LOSSES, Problem
from optplay.training.losses import mean_losses
from optplay.problems.network import mean_gradient
from optplay.training import RunConfig, train

assert "silu" in ACTIVATIONS and "log_cosh" in LOSSES
problem = Problem(hidden=(3, 2), activation="silu", loss="log_cosh", samples=20)
samples, w = problem.draw(), problem.initial_weights(0)

def gradient(w):
    g = np.empty_like(w)
    mean_gradient(w, g, samples.inputs, samples.labels, samples.train, 0, 20, problem.layout,
                  np.empty((3, sum(problem.sizes))))
    return g

steps = 1e-6 * np.eye(w.size)
differences = (mean_losses(problem, w + steps) - mean_losses(problem, w - steps)) / 2e-6
np.testing.assert_allclose(gradient(w), differences, rtol=1e-6, atol=1e-9)
np.testing.assert_allclose(
    hessian(problem, w), difference_hessian(gradient, w), rtol=1e-6, atol=1e-8
)
history = train(RunConfig(problem=problem, epochs=3))
for epoch, loss in enumerate(history["loss"]):
    losses = mean_losses(problem, history.weights[epoch : epoch + 2])
    assert min(losses) - 0.01 < loss < max(losses) + 0.01
at_rest = train(RunConfig(problem=problem, hyperparameters={"lr": 0.0}, epochs=1))
np.testing.assert_allclose(at_rest["loss"], mean_losses(problem, w[np.newaxis]), rtol=1e-12)
try:
    Problem(activation="silo")
except InputError as error:
    print(error)
"""


# It compiles all anew in a copy of the package.
@pytest.mark.slow
def test_another_activation_and_another_loss_are_a_file_each(tmp_path):
    """In a copy of the package, where they are trained, and bent, as those that come with it."""
    ignore = shutil.ignore_patterns("__pycache__")
    package = shutil.copytree(Path(optplay.__file__).parent, tmp_path / "optplay", ignore=ignore)
    (package / "problems" / "activations" / "silu.py").write_text(SILU)
    (package / "problems" / "losses" / "log_cosh.py").write_text(LOG_COSH)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    ran = subprocess.run(
        [sys.executable, "-c", USE], capture_output=True, text=True, check=False,
        env=environment, cwd=tmp_path,
    )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (0, "")
    told = "unknown activation 'silo': did you mean 'silu'? allowed: relu, tanh, sigmoid, identity"
    assert ran.stdout.startswith(told)
