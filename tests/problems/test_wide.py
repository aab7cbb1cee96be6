"""Wide networks by BLAS: the gradient of the others, but for rounding, and it is told."""

import msgspec
import numpy as np
import pytest
from hypothesis import given, strategies as st

from optplay.arithmetic.products import add_product
from optplay.experiments.experiment import run_preset
from optplay.experiments.reading import parse
from optplay.experiments.report import RunReport
from optplay.experiments.tables import seeds_note
from optplay.problems import ACTIVATIONS, LOSSES, Problem
from optplay.problems.network import mean_gradient, scratch_of
from optplay.problems.wide import wide_gradient, wide_scratch
from optplay.training import RunConfig, stream, train
from optplay.training.lockstep import in_lockstep

WIDE = Problem(hidden=(64, 64), samples=200, batch_size=100, test_fraction=0.3)


def gradients(problem, seed, first, last):
    random = np.random.default_rng(seed)
    w = random.uniform(-1, 1, problem.parameter_count)
    samples, results = problem.draw(), []
    for function, scratch in (
        (mean_gradient, scratch_of(problem)), (wide_gradient, wide_scratch(problem)),
    ):  # fmt: skip
        g = np.full_like(w, np.nan)
        loss, hits = function(
            w, g, samples.inputs, samples.labels, samples.train, first, last, problem.layout,
            scratch,
        )  # fmt: skip
        results.append((loss, hits, g))
    return results


@given(
    st.lists(st.integers(1, 6), max_size=3), st.sampled_from(sorted(ACTIVATIONS)),
    st.sampled_from(sorted(LOSSES)), st.integers(1, 12), st.integers(0, 1000),
)  # fmt: skip
def test_it_is_the_gradient_of_the_others(hidden, activation, loss, batch, seed):
    problem = Problem(
        hidden=tuple(hidden), activation=activation, loss=loss, samples=20, batch_size=batch
    )
    (loss, hits, g), (other_loss, other_hits, other) = gradients(problem, seed, 3, 3 + batch)
    assert hits == other_hits
    assert other_loss == pytest.approx(loss, rel=1e-12)
    np.testing.assert_allclose(other, g, rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize("room", [1, 3, 7, 20])
def test_it_is_the_same_in_blocks_of_as_many_samples_as_there_is_room_for(room):
    problem = Problem(hidden=(5, 4), samples=20, batch_size=20)
    (loss, hits, g), _ = gradients(problem, 0, 0, 20)
    samples, w = problem.draw(), np.random.default_rng(0).uniform(-1, 1, problem.parameter_count)
    found, scratch = np.full_like(w, np.nan), np.zeros((3, room * sum(problem.sizes)))
    other_loss, other_hits = wide_gradient(
        w, found, samples.inputs, samples.labels, samples.train, 0, 20, problem.layout, scratch
    )
    assert other_hits == hits
    assert other_loss == pytest.approx(loss, rel=1e-12)
    np.testing.assert_allclose(found, g, rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize("turned_a", [0, 1])
@pytest.mark.parametrize("turned_b", [0, 1])
def test_products(turned_a, turned_b):
    random = np.random.default_rng(0)
    a, b, c = random.normal(size=(3, 50))
    left = a[2:14].reshape(4, 3).T if turned_a else a[2:14].reshape(3, 4)
    right = b[5:25].reshape(5, 4).T if turned_b else b[5:25].reshape(4, 5)
    expected = c.copy()
    expected[7:22] += (left @ right).ravel()
    add_product(c, 7, a, 2, b, 5, 3, 5, 4, turned_a, turned_b)
    np.testing.assert_array_equal(c, expected)


def test_a_wide_run_is_that_of_plain_python():
    """Compiled, with SciPy's BLAS, against this text with NumPy's; in a batch that is not full."""
    config = RunConfig(problem=WIDE, optimizer="sgd", hyperparameters={"lr": 0.01}, epochs=2)
    history, problem, samples = train(config), config.problem, config.problem.draw()
    w, g = problem.initial_weights(0), np.zeros(problem.parameter_count)
    for _ in range(2):
        losses = 0.0
        for low in range(0, 140, 100):
            high = min(low + 100, 140)
            loss, _ = wide_gradient(
                w, g, samples.inputs, samples.labels, samples.train, low, high, problem.layout,
                wide_scratch(problem),
            )  # fmt: skip
            losses, w = losses + loss, w - 0.01 * g
    assert history["loss"][1] == pytest.approx(losses / 140, rel=1e-9)
    np.testing.assert_allclose(history.weights[2], w, rtol=1e-9, atol=1e-12)
    tested, _ = wide_gradient(
        w, g, samples.inputs, samples.labels, samples.test, 0, 60, problem.layout,
        wide_scratch(problem),
    )  # fmt: skip
    assert history["test_loss"][1] == pytest.approx(tested / 60, rel=1e-9)


@pytest.mark.parametrize(
    ("hidden", "batch", "exact"),
    [((8,), 200, True), ((3000,), 200, True), ((64, 64), 32, True), ((64, 64), 100, False),
     ((512, 512), 1, False), ((64, 2, 64), 200, True)],
)  # fmt: skip
def test_which_are_exact(hidden, batch, exact):
    problem = Problem(hidden=hidden, samples=200, batch_size=batch)
    assert problem.exact is exact
    # Nothing is gained by lanes where BLAS has all of the processor.
    groups = in_lockstep((s, RunConfig(problem=problem, seed=s), None) for s in range(3))
    assert [len(keys) for keys, _ in groups] == ([3] if exact else [1] * 3)


PRESET = """
title = "Wide"
epochs = 1
[problem]
hidden = {}
samples = 100
batch_size = 100
[[runs]]
label = "a"
"""


def test_a_fork_is_no_more_exact_than_what_it_left():
    small = Problem(hidden=(64, 64), samples=200, batch_size=50)
    wide, narrow = (
        RunConfig(problem=msgspec.structs.replace(small, batch_size=size), epochs=2)
        for size in (100, 50)
    )
    parent = train(wide)
    *_, fork = stream(narrow, (parent, 1))
    assert [h.exact for h in (train(narrow), parent, fork)] == [True, False, False]


@pytest.mark.parametrize(("hidden", "exact"), [([8], True), ([64, 64], False)])
def test_reports_tell(hidden, exact):
    report = RunReport(run_preset(parse(PRESET.format(hidden), "wide")))
    assert report.document()["exact"] is exact
    assert report.results.runs["a"][0].exact is exact
    note = seeds_note(report.results.preset, None)
    assert ("the last digits depend on the machine" in note) is not exact
