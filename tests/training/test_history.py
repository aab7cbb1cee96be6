"""What a run leaves, and how it ends."""

import numpy as np
import pytest

import optplay
from optplay.optim import OPTIMIZERS
from optplay.problems import Problem, Samples, SurfaceProblem, network
from optplay.problems.network import scratch_of
from optplay.problems.problem import LOSSES
from optplay.training import RECORDED, Clip, RunConfig, stream, train, trainer
from optplay.training.compilation import compiled_gradient

LN2 = np.log(2)


def run(optimizer="sgd", lr=0.01, epochs=10, **problem):
    """A History of a short run."""
    return train(
        RunConfig(
            problem=Problem(**problem),
            optimizer=optimizer,
            hyperparameters={"lr": lr},
            epochs=epochs,
        )
    )


def test_a_trained_run():
    history = run(lr=0.05, epochs=30)
    assert (history.outcome, history.done, history.diverged_at) == ("trained", True, None)
    assert (history.epochs, history.steps) == (30, 6000)
    assert history.record.shape == (30, len(RECORDED))
    assert history.weights.shape == (31, 33)
    assert history.states.shape == (31, 0, 33)
    assert np.array_equal(history.weights[0], Problem().initial_weights(0))
    measured = [q for q in RECORDED if not q.startswith("test")]
    assert all(np.all(np.isfinite(history[q])) for q in measured)
    assert np.array_equal(history["loss"], history.record[:, 0])


def test_a_history_is_read_only():
    history = run()
    for array in (history.record, history.weights, history.states):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


def first_step_not_finite(config, most=10_000):
    """The number of the step at which something is no longer finite, step by step."""
    problem, samples = config.problem, config.problem.draw()
    gradient, rows = compiled_gradient(), samples.train.copy()
    stepper = optplay.optimizer(config.optimizer, **config.hyperparameters)
    w, size = problem.initial_weights(config.seed).copy(), problem.batch_size
    g, scratch = np.zeros_like(w), scratch_of(problem)
    for k in range(most):
        low = k % problem.steps_per_epoch * size
        loss, _ = gradient(
            w, g, samples.inputs, samples.labels, rows, low, min(low + size, rows.size),
            problem.layout, scratch,
        )  # fmt: skip
        with np.errstate(over="ignore"):
            norm = np.linalg.norm(g)
        w = stepper.step(w, g)
        if not (np.isfinite(loss) and np.isfinite(norm) and np.all(np.isfinite(w))):
            return k + 1
    raise AssertionError("it did not diverge")


@pytest.mark.parametrize(
    ("optimizer", "lr", "problem"),
    [
        ("sgd", 1000.0, {"loss": "mse"}),
        ("sgd", 1000.0, {"loss": "mse", "batch_size": 200}),
        ("momentum", 0.5, {"loss": "mse", "activation": "identity", "batch_size": 16}),
        ("nesterov", 10.0, {"loss": "mse", "hidden": [], "batch_size": 7, "test_fraction": 0.3}),
    ],
)
def test_a_diverged_run_stops_at_the_step_at_which_it_diverged(optimizer, lr, problem):
    history = run(optimizer, lr, epochs=2000, **problem)
    assert history.outcome == "diverged"
    assert history.done
    at, per_epoch = history.diverged_at, history.config.problem.steps_per_epoch
    assert at == history.steps == first_step_not_finite(history.config)
    assert history.epochs == (at - 1) // per_epoch < 2000
    assert len(history.record) == history.epochs
    assert len(history.weights) == len(history.states) == history.epochs + 1
    assert np.all(np.isfinite(history.weights))
    measured = [q for q in RECORDED if not q.startswith("test")]
    # Not the norms: a finite weight's square may overflow.
    finite = [q for q in measured if q not in ("weight_norm", "update_ratio")]
    assert all(np.all(np.isfinite(history[q])) for q in finite)


