"""The datasets and how they are split."""

from math import atan2, hypot
from random import Random

import numpy as np
import pytest

from optplay.problems import Problem
from optplay.problems.problem import DATASETS
from optplay.training import RunConfig, train

NAMES = ["circle", "xor", "gaussians", "moons", "spirals", "rings"]


def test_they_are_listed_in_their_order():
    names = ["circle", "xor", "gaussians", "moons", "rings", "spirals"]
    assert [name for name in DATASETS if name in names] == names


@pytest.mark.parametrize(("n", "seed"), [(200, 42), (31, 7)])
def test_circle_is_the_lessons(n, seed):
    random = Random(seed)
    inputs, labels = [], []
    for _ in range(n):
        x = random.uniform(-2, 2)
        y = random.uniform(-2, 2)
        inputs.append([x, y])
        labels.append(1.0 if x**2 + y**2 < 1.5 else 0.0)
    samples = Problem(samples=n, data_seed=seed).draw()
    assert samples.inputs.tolist() == inputs
    assert samples.labels.tolist() == labels
    assert samples.train.tolist() == list(range(n))
    assert samples.test.size == 0


def test_the_lessons_base_rate():
    labels = Problem().draw().labels
    assert Problem().draw().base_rate == pytest.approx(sum(labels) / 200)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seed", [0, 1, 42])
def test_points_of_the_plane_in_two_classes(name, seed):
    samples = Problem(dataset=name, data_seed=seed, samples=300).draw()
    assert samples.inputs.shape == (300, 2)
    assert samples.labels.shape == (300,)
    assert set(samples.labels) == {0.0, 1.0}
    assert np.all(np.isfinite(samples.inputs))
    assert np.mean(np.abs(samples.inputs) <= 3) > 0.99
    assert np.abs(samples.inputs).max() < 4
    assert np.ptp(samples.inputs, axis=0).min() > 1.5
    assert 0.1 < samples.base_rate < 0.9


@pytest.mark.parametrize("name", NAMES)
def test_the_seed_decides_the_points(name):
    draw = DATASETS[name].draw
    assert draw(Random(3), 50) == draw(Random(3), 50)
    assert draw(Random(3), 50) != draw(Random(4), 50)
    one, other = (Problem(dataset=name, data_seed=s).draw() for s in (3, 4))
    assert one.inputs[:50].tolist() == [[x, y] for x, y, _ in draw(Random(3), 200)][:50]
    assert not np.array_equal(one.inputs, other.inputs)


@pytest.mark.parametrize("name", NAMES)
def test_noise_moves_points_and_leaves_labels_alone(name):
    clean, noisy = (Problem(dataset=name, noise=s, samples=2000).draw() for s in (0.0, 0.3))
    assert np.array_equal(clean.labels, noisy.labels)
    moved = noisy.inputs - clean.inputs
    np.testing.assert_allclose(moved.std(axis=0), 0.3, rtol=0.1)
    np.testing.assert_allclose(moved.mean(axis=0), 0, atol=0.03)


def test_labels_say_where_a_point_is():
    def rows(name):
        samples = Problem(dataset=name).draw()
        return [(x, y, label) for (x, y), label in zip(samples.inputs, samples.labels, strict=True)]

    assert all((x * y < 0) == label for x, y, label in rows("xor"))
    assert all((hypot(x, y) < 1.15) == label for x, y, label in rows("rings"))
    for x, y, label in rows("spirals"):
        turned = atan2(y, x) - 3 * np.pi * hypot(x, y) / 1.9 - np.pi * label
        assert np.cos(turned) == pytest.approx(1)
    for x, y, label in rows("moons"):
        x0, y0 = x / 1.2 + 0.5, y / 1.2 + 0.25
        assert hypot(x0 - label, y0 - 0.5 * label) == pytest.approx(1)
        assert y0 <= 0.5 if label else y0 >= 0
    clouds = np.array(rows("gaussians"))
    for label in (0, 1):
        centre = clouds[clouds[:, 2] == label, :2].mean(axis=0)
        np.testing.assert_allclose(centre, 2 * label - 1, atol=0.2)


@pytest.mark.parametrize(
    ("n", "fraction", "held_out"), [(200, 0.25, 50), (10, 0.5, 5), (7, 0.3, 2), (3, 0.1, 0)]
)
def test_the_last_points_are_held_out(n, fraction, held_out):
    problem = Problem(samples=n, test_fraction=fraction)
    samples = problem.draw()
    assert samples.train.tolist() == list(range(n - held_out))
    assert samples.test.tolist() == list(range(n - held_out, n))
    assert np.array_equal(samples.inputs, Problem(samples=n).draw().inputs)
    assert (problem.train_count, problem.test_count) == (n - held_out, held_out)


def test_samples_are_read_only_because_runs_share_them():
    for array in Problem().draw():
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_held_out_points_are_measured_and_do_not_train():
    held = Problem(samples=100, test_fraction=0.4)
    alone = Problem(samples=60)
    a, b = (train(RunConfig(problem=p, epochs=20)) for p in (held, alone))
    assert np.array_equal(a.weights, b.weights)
    assert np.array_equal(a["loss"], b["loss"])
    assert np.all(np.isnan(b["test_loss"]) & np.isnan(b["test_accuracy"]))

    samples, w = held.draw(), a.weights[-1]
    x, y = samples.inputs[60:], samples.labels[60:]
    hidden = np.maximum(x @ w[:16].reshape(8, 2).T + w[16:24], 0)
    z = hidden @ w[24:32] + w[32]
    expected = np.logaddexp(0, np.where(y == 1, -z, z)).mean()
    assert a["test_loss"][-1] == pytest.approx(expected, rel=1e-12)
    assert a["test_accuracy"][-1] == pytest.approx(np.mean((z > 0) == (y == 1)))
