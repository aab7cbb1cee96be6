"""The rules in plain NumPy, against the packages that the traces come from."""

import json
from pathlib import Path

import numpy as np
import pytest

from .reference import Reference, flat, tensors

DATA = Path(__file__).parents[2] / "data"
RULES, TORCH = (
    json.loads((DATA / name).read_text()) for name in ("rule_traces.json", "torch_traces.json")
)
# PyTorch's traces go by other names, and some of them use the pipeline around the rule.
NAMES = {"nesterov_torch": "nesterov", "adam_l2": "adam"}


def assert_agrees(found, expected):
    # A weight that passes near zero is measured against the size of all of them.
    size = np.abs(expected).max()
    np.testing.assert_allclose(flat(found), expected, rtol=1e-12, atol=1e-14 * size)


@pytest.mark.parametrize("case", RULES["rules"])
def test_agrees_with_the_packages(case):
    trace, shapes, checked = RULES["rules"][case], RULES["shapes"], 0
    rule = Reference(trace["rule"], trace["hyperparameters"])
    w = tensors(np.array(RULES["start"]), shapes)
    for t, g in enumerate(RULES["gradients"], start=1):
        w = rule.step(w, tensors(np.array(g), shapes))
        for kind, reached in (("weights", w), ("evaluated", rule.evaluated(w))):
            if str(t) in trace.get(kind, {}):
                assert_agrees(reached, trace[kind][str(t)])
                checked += 1
    assert checked == 5 * (1 + ("evaluated" in trace))


@pytest.mark.parametrize("case", TORCH)
def test_agrees_with_pytorch(case):
    trace, checked = TORCH[case], 0
    rule = Reference(NAMES.get(case, case), trace["hyperparameters"])
    l2, decay = (trace["hyperparameters"].get(name, 0) for name in ("l2", "weight_decay"))
    w = np.array(trace["start"])
    for t, g in enumerate(trace["gradients"], start=1):
        decayed = w * trace["hyperparameters"]["lr"] * decay
        w = rule.step([w], [np.array(g) + l2 * w])[0] - decayed
        if str(t) in trace["weights"]:
            assert_agrees([w], trace["weights"][str(t)])
            checked += 1
    assert checked == len(trace["weights"])
