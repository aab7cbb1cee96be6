"""A rule that a user writes is no different from one that comes with optplay."""

import inspect
import subprocess
import sys

import numpy as np

from optplay.arithmetic.lanes import LANES
from optplay.optim import Hyperparameter, Optimizer
from optplay.training import RunConfig
from optplay.training.engine import pipeline_of, step_by_hand


def step(w, g, state, hyper, corrections, lr, t):
    """SGD whose steps are never longer than `most` in any coordinate, and which counts them."""
    for i in range(w.size):
        w[i] -= min(max(lr * g[i], -hyper[0]), hyper[0])
        state[0, i] += t


own = Optimizer(
    "own", "Own", "An idea.", "mine", 2026,
    (Hyperparameter("lr", 0.1, "rate"), Hyperparameter("most", 0.2, "longest step")),
    ("seen",), step,
)  # fmt: skip


def test_a_users_rule_compiles_and_steps():
    w, state, g = np.array([1.0, 1.0, 1.0]), np.zeros((1, 3)), np.array([1.0, 50.0, -50.0])
    pipeline = pipeline_of(RunConfig())._replace(hyper=np.full((1, LANES), 0.2))
    for t in (1, 2):
        step_by_hand(own, pipeline, w, g, state, 0.1, t)
    np.testing.assert_allclose(w, [0.8, 0.6, 1.4], rtol=1e-15)
    assert state.tolist() == [[3.0, 3.0, 3.0]]


LOAD = """
import importlib.util, sys
import numpy as np
from optplay.optim import Hyperparameter, Optimizer
from optplay.training import RunConfig
from optplay.training.engine import pipeline_of, step_by_hand
name, file = sys.argv[1:]
spec = importlib.util.spec_from_file_location(name, file)
module = sys.modules[name] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
names = Hyperparameter("lr", 0.1, "rate"), Hyperparameter("most", 0.2, "longest step")
rule = Optimizer("own", "Own", "An idea.", "mine", 2026, names, ("seen",), module.step)
w = np.ones(1)
pipeline = pipeline_of(RunConfig())._replace(hyper=np.ones((1, 8)))
step_by_hand(rule, pipeline, w, np.ones(1), np.zeros((1, 1)), 0.25, 1)
print(w[0])
"""


def test_a_users_file_may_be_loaded_under_another_name(tmp_path):
    file = tmp_path / "rule.py"
    file.write_text(inspect.getsource(step))
    for name in ("one", "another"):
        command = [sys.executable, "-c", LOAD, name, str(file)]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        assert ran.stdout == "0.75\n", ran.stderr[-500:]
