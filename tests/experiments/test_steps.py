"""Steps and rates of single parameters (exercise 3), computed again from the gradients."""

import gc
from math import inf, isfinite, isnan
from weakref import ref

import numpy as np
import pytest
from hypothesis import example, given, strategies as st

import optplay
from optplay.experiments import steps
from optplay.experiments.steps import (
    QUANTILES,
    _summary,
    distribution,
    last_steps,
    moved,
    over_time,
    overlaid,
    step_taken,
    uncorrected_ratio,
)
from optplay.problems import Problem, network
from optplay.problems.network import scratch_of
from optplay.training import Clip, RunConfig, train

PROBLEM = Problem(samples=10, hidden=(5,))
EPOCHS = 3


def run(optimizer="adam", seed=0, **changes):
    return train(
        RunConfig(problem=PROBLEM, optimizer=optimizer, epochs=EPOCHS, seed=seed, **changes)
    )


def gradients(weights):
    """A function that gives the gradient at step t (from 1) of batch-1 training in order."""
    data, g = PROBLEM.draw(), np.zeros(weights.size)

    def at(w, t):
        row = (t - 1) % 10
        network.mean_gradient(
            w, g, data.inputs, data.labels, data.train, row, row + 1,
            PROBLEM.layout, scratch_of(PROBLEM),
        )  # fmt: skip
        return g.copy()

    return at


