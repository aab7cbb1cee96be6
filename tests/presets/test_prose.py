"""Figures that lessons and pages quote in sentences: each is measured, and must stand there."""

from math import sqrt
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from optplay.experiments import Results, load, number, run_preset
from optplay.experiments.metrics import METRICS
from optplay.instruments.range_test.measure import run_tests
from optplay.instruments.sweep.best import best, confirmation
from optplay.instruments.sweep.measure import asked, stream_sweep
from optplay.instruments.sweep.report import sides_of

EVIDENCE = (Path(__file__).parents[2] / "docs" / "evidence.md").read_text(encoding="utf-8")
IN_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def joined(text: str) -> str:
    return " ".join(text.split())


def trained(
    name: str, *labels: str, edits: tuple[str, ...] = (), seeds: int = 10, epochs: int | None = None
) -> Results:
    """Some runs of a preset, all if none are named, without its claims."""
    preset = load(name, edits=edits, seeds=seeds, epochs=epochs)
    runs = tuple(run for run in preset.runs if not labels or run.label in labels)
    return run_preset(replace(preset, runs=runs, claims=()))


def values(results: Results, label: str, metric: str, at: float = 0.0) -> np.ndarray:
    return np.array([METRICS[metric].measure(h, at) for h in results.runs[label]])


def wins(name: str, label: str, other: str) -> list[int]:
    """On how many of each of four sets of ten seeds the final loss is below the other run's."""
    found = trained(name, label, other, seeds=40)
    below = values(found, label, "final_loss") < values(found, other, "final_loss")
    return below.reshape(4, 10).sum(axis=1).tolist()


def test_on_how_many_sets_of_seeds_momentum_loses() -> None:
    lost = [10 - won for won in wins("compare", "Momentum", "SGD")]
    # A sign test decides ten seeds from 9 to 1 on.
    assert (sum(n >= 9 for n in lost), sum(n == 8 for n in lost)) == (3, 1)
    told = "of four sets of ten three decide it so, and one is 8 to 2 and decides nothing"
    assert told in joined(load("compare").lesson)


def test_on_how_many_of_each_set_of_seeds_adam_wins() -> None:
    first, second, third, fourth = wins("compare-fair", "Adam", "SGD")
    told = f"on {first} of these 10 seeds, but on {second}, {third} and {fourth} of ten in three"
    assert told in joined(load("compare-fair").lesson)


def test_how_long_a_start_nearer_to_the_ridge_takes() -> None:
    found = trained("problem-3-saddle", edits=("*.problem.start=[2, 1e-9]",), epochs=3000)
    sgd, momentum, rmsprop, adam = (
        int(np.median(values(found, label, "steps_to_loss", -1.0)))
        for label in ("SGD", "Momentum", "RMSProp", "Adam")
    )
    told = (
        f"SGD needs {sgd} steps and momentum {momentum}, "
        f"while RMSProp and Adam need {rmsprop} and {adam}"
    )
    assert told in joined(load("problem-3-saddle").lesson)


def test_what_a_ravine_a_hundred_times_steeper_does() -> None:
    name = "problem-2-one-rate-for-all"
    before = trained(name)
    steeper = trained(name, edits=("*.problem.condition=100000",))
    for label in ("SGD", "Momentum"):
        assert steeper.outcomes(label)["diverged"] == 10
    for label in ("RMSProp", "Adam"):
        steps = [values(r, label, "steps_to_distance", 0.01) for r in (before, steeper)]
        assert np.median(steps[0]) == np.median(steps[1])


def test_how_much_longer_steps_are_without_bias_correction() -> None:
    lesson = joined(load("bias-correction").lesson)
    at = {t: (1 - 0.9**t) / sqrt(1 - 0.999**t) for t in (1, 12, 50, 200, 1000, 3000)}
    told = (
        f"{at[1]:.1f} at t = 1, a peak of about {at[12]:.1f} near t = 12, {at[50]:.1f} at 50, "
        f"{at[200]:.1f} at 200, {at[1000]:.2f} at 1000 and {at[3000]:.2f} at 3000"
    )
    assert told in lesson
    found = trained("bias-correction")
    for step in (50, 1000):
        longer, other = (values(found, label, "step_size", step) for label in ("Without", "With"))
        assert (longer > other).all()


def test_how_many_seeds_at_a_low_rate_get_to_90_percent() -> None:
    found = values(trained("learning-rate", "Too low"), "Too low", "epochs_to_accuracy", 0.9)
    told = f"{IN_WORDS[np.isfinite(found).sum()]} seed of ten gets to 90 %"
    assert told in joined(load("learning-rate").lesson)


def test_what_part_of_the_steps_is_clipped() -> None:
    found = values(trained("exercise-4-clipping", "Adam + clip"), "Adam + clip", "clipped_fraction")
    assert round(1 / np.median(found)) == 12
    assert "one step in twelve is clipped" in joined(load("exercise-4-clipping").lesson)


@pytest.mark.parametrize(
    ("label", "called"),
    [("SGD", "SGD"), ("Momentum", "momentum"), ("Adam", "Adam"), ("AdamW", "AdamW"),
     ("RMSProp", "RMSProp")],
)  # fmt: skip
def test_where_the_loss_begins_to_rise(label: str, called: str) -> None:
    preset = load("compare-fair")
    runs = tuple(run for run in preset.runs if run.label == label)
    tests = run_tests(replace(preset, runs=runs, claims=()), 10.0)[label]
    rising = number(float(np.median([test.rising for test in tests])))
    assert f"{rising} ({called})" in joined(EVIDENCE)


@pytest.mark.slow
@pytest.mark.parametrize(("seeds", "column"), [(10, 1), (100, 4)])
def test_best_rates_of_the_evidence_page(seeds: int, column: int) -> None:
    sweep = asked(load("compare-fair", seeds=seeds), ["lr=1e-5:1:25"])
    *_, found = stream_sweep(sweep)
    again = confirmation(found)
    assert again
    *_, fresh = stream_sweep(again)
    rows = [[c.strip() for c in line.split("|")[1:-1]] for line in EVIDENCE.splitlines()]
    table = {row[0]: row[column:] for row in rows if row and row[0] in sweep.labels}
    for run, label in enumerate(sweep.labels):
        at = best(found, run)
        assert at
        loss = f"{at.side.median:.4f}"
        if seeds > 10:
            loss += f" ({at.side.low:.4f}–{at.side.high:.4f})"
        confirmed = f"{sides_of(fresh, 'final_loss')[label].median:.4f}"
        expected = [f"{at.values[0]:.4f}", loss, confirmed]
        assert table[label][:3] == expected
        if seeds > 10:
            low, high = at.good[0]
            good = f"{low:.4f}" if low == high else f"{low:.4f}–{high:.4f}"
            assert table[label][3] == good
