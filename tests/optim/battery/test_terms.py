"""What the inspector makes of a step: its terms come to the step that was made."""

import numpy as np
import pytest

from optplay.instruments.inspect.measure import take_apart
from optplay.training import train

from .cases import CASES, run_of


@pytest.mark.parametrize("case", CASES)
def test_the_terms_come_to_the_step(case):
    name, given = CASES[case]
    history = train(run_of(name, given, epochs=2))
    moved = 0
    for step in range(1, history.steps + 1):
        found = take_apart(history, step)
        size = np.abs(found.update.delta).max()
        np.testing.assert_allclose(
            found.terms["Δ"], found.update.delta, rtol=1e-9, atol=1e-12 * size
        )
        moved += size > 0
    assert moved >= history.steps - 1


@pytest.mark.parametrize("case", CASES)
def test_terms_stand_in_the_formula(case):
    name, given = CASES[case]
    history = train(run_of(name, given, epochs=1))
    found = take_apart(history, history.steps)
    told = {line.split(" ")[0] for line in history.config.rule.formula}
    assert set(found.terms) | {slot.name for slot in history.config.rule.state} <= told | {"rate"}
    assert "Δ" in found.terms