def adam(history, last, lr_at):
    """|Δw| and lr/(√v̂ + ε) of step `last`, by Adam's formula."""
    w = history.weights[0].copy()
    gradient, m, v = gradients(w), np.zeros(w.size), np.zeros(w.size)
    for t in range(1, last + 1):
        g = gradient(w, t)
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        rate = lr_at(t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        dw = rate * m / (1 - 0.9**t)
        w = w - dw
    return np.abs(dw), rate


# Within an epoch, at its end, at the start of the next, and the last step of all.
@pytest.mark.parametrize("t", [1, 2, 7, 10, 11, 20, 30])
def test_adam_steps_and_rates(t):
    history = run()
    taken = step_taken(history, t)
    steps, rates = adam(history, t, lambda t: 0.001)
    # Steps are differences of weights near 1, so they carry their rounding.
    np.testing.assert_allclose(taken.steps, steps, rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(taken.rates, rates, rtol=1e-9)
    assert np.array_equal(moved(taken), steps > 0)


@pytest.mark.parametrize("t", [3, 6, 12])
def test_rates_follow_the_schedule(t):
    history = run(warmup=0.2)  # 6 of 30 steps
    taken = step_taken(history, t)
    steps, rates = adam(history, t, lambda t: 0.001 * min(t / 6, 1))
    np.testing.assert_allclose(taken.rates, rates, rtol=1e-9)
    np.testing.assert_allclose(taken.steps, steps, rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("name", ["sgd", "adam", "adagrad", "rmsprop"])
def test_steps_agree_with_an_optimizer_stepped_by_hand(name):
    history = run(name)
    stepper, w = optplay.optimizer(name), history.weights[0].copy()
    gradient = gradients(w)
    for t in range(1, 31):
        before, w = w, stepper.step(w, gradient(w, t))
        if t in (1, 13, 30):
            found = step_taken(history, t).steps
            np.testing.assert_allclose(found, np.abs(w - before), rtol=1e-7, atol=1e-14)


def test_neurons_not_yet_active_are_idle():
    history = run()
    w = history.weights[0]
    idle = gradients(w)(w, 1) == 0
    assert 0 < idle.sum() < w.size
    found = distribution([history], 1)
    assert (found["idle"], found["moved"]) == (idle.sum(), w.size - idle.sum())
    # An idle parameter's rate would be lr/ε.
    assert found["rates"]["quantiles"]["1"] < 1e4
    assert step_taken(history, 1).rates[idle] == pytest.approx(0.001 / 1e-8)


def test_sgd_has_one_rate():
    found = distribution([run("sgd", seed, hyperparameters={"lr": 0.05}) for seed in (0, 1)], 4)
    assert found["rates"]["ratio"] == 1
    assert set(found["rates"]["quantiles"].values()) == {0.05}
    assert sum(found["rates"]["counts"]) == found["moved"] > 0
    edges = found["rates"]["edges"]
    assert edges[0] < 0.05 < edges[-1]
    assert sorted(edges) == edges


@pytest.mark.parametrize("step", [1, 10, 30])
def test_the_distribution_pools_the_seeds(step):
    histories = [run(seed=seed) for seed in range(3)]
    found = distribution(histories, step)
    n = PROBLEM.parameter_count
    assert found["step"] == step
    assert found["moved"] + found["idle"] == 3 * n
    taken = [step_taken(h, step) for h in histories]
    for kind in ("steps", "rates"):
        values = np.concatenate([getattr(t, kind)[moved(t)] for t in taken])
        assert found[kind]["ratio"] == values.max() / values.min()
        assert found[kind]["quantiles"]["0.5"] == np.median(values)
        assert list(found[kind]["quantiles"]) == ["0", "0.1", "0.25", "0.5", "0.75", "0.9", "1"]
        assert sum(found[kind]["counts"]) == found["moved"] == values.size
        assert len(found[kind]["edges"]) == len(found[kind]["counts"]) + 1


def test_a_step_beyond_the_run():
    history = run()
    assert step_taken(history, 31) is None
    assert step_taken(history, 0) is None
    found = distribution([history], 31)
    assert (found["moved"], found["idle"]) == (0, 0)
    assert found["steps"] == {"quantiles": {}, "ratio": None, "edges": [], "counts": []}


def test_the_step_that_diverged_is_not_a_step():
    history = run("sgd", hyperparameters={"lr": 1000}, l2=1000)
    last = history.diverged_at
    assert step_taken(history, last) is None
    assert np.isfinite(step_taken(history, last - 1).steps).all()


def test_a_learning_rate_of_zero_moves_nothing():
    found = distribution([run("sgd", hyperparameters={"lr": 0})], 5)
    assert (found["moved"], found["idle"]) == (0, PROBLEM.parameter_count)
    assert found["rates"]["ratio"] is None


def test_decoupled_decay_does_not_bring_idle_rates_in():
    found = distribution([run("adamw")], 1)
    assert found["rates"]["quantiles"]["1"] < 1e4


def test_rates_beyond_all_numbers():
    found = distribution([run("adamw", hyperparameters={"epsilon": 1e-320})], 1)
    assert all(map(isfinite, found["rates"]["edges"]))


@given(st.lists(st.floats(1e-300, 1e300), min_size=1, max_size=50))
def test_no_value_falls_out_of_the_histogram(values):
    with np.errstate(over="ignore"):
        found = _summary(np.array(values))
    assert sum(found["counts"]) == len(values)
    assert found["edges"] == sorted(found["edges"])


def test_a_step_is_trained_again_once_only(monkeypatch):
    asked = []
    found = steps.after_step
    monkeypatch.setattr(steps, "after_step", lambda h, step: asked.append(step) or found(h, step))
    history = run()
    first = step_taken(history, 7)
    assert step_taken(history, 7) is first
    distribution([history], 7)
    assert asked == [6, 7]
    # Another run is another key, also if it is the same run.
    assert step_taken(run(), 7) is not first


def test_what_is_known_of_steps_keeps_no_run_alive():
    history = run()
    step_taken(history, 3)
    gone = ref(history)
    del history
    gc.collect()
    assert gone() is None


@pytest.mark.parametrize("optimizer", ["adam", "adamw", "amsgrad"])
@pytest.mark.parametrize("step", [1, 7, 12, 50, 300])
def test_the_uncorrected_step_is_longer_by_what_the_correction_takes_off(optimizer, step):
    """Also with all else switched on: that is the same in both."""
    config = RunConfig(
        problem=Problem(samples=30, batch_size=7, shuffle=True), optimizer=optimizer,
        epochs=60, clip=Clip(norm=0.5), l2=0.01, weight_decay=0.1, decay="cosine",
    )  # fmt: skip
    found = uncorrected_ratio(train(config), step)
    assert found == pytest.approx((1 - 0.9**step) / (1 - 0.999**step) ** 0.5, rel=1e-3)


def test_where_there_is_no_uncorrected_step():
    history = train(RunConfig(epochs=1))
    assert uncorrected_ratio(history, 201) == inf
    assert isnan(uncorrected_ratio(train(RunConfig(optimizer="sgd", epochs=1)), 1))


def pooled(histories, step, kind):
    """The rates or steps of all parameters that moved."""
    taken = [step_taken(h, step) for h in histories]
    return np.concatenate([getattr(t, kind)[t.steps > 0] for t in taken])


def numpys(values):
    return np.quantile(values, QUANTILES, method="averaged_inverted_cdf")


@pytest.mark.parametrize("name", ["adam", "sgd", "lion", "adadelta"])
def test_quantiles_over_time_are_numpys(name):
    histories = [run(name, seed) for seed in range(3)]
    found = list(over_time(histories, [1, 10, 15, 30]))
    assert [(at.step, at.epoch) for at in found] == [(1, 1), (10, 1), (15, 2), (30, 3)]
    for at in found:
        for kind in ("rates", "steps"):
            values = pooled(histories, at.step, kind)
            np.testing.assert_allclose(
                getattr(at, kind), np.quantile(values, QUANTILES, method="averaged_inverted_cdf")
            )
        assert at.moved == pooled(histories, at.step, "steps").size
        assert at.moved + at.idle == 3 * PROBLEM.parameter_count
        same = distribution(histories, at.step)
        assert list(same["rates"]["quantiles"].values()) == at.rates.tolist()
        assert (same["moved"], same["idle"]) == (at.moved, at.idle)


def test_rates_at_the_end_of_an_epoch_are_those_of_the_stored_state():
    history = run()
    for epoch in (1, 2, 3):
        (at,) = over_time([history], [10 * epoch])
        rates = 0.001 / (np.sqrt(history.states[epoch, 1] / (1 - 0.999 ** (10 * epoch))) + 1e-8)
        rates = rates[step_taken(history, 10 * epoch).steps > 0]
        np.testing.assert_allclose(
            at.rates, np.quantile(rates, QUANTILES, method="averaged_inverted_cdf"), rtol=1e-14
        )


def test_quantiles_come_one_by_one(monkeypatch):
    asked, found = [], steps.step_taken
    monkeypatch.setattr(steps, "step_taken", lambda h, step: asked.append(step) or found(h, step))
    way = over_time([run()], [10, 20, 30])
    assert asked == []
    next(way)
    assert asked == [10]


def test_where_nothing_moves_there_are_no_quantiles():
    (at,) = over_time([run("sgd", hyperparameters={"lr": 0})], [10])
    assert (at.moved, at.idle) == (0, PROBLEM.parameter_count)
    assert np.isnan([at.rates, at.steps]).all()


def test_seeds_that_diverged_are_left_out():
    diverged = run("sgd", hyperparameters={"lr": 1000}, l2=1000)
    there, gone = over_time([diverged], [10, 30])
    assert there.moved + there.idle == PROBLEM.parameter_count
    assert (gone.moved, gone.idle) == (0, 0)
    both = next(over_time([diverged, run()], [30]))
    assert both.moved + both.idle == PROBLEM.parameter_count


@pytest.mark.parametrize(
    ("epochs", "count", "expected"),
    [
        (3, 60, [10, 20, 30]),
        (1, 60, [10]),
        (7, 3, [10, 40, 70]),
        (7, 1, [70]),
        (300, 4, [10, 1010, 2000, 3000]),
    ],
)
def test_the_steps_shown_over_time(epochs, count, expected):
    assert last_steps(RunConfig(problem=PROBLEM, epochs=epochs), count) == expected


@given(st.integers(1, 10**6), st.integers(1, 200))
def test_the_steps_shown_rise_from_the_first_epoch_to_the_last(epochs, count):
    found = last_steps(RunConfig(problem=Problem(samples=1), epochs=epochs), count)
    assert len(found) == len(set(found)) == min(epochs, count)
    assert found == sorted(found)
    assert found[-1] == epochs
    assert found[0] == 1 or count == 1


def test_runs_over_each_other_have_the_same_edges():
    runs = {"Adam": [run(seed=seed) for seed in (0, 1)], "SGD": [run("sgd")]}
    found = overlaid(runs, 7)
    for label, histories in runs.items():
        alone = distribution(histories, 7)
        for kind in ("rates", "steps"):
            one, other = found[label][kind], alone[kind]
            assert one["edges"] == found["Adam"][kind]["edges"]
            assert (one["quantiles"], one["ratio"]) == (other["quantiles"], other["ratio"])
            values = pooled(histories, 7, kind)
            assert sum(one["counts"]) == values.size
            # Away from the ends, the bins are numpy's.
            counts, _ = np.histogram(values, one["edges"])
            assert np.abs(counts - one["counts"]).sum() <= 1


def test_a_run_that_is_over_has_empty_bins_beside_others():
    runs = {
        "Adam": [run()],
        "over": [run("sgd", hyperparameters={"lr": 1000}, l2=1000)],
    }
    found = overlaid(runs, 30)
    assert found["over"]["rates"]["counts"] == [0] * len(found["Adam"]["rates"]["counts"])
    assert found["over"]["rates"]["edges"] == found["Adam"]["rates"]["edges"]
    assert found["over"]["rates"]["quantiles"] == {}


# Ten to the logarithm of 0.4463, and the logarithm of that, is a bit less than it was.
@example([[0.0001, 0.4463], [0.0007]])
@given(st.lists(st.lists(st.floats(1e-300, 1e300), max_size=20), min_size=1, max_size=4))
def test_no_value_falls_out_of_common_edges(runs):
    with np.errstate(over="ignore"):
        edges = _summary(np.concatenate([np.array(run, float) for run in runs]))["edges"]
        for values in runs:
            assert sum(_summary(np.array(values, float), edges)["counts"]) == len(values)
