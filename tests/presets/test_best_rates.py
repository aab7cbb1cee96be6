"""The rates that rules do best with, found as those of `compare-fair` were."""

import numpy as np
import pytest

from optplay import RunConfig
from optplay.experiments.preset import Run
from optplay.instruments.sweep.axes import parse_axis
from optplay.instruments.sweep.measure import Sweep, stream_sweep

# Not the seeds that the preset shows.
SEEDS = tuple(range(100, 110))


@pytest.mark.slow
def test_the_best_rate_of_lion_is_3_to_10_times_below_that_of_adamw():
    """Chen et al. 2023, Symbolic discovery of optimization algorithms, section 5."""
    rules = ("adamw", "lion")
    runs = tuple(Run(label=name, config=RunConfig(optimizer=name)) for name in rules)
    axis = parse_axis("lr=1e-5:0.1:17", runs[0].config)
    *_, found = stream_sweep(Sweep(runs, SEEDS, (axis,)))
    losses = found.metrics["final_loss"]
    losses = np.median(np.where(np.isfinite(losses), losses, np.inf), axis=-1)
    adamw, lion = (axis.values[best] for best in losses.argmin(axis=-1))
    assert 3 <= adamw / lion <= 10
    assert lion == pytest.approx(10**-3.5)
