"""Slices of the loss, against numpy's SVD and the compiled network."""

import numpy as np
import pytest

from optplay.errors import InputError
from optplay.instruments.landscape.measure import landscape
from optplay.problems import ACTIVATIONS, LOSSES, Problem
from optplay.problems.network import mean_gradient, scratch_of
from optplay.training import RunConfig, train
from optplay.training.losses import mean_losses

PROBLEM = Problem(samples=20, hidden=(4,), batch_size=5)


def run(optimizer="adam", problem=PROBLEM, epochs=40, lr=0.05, seed=0):
    config = {"problem": problem, "epochs": epochs, "hyperparameters": {"lr": lr}, "seed": seed}
    return train(RunConfig(optimizer=optimizer, **config))


def loss_at(problem, w):
    samples = problem.draw()
    total, _ = mean_gradient(
        w, np.zeros_like(w), samples.inputs, samples.labels, samples.train, 0, samples.train.size,
        problem.layout, scratch_of(problem),
    )  # fmt: skip
    return total / samples.train.size


def components(*histories):
    """Directions and explained variance, by numpy's SVD of all weights as they are."""
    stacked = np.concatenate([h.weights for h in histories])
    _, s, vectors = np.linalg.svd(stacked - stacked.mean(axis=0))
    return vectors[:2], s[:2] ** 2 / np.sum(s**2)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_losses_of_many_weights_are_the_compiled_networks(activation, loss):
    problem = Problem(
        hidden=(3, 2), activation=activation, loss=loss, samples=30, test_fraction=0.3
    )
    many = np.random.default_rng(0).normal(size=(700, problem.parameter_count))
    # All are computed; the compiled network takes long to be called from Python.
    some = np.r_[0:10, 250:260, 507:517, 690:700]
    expected = [loss_at(problem, w) for w in many[some]]
    np.testing.assert_allclose(mean_losses(problem, many)[some], expected, rtol=1e-12)
    assert mean_losses(problem, many[:0]).shape == (0,)


@pytest.mark.parametrize("epochs", [3, 40])  # fewer and more rows than weights
def test_directions_and_explained_variance_are_numpys(epochs):
    history = run(epochs=epochs)
    plane = landscape([history]).plane
    directions, explained = components(history)
    np.testing.assert_allclose(plane.explained, explained, rtol=1e-10)
    cosines = np.abs(plane.directions @ directions.T)
    np.testing.assert_allclose(cosines, np.eye(2), atol=1e-9)
    assert (plane.directions @ (history.weights[-1] - history.weights[0]) >= 0).all()


def test_runs_share_a_plane_through_the_first_ones_weights():
    one, other = run(), run("sgd", epochs=25)
    shared = landscape([one, other], epoch=7)
    directions, explained = components(one, other)
    np.testing.assert_allclose(shared.plane.explained, explained, rtol=1e-10)
    np.testing.assert_allclose(np.abs(shared.plane.directions @ directions.T), np.eye(2), atol=1e-9)
    assert [p.shape for p in shared.paths] == [(41, 2), (26, 2)]
    assert shared.paths[0][7].tolist() == [0.0, 0.0]
    # Both start at the same weights, so at the same place.
    np.testing.assert_allclose(shared.paths[0][0], shared.paths[1][0], atol=1e-12)


def test_the_grid_has_the_loss_at_its_points():
    history = run()
    found = landscape([history], epoch=11)
    x, y = found.grid(7, 5)
    field = found.plane.losses(history, x, y)
    assert field.shape == (5, 7)
    for (row, column), value in np.ndenumerate(field):
        along, across = found.plane.directions
        w = history.weights[11] + x[column] * along + y[row] * across
        assert value == pytest.approx(loss_at(PROBLEM, w), rel=1e-12)
        np.testing.assert_allclose(found.plane.project(w), [x[column], y[row]], atol=1e-12)
    here = found.plane.losses(history, np.zeros(1), np.zeros(1))[0, 0]
    assert here == pytest.approx(loss_at(PROBLEM, history.weights[11]), rel=1e-13)


@pytest.mark.parametrize("histories", [[run()], [run(), run("sgd", lr=3.0)]])
@pytest.mark.parametrize("epoch", [None, 0, 20, 10**9])
def test_the_limits_have_all_paths_and_a_margin(histories, epoch):
    found = landscape(histories, epoch)
    points = np.concatenate([*found.paths, np.zeros((1, 2))])
    for column, (low, high) in enumerate((found.x_limits, found.y_limits)):
        values = points[:, column]
        assert low < values.min()
        assert values.max() < high
    assert found.grid()[0].shape == (60,)
    assert found.grid()[1].shape == (40,)


@pytest.mark.parametrize(
    "history",
    [
        run(epochs=1),
        run("sgd", lr=0.0),  # constant weights
        run("sgd", problem=Problem(init="zeros", samples=20)),  # only the last bias moves
        run("sgd", lr=1000.0, problem=Problem(samples=20, loss="mse"), epochs=40),  # diverges
    ],
)
def test_where_little_moves_it_stays_defined(history):
    found = landscape([history])
    np.testing.assert_allclose(
        found.plane.directions @ found.plane.directions.T, np.eye(2), atol=1e-9
    )
    assert (found.plane.explained >= 0).all()
    assert found.plane.explained.sum() <= 1 + 1e-12
    for low, high in (found.x_limits, found.y_limits):
        assert np.isfinite([low, high]).all()
        assert low < high
    assert found.plane.losses(history, *found.grid()).shape == (40, 60)


def test_one_step_explains_all_by_one_direction():
    plane = landscape([run(epochs=1)]).plane
    np.testing.assert_allclose(plane.explained, [1, 0], atol=1e-12)
    assert landscape([run("sgd", lr=0.0)]).plane.explained.tolist() == [0, 0]


def test_runs_of_several_shapes_share_no_plane():
    with pytest.raises(InputError, match="found networks of layers"):
        landscape([run(), run(problem=Problem(samples=20, hidden=(3,)))])


def test_an_epoch_below_zero():
    with pytest.raises(InputError, match="epoch: found -1, allowed: 0 to 40"):
        landscape([run()], -1)