def test_a_diverged_run_is_one_to_go_back_from():
    bad = run(lr=30.0, epochs=500, loss="mse", hidden=[], batch_size=200)
    assert bad.diverged_at
    assert bad.epochs > 2
    calm = RunConfig(problem=bad.config.problem, optimizer="sgd", epochs=20)
    history = train(calm, (bad, 1))
    assert (history.epochs, history.diverged_at) == (20, None)
    assert np.array_equal(history.weights[:2], bad.weights[:2])


def feed(monkeypatch, value):
    """Lets every run train on four points, one coordinate of which is `value`."""
    inputs, labels, rows = np.ones((4, 2)), np.array([0.0, 1.0, 0.0, 1.0]), np.arange(4)
    inputs[0, 0] = value
    inputs.flags.writeable = labels.flags.writeable = False
    samples = Samples(inputs, labels, rows, rows[:0])
    monkeypatch.setattr(Problem, "draw", lambda problem: samples)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid", "identity"])
@pytest.mark.parametrize(
    "optimizer", sorted(n for n, r in OPTIMIZERS.items() if r.scope == "parameter" and n != "lion")
)
def test_data_that_is_not_finite_is_noticed_at_once(monkeypatch, optimizer, activation, value):
    feed(monkeypatch, value)
    history = run(optimizer, samples=4, activation=activation)
    assert (history.diverged_at, history.outcome, history.epochs) == (1, "diverged", 0)


@pytest.mark.parametrize("clip", [None, Clip(norm=1.0)])
def test_a_gradient_too_long_for_a_number_is_divergence(monkeypatch, clip):
    # Each component is finite, as is the loss, but the sum of squares is not: clipping would
    # multiply by 1/inf and the run would stand still for good.
    feed(monkeypatch, 1e200)
    problem = Problem(samples=4, hidden=[], init="zeros")
    history = train(RunConfig(problem=problem, optimizer="sgd", clip=clip, epochs=5))
    assert (history.diverged_at, history.outcome, history.epochs) == (1, "diverged", 0)


def test_a_loss_that_is_not_finite_is_noticed_also_where_no_weight_moves(monkeypatch):
    feed(monkeypatch, np.nan)
    assert run("lion", lr=0.0, samples=4, activation="identity").diverged_at == 1


def test_lion_notices_data_that_is_not_finite(monkeypatch):
    feed(monkeypatch, np.nan)
    assert run("lion", samples=4, activation="relu").diverged_at == 1


def test_a_diverged_run_is_the_same_in_chunks_of_one_step(monkeypatch):
    config = run(lr=1000.0, epochs=3, loss="mse").config
    whole = train(config)
    monkeypatch.setattr(trainer, "FIRST_CHUNK", 1)
    monkeypatch.setattr(trainer, "_next_chunk", lambda chunk, seconds: 1)
    histories = list(stream(config))
    assert [h.diverged_at for h in histories] == [None] * (whole.steps - 1) + [whole.diverged_at]
    assert histories[-1].steps == whole.steps


@pytest.mark.parametrize("loss", LOSSES)
def test_a_run_that_learns_nothing_has_collapsed(loss):
    history = run(lr=0.0, init="zeros", loss=loss)
    expected = {"bce": LN2, "mse": Problem().draw().base_rate, "half_mse": 0.5}[loss]
    assert history["loss"][-1] == pytest.approx(expected, rel=1e-12)
    assert history.outcome == "collapsed"


@pytest.mark.parametrize("loss", LOSSES)
def test_one_sample_learnt_by_heart_has_not_collapsed(loss):
    learnt = run(epochs=60, samples=1, loss=loss)
    assert learnt.config.problem.base_rate_loss == 0
    assert learnt["accuracy"][-1] == 1
    assert learnt["loss"][-1] > 0
    assert learnt.outcome == "trained"
    idle = run(lr=0.0, epochs=2, samples=1, loss=loss, init="zeros")
    assert idle.outcome == ("trained" if idle["loss"][-1] == 0 else "collapsed")


