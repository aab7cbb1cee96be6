"""The order of clipping, L2, weight decay and the rule, and what a run records of it."""

import numpy as np
import pytest

import optplay
from optplay.errors import InputError
from optplay.problems import Problem, network
from optplay.problems.network import scratch_of
from optplay.training import Clip, RunConfig, engine, train


def batch_gradient(problem, w, rows):
    """The mean over `rows` of the gradients of single samples, and of their losses."""
    samples, gradients, losses, hits = problem.draw(), [], [], []
    for row in rows:
        g = np.zeros_like(w)
        loss, hit = network.mean_gradient(
            w, g, samples.inputs, samples.labels, np.array([row]), 0, 1,
            problem.layout, scratch_of(problem),
        )  # fmt: skip
        gradients.append(g)
        losses.append(loss)
        hits.append(hit)
    return np.mean(gradients, axis=0), losses, hits


def batches(count, size):
    return [range(i, min(i + size, count)) for i in range(0, count, size)]


def test_clipping_comes_before_l2():
    # ‖(3, 4)‖ = 5 → (0.6, 0.8), + 0.5·(1, -2) = (1.1, -0.2)
    sgd = optplay.optimizer("sgd", lr=0.1, clip=1.0, l2=0.5)
    assert sgd.step([1.0, -2.0], [3.0, 4.0]) == pytest.approx([0.89, -1.98], rel=1e-14)


def test_a_short_gradient_is_not_clipped():
    sgd = optplay.optimizer("sgd", lr=0.1, clip=5.0)
    assert sgd.step([1.0, -2.0], [3.0, 4.0]) == pytest.approx([0.7, -2.4], rel=1e-14)


def test_decoupled_decay_is_taken_off_the_old_weight():
    # 2 - 0.1·0.5·2 - 0.1·3 = 1.6; decaying the new weight would give 1.7·0.95 = 1.615.
    sgd = optplay.optimizer("sgd", lr=0.1, weight_decay=0.5)
    assert sgd.step([2.0], [3.0]) == pytest.approx([1.6], rel=1e-14)


def test_l2_reads_the_weight_before_its_decay():
    # g = 3 + 0.25·2 = 3.5, then 2 - 0.1·0.5·2 - 0.1·3.5
    sgd = optplay.optimizer("sgd", lr=0.1, weight_decay=0.5, l2=0.25)
    assert sgd.step([2.0], [3.0]) == pytest.approx([1.55], rel=1e-14)


def test_l2_enters_adams_averages_and_weight_decay_does_not():
    coupled = optplay.optimizer("adam", l2=0.5)
    decoupled = optplay.optimizer("adam", weight_decay=0.5)
    coupled.step([2.0], [3.0])
    decoupled.step([2.0], [3.0])
    assert coupled.state[0] == pytest.approx([0.1 * 4])
    assert decoupled.state[0] == pytest.approx([0.1 * 3])


def test_a_schedule_scales_the_decay_too():
    # Half the rate at the first of two steps of warmup: 2·(1 - 0.5·0.1·λ).
    problem = Problem(samples=4, batch_size=4, hidden=[2], init="normal")
    run = {"problem": problem, "optimizer": "sgd", "hyperparameters": {"lr": 0.1}, "epochs": 2}
    plain = train(RunConfig(**run, warmup=1.0))
    decayed = train(RunConfig(**run, warmup=1.0, weight_decay=0.3))
    w = plain.weights[0]
    np.testing.assert_allclose(
        decayed.weights[1], plain.weights[1] - 0.05 * 0.3 * w, rtol=1e-12, atol=1e-15
    )


def test_adamw_decays_by_default_and_adam_does_not():
    assert RunConfig(optimizer="adamw").weight_decay == 0.01
    assert RunConfig(optimizer="adamw", weight_decay=0.0).weight_decay == 0
    assert RunConfig(optimizer="adam").weight_decay == 0
    w, g = np.array([1.0, -3.0]), np.array([0.2, 0.0])
    adam, adamw = optplay.optimizer("adam", lr=0.1), optplay.optimizer("adamw", lr=0.1)
    np.testing.assert_allclose(adamw.step(w, g), adam.step(w, g) - 0.1 * 0.01 * w, rtol=1e-14)


