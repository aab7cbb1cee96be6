"""Pictures of rates and steps."""

import numpy as np
import pytest

from optplay.experiments.steps import over_time, overlaid
from optplay.instruments.rates.picture import over_time_picture, rates_histogram
from optplay.problems import Problem
from optplay.training import RunConfig, train

SIZE = 50, 12
LOOK = {"color": False, "dark": True}


@pytest.fixture(scope="module")
def runs():
    """Two runs of one seed each."""
    problem = Problem(samples=10, hidden=(5,))
    return {
        name: [train(RunConfig(problem=problem, optimizer=name, epochs=4))]
        for name in ("adam", "sgd")
    }


def text(picture):
    rows = picture.text().splitlines()
    assert len(rows) == SIZE[1]
    assert {len(row) for row in rows} == {SIZE[0]}
    return "\n".join(rows)


@pytest.mark.parametrize("kind", ["rates", "steps"])
def test_histograms(runs, kind):
    found = list(overlaid(runs, 25).values())
    drawn = text(rates_histogram(found, kind, *SIZE, **LOOK))
    assert "●" in drawn
    assert "x" in drawn
    alone = text(rates_histogram(found[:1], kind, *SIZE, **LOOK))
    assert "●" not in alone
    assert "⣿" in alone


def test_nothing_to_count(runs):
    over = list(overlaid(runs, 99).values())
    assert "no parameter moved" in text(rates_histogram(over, "rates", *SIZE, **LOOK))


@pytest.mark.parametrize("kind", ["rates", "steps"])
def test_over_time(runs, kind):
    ways = [list(over_time(histories, [10, 20, 30, 40])) for histories in runs.values()]
    drawn = text(over_time_picture(ways, kind, *SIZE, **LOOK))
    assert "●" in drawn
    assert "epoch" in drawn
    assert "4" in drawn.splitlines()[-1]


def test_over_time_while_it_is_computed(runs):
    assert "no data yet" in text(over_time_picture([[], []], "rates", *SIZE, **LOOK))
    first = [list(over_time(histories, [10])) for histories in runs.values()]
    assert np.isfinite(first[0][0].rates).all()
    text(over_time_picture(first, "rates", *SIZE, **LOOK))