def test_dead_neurons_leave_the_base_rate():
    # With all weights zero, relu lets no gradient through: only the last bias moves.
    history = run(lr=0.01, epochs=200, init="zeros", batch_size=200)
    p = Problem().draw().base_rate
    assert history.config.problem.base_rate_loss == pytest.approx(
        -p * np.log(p) - (1 - p) * np.log(1 - p)
    )
    assert not history.weights[-1][:-1].any()
    assert history.weights[-1][-1] != 0
    assert history.outcome == "collapsed"


@pytest.mark.parametrize(("loss", "factor"), [("mse", 1), ("half_mse", 2)])
def test_the_base_rate_of_the_training_samples_counts(loss, factor):
    history = run(loss=loss, test_fraction=0.5)
    p = Problem().draw().labels[:100].mean()
    assert history.config.problem.base_rate_loss == pytest.approx(factor * p * (1 - p))


def test_all_labels_alike_is_not_a_collapse_once_the_loss_is_zero(monkeypatch):
    inputs, labels, rows = np.ones((4, 2)), np.zeros(4), np.arange(4)
    inputs.flags.writeable = labels.flags.writeable = False
    monkeypatch.setattr(Problem, "draw", lambda problem: Samples(inputs, labels, rows, rows[:0]))
    history = run(lr=0.0, init="zeros", loss="mse", samples=4)
    assert history["loss"][-1] == 0
    assert history.outcome == "trained"


@pytest.mark.parametrize("batch_size", [1, 5, 1000])
def test_a_single_sample(batch_size):
    history = run(samples=1, batch_size=batch_size, epochs=4)
    assert (history.epochs, history.steps) == (4, 4)
    assert np.all(np.isin(history["accuracy"], [0, 1]))
    assert history["loss"][-1] < history["loss"][0]


def test_batches_larger_than_the_data_are_full_batches():
    larger, full = (run(samples=30, batch_size=b) for b in (31, 30))
    assert np.array_equal(larger.weights, full.weights)
    assert larger.steps == 10


def test_a_network_without_hidden_layers_is_logistic_regression():
    history = run(lr=0.5, hidden=[], batch_size=200, epochs=3, init="zeros")
    samples, w = Problem().draw(), np.zeros(3)
    x = np.c_[samples.inputs, np.ones(200)]
    for epoch in range(3):
        w = w - 0.5 * x.T @ (1 / (1 + np.exp(-x @ w)) - samples.labels) / 200
        np.testing.assert_allclose(history.weights[epoch + 1], w, rtol=1e-12, atol=1e-15)


def test_a_hit_is_a_logit_above_zero():
    # A logit of exactly zero says 0.
    history = run(lr=0.0, init="zeros", epochs=1)
    assert history["accuracy"][0] == pytest.approx(1 - Problem().draw().base_rate)
    g, samples = np.zeros(33), Problem().draw()
    _, hits = network.mean_gradient(
        np.r_[np.zeros(32), 1.0], g, samples.inputs, samples.labels, samples.train, 0, 200,
        Problem().layout, scratch_of(Problem()),
    )  # fmt: skip
    assert hits == np.sum(samples.labels)


def test_what_is_evaluated_before_a_fork_is_that_of_the_run_that_was_left():
    averaged = train(run_config(wrappers={"ema": {}}))
    fork = train(run_config(), (averaged, 3))
    found = np.concatenate([*fork.evaluated_parts()])
    for epoch in range(7):
        np.testing.assert_array_equal(found[epoch], fork.evaluated(epoch))
    assert not np.array_equal(found[2], fork.at(2)[0])


def run_config(**changes):
    return RunConfig(problem=Problem(batch_size=50), optimizer="sgd", epochs=6, **changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"wrappers": {"ema": {}}},
        {"wrappers": {"lookahead": {}}},
        {"optimizer": "schedule_free_sgd"},
    ],
)
def test_what_is_evaluated_is_in_the_box_of_a_surface(changes):
    given = {"optimizer": "sgd", "hyperparameters": {"lr": 5.0}} | changes
    history = train(RunConfig(problem=SurfaceProblem(surface="saddle"), epochs=20, **given))
    box = history.config.problem.box
    assert max(np.abs(history.evaluated(epoch)).max() for epoch in range(21)) <= box