def test_the_norm_recorded_is_the_one_before_clipping():
    problem = Problem(samples=30, batch_size=30)
    config = RunConfig(problem=problem, optimizer="sgd", epochs=1, clip=Clip(norm=1e-3), l2=0.1)
    history = train(config)
    w = history.weights[0]
    g, losses, hits = batch_gradient(problem, w, range(30))
    norm = np.linalg.norm(g)
    assert norm > 0.01
    assert history["gradient_norm"][0] == pytest.approx(norm, rel=1e-12)
    assert history["clipped"][0] == 1
    assert history["loss"][0] == pytest.approx(np.mean(losses), rel=1e-12)
    assert history["accuracy"][0] == pytest.approx(np.mean(hits))
    new = w - 0.01 * (g * 1e-3 / norm + 0.1 * w)
    np.testing.assert_allclose(history.weights[1], new, rtol=1e-12, atol=1e-15)
    assert history["weight_norm"][0] == pytest.approx(np.linalg.norm(new), rel=1e-12)
    ratio = np.linalg.norm(new - w) / np.linalg.norm(new)
    assert history["update_ratio"][0] == pytest.approx(ratio, rel=1e-9)


@pytest.mark.parametrize("size", [1, 3, 20, 500])
def test_what_is_recorded_of_steps_is_their_mean(size):
    # At rate 0 the weights stay, so that every gradient can be computed from the first ones.
    problem = Problem(samples=20, batch_size=size, hidden=[4], activation="tanh")
    w = problem.initial_weights(0)
    found = [batch_gradient(problem, w, rows) for rows in batches(20, size)]
    norms = [np.linalg.norm(g) for g, _, _ in found]
    clip = float(np.median(norms)) * 1.001
    history = train(
        RunConfig(problem=problem, hyperparameters={"lr": 0}, clip=Clip(norm=clip), epochs=2)
    )
    for epoch in (0, 1):
        assert history["clipped"][epoch] == pytest.approx(np.mean(np.array(norms) > clip))
        assert history["gradient_norm"][epoch] == pytest.approx(np.mean(norms), rel=1e-12)
        every_loss = [loss for _, losses, _ in found for loss in losses]
        assert history["loss"][epoch] == pytest.approx(np.mean(every_loss), rel=1e-12)
        every_hit = [hit for _, _, hits in found for hit in hits]
        assert history["accuracy"][epoch] == pytest.approx(np.mean(every_hit))
        assert history["update_ratio"][epoch] == 0
    assert np.array_equal(history.weights, [w, w, w])


@pytest.mark.parametrize(("samples", "size"), [(7, 3), (7, 7), (7, 100), (1, 1), (10, 1)])
def test_the_last_batch_is_averaged_over_its_own_size(samples, size):
    problem = Problem(samples=samples, batch_size=size, hidden=[3], activation="sigmoid")
    sgd = {"optimizer": "sgd", "hyperparameters": {"lr": 0.3}}
    history = train(RunConfig(problem=problem, **sgd, epochs=2))
    w, losses, ratios = history.weights[0].copy(), [], []
    for rows in batches(samples, size) * 2:
        g, loss, _ = batch_gradient(problem, w, rows)
        ratios.append(np.linalg.norm(0.3 * g) / np.linalg.norm(w - 0.3 * g))
        w -= 0.3 * g
        losses += loss
    assert history.steps == 2 * -(-samples // size)
    np.testing.assert_allclose(history.weights[2], w, rtol=1e-11, atol=1e-14)
    assert history["loss"].mean() == pytest.approx(np.mean(losses), rel=1e-11)
    assert history["update_ratio"].mean() == pytest.approx(np.mean(ratios), rel=1e-9)


@pytest.mark.parametrize(
    ("weights", "gradient", "found"),
    [
        ([1.0, 2.0], [1.0], r"\(2,\) and a gradient of shape \(1,\)"),
        ([[1.0]], [[1.0]], r"\(1, 1\)"),
        (1.0, 1.0, r"\(\)"),
    ],
)
def test_stepping_needs_two_arrays_of_one_length(weights, gradient, found):
    with pytest.raises(InputError, match=f"step: found weights of shape .*{found}.*allowed"):
        optplay.optimizer("sgd").step(weights, gradient)


def test_stepping_keeps_to_one_length():
    adam = optplay.optimizer("adam")
    adam.step([1.0, 2.0], [1.0, 1.0])
    with pytest.raises(InputError, match="step: found 3 weights, allowed: 2, as before"):
        adam.step([1.0, 2.0, 3.0], [1.0, 1.0, 1.0])
    assert adam.t == 1


def test_a_step_by_hand_takes_as_long_as_the_first(monkeypatch):
    """Corrections go on from step to step."""
    made, compiled = [], engine.compiled_corrections

    def counted():
        return lambda hyper, corrections, steps: (
            made.append(steps), compiled()(hyper, corrections, steps)
        )  # fmt: skip

    monkeypatch.setattr(engine, "compiled_corrections", counted)
    adam, steps = optplay.optimizer("adam"), 20
    for _ in range(steps):
        adam.step([2.0], [3.0])
    assert sum(made) <= steps
