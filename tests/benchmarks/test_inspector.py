"""What a step of the inspector costs, and the quantiles of rates over time."""

from statistics import median

import pytest

from optplay import RunConfig, train
from optplay.experiments.steps import last_steps, over_time
from optplay.instruments.inspect.measure import take_apart
from optplay.problems import Problem

from .table import Report, seconds

SEEDS = 10


@pytest.mark.parametrize(
    ("what", "problem"),
    [("lesson", Problem()), ("100,000 samples", Problem(samples=100_000, shuffle=True))],
)
@pytest.mark.parametrize("way", ["forth", "back"])
def test_neighbouring_steps(what: str, problem: Problem, way: str, report: Report) -> None:
    history = train(RunConfig(problem=problem, epochs=4))
    steps = range(history.steps - 250, history.steps - 10)
    asked = list(steps if way == "forth" else reversed(steps))
    first = seconds(lambda: take_apart(history, asked[0]))
    times = [seconds(lambda step=step: take_apart(history, step)) for step in asked[1:]]
    report.line(
        f"Inspector, {way} by a step: {what}", min(times) * 1e3, median(times) * 1e3, "ms", most=5,
        note=f"slowest {max(times) * 1e3:.1f} ms, the first {first * 1e3:.1f} ms",
    )  # fmt: skip


def test_rates_over_time(report: Report) -> None:
    histories = [train(RunConfig(seed=seed)) for seed in range(SEEDS)]
    steps = last_steps(histories[0].config, 100)
    took = seconds(lambda: list(over_time(histories, steps)))
    each = took / len(steps)
    report.line(
        "Quantiles of rates, a step of 10 seeds", each * 1e3, each * 1e3, "ms", most=20,
        note=f"{took:.2f} s for {len(steps)} epochs",
    )  # fmt: skip
