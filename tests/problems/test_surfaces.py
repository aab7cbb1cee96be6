"""Surfaces: gradients against differences, minima with their published values, and chance."""

import numpy as np
import pytest
from hypothesis import given, strategies as st

from optplay.errors import InputError
from optplay.problems import SURFACES, SurfaceProblem, problem_of
from optplay.training.compilation import compiled_gradient

NAMES = sorted(SURFACES)
# The lowest value of each, as published.
LOWEST = {
    "ravine": 0.0, "saddle": -4.5, "rosenbrock": 0.0, "beale": 0.0, "himmelblau": 0.0,
    "styblinski_tang": -39.166166 * 2, "rastrigin": 0.0, "cycles": 0.0, "alternating": -1 / 3,
}  # fmt: skip
coordinates = st.floats(-4, 4)


def gradient(name, point, condition=100.0):
    g = np.zeros(len(point))
    value = SURFACES[name].gradient(np.array(point), g, np.array([condition]))
    return value, g


def test_they_are_listed_in_their_order():
    names = [
        "ravine", "saddle", "rosenbrock", "beale", "himmelblau", "styblinski_tang", "rastrigin",
        "cycles", "flat", "alternating",
    ]  # fmt: skip
    assert [name for name in SURFACES if name in names] == names


@pytest.mark.parametrize("name", NAMES)
@given(st.lists(coordinates, min_size=2, max_size=2), st.floats(1, 1000))
def test_gradients_against_differences(name, point, condition):
    dimension, h = SURFACES[name].dimension, 1e-5
    point = point[:dimension]
    _, g = gradient(name, point, condition)
    for i in range(dimension):
        high, low = list(point), list(point)
        high[i], low[i] = point[i] + h, point[i] - h
        difference = (gradient(name, high, condition)[0] - gradient(name, low, condition)[0]) / (
            2 * h
        )
        # The derivative of `cycles` jumps in slope, not in height.
        assert g[i] == pytest.approx(difference, rel=1e-4, abs=2e-3)


@pytest.mark.parametrize("name", NAMES)
def test_declarations(name):
    surface = SURFACES[name]
    assert surface.name == name
    for numbers in (surface.start, surface.low, surface.high, *surface.minima, *surface.cycle):
        assert len(numbers) == surface.dimension
    for point in (surface.start, *surface.minima):
        assert np.all(np.array(surface.low) <= point)
        assert np.all(np.array(point) <= surface.high)
        assert np.all(np.abs(point) <= surface.box)
    assert surface.text
    assert surface.paper
    if surface.cycle:
        np.testing.assert_allclose(np.mean(surface.cycle, axis=0), 0, atol=1e-15)


@pytest.mark.parametrize("name", sorted(LOWEST))
def test_minima_are_lowest_points_with_their_published_values(name):
    surface, random = SURFACES[name], np.random.default_rng(0)
    for minimum in surface.minima:
        value, g = gradient(name, minimum)
        assert value == pytest.approx(LOWEST[name], abs=2e-5)
        at_edge = np.abs(minimum) == surface.box
        np.testing.assert_allclose(np.where(at_edge, 0, g), 0, atol=1e-6)
        for near in minimum + random.uniform(-0.05, 0.05, (50, surface.dimension)):
            assert gradient(name, np.clip(near, -surface.box, surface.box))[0] >= value - 1e-12


def test_points_known_by_heart():
    assert gradient("rosenbrock", [-1.2, 1.0])[0] == pytest.approx(24.2)
    assert gradient("beale", [0.0, 0.0])[0] == pytest.approx(14.203125)
    assert gradient("himmelblau", [-0.270845, -0.923039])[0] == pytest.approx(181.617, abs=1e-3)
    assert gradient("rastrigin", [1.0, 1.0])[0] == pytest.approx(2.0)
    assert gradient("ravine", [3.0, 0.5], 8.0)[0] == pytest.approx(5.5)
    assert [gradient("cycles", [x])[1][0] for x in (0.5, 1.5, 3.0)] == [12.5, 25.5, 51.0]
    for joint in (1.0, 2.0):
        below, above = (gradient("cycles", [joint + h]) for h in (-1e-12, 1e-12))
        assert below[0] == pytest.approx(above[0])
        assert below[1] == pytest.approx(above[1])


@pytest.mark.parametrize("name", NAMES)
@given(st.lists(coordinates, min_size=2, max_size=2), st.floats(1, 1000), st.floats(-3, 3))
def test_compiled_is_plain_python_to_the_last_bit(name, point, condition, added):
    dimension = SURFACES[name].dimension
    compiled, w = compiled_gradient(SurfaceProblem(surface=name)), np.array(point[:dimension])
    g, inputs, constants = (
        np.zeros(dimension),
        np.full((2, dimension), added),
        np.array([condition]),
    )
    inputs.flags.writeable = constants.flags.writeable = False
    value, hits = compiled(
        w, g, inputs, constants, np.array([1]), 0, 1, np.zeros(1, int), np.zeros((2, 2))
    )
    plain_value, plain = gradient(name, w, condition)
    assert value == plain_value
    assert np.array_equal(g, plain + added)
    assert np.isnan(hits)


def test_what_is_left_out_is_the_surfaces_own():
    problem = SurfaceProblem(surface="ravine")
    assert (problem.start, problem.condition) == ((2.0, 1.0), 100.0)
    assert problem == SurfaceProblem(surface="ravine", start=(2, 1), condition=100)
    assert SurfaceProblem(surface="beale").condition is None
    assert problem_of({"surface": "cycles", "start": [3]}).initial_weights(7).tolist() == [3.0]


def test_the_seed_moves_the_start_by_the_spread():
    problem = SurfaceProblem(surface="ravine", spread=0.5)
    starts = np.array([problem.initial_weights(seed) for seed in range(2000)])
    assert np.array_equal(starts[3], problem.initial_weights(3))
    np.testing.assert_allclose(starts.mean(axis=0), problem.start, atol=0.05)
    np.testing.assert_allclose(starts.std(axis=0), 0.5, rtol=0.05)
    boxed = SurfaceProblem(surface="alternating", spread=10)
    assert all(abs(boxed.initial_weights(seed)[0]) <= 1 for seed in range(20))


def test_noise_is_gaussian_and_each_steps_own():
    problem = SurfaceProblem(surface="rosenbrock", noise=0.3)
    added = problem.draw().inputs[problem.orders(seed=1, first=0, last=20_000)[:, 0]]
    assert added.shape == (20_000, 2)
    np.testing.assert_allclose(added.mean(axis=0), 0, atol=0.01)
    np.testing.assert_allclose(added.std(axis=0), 0.3, rtol=0.02)
    assert np.mean(np.abs(added) < 0.3) == pytest.approx(0.6827, abs=0.01)
    assert abs(np.corrcoef(added.T)[0, 1]) < 0.03
    assert abs(np.corrcoef(added[1:, 0], added[:-1, 0])[0, 1]) < 0.03
    np.testing.assert_allclose(problem.draw().inputs.mean(axis=0), 0, atol=1e-15)


@given(st.integers(0, 5000), st.integers(1, 3000), st.integers(0, 5))
def test_the_noise_of_a_step_does_not_depend_on_where_one_begins(first, count, seed):
    for surface in ("ravine", "alternating"):
        problem = SurfaceProblem(surface=surface, noise=0.1)
        whole = problem.orders(seed, 0, first + count + 2)
        part = problem.orders(seed, first, first + count)
        assert len(part) == max(count, 2)
        assert np.array_equal(part, whole[first : first + len(part)])


def test_alternating_gradients():
    problem = SurfaceProblem(surface="alternating")
    added = problem.draw().inputs[problem.orders(0, 0, 7)[:, 0], 0]
    assert (added + 1 / 3).tolist() == [3, -1, -1, 3, -1, -1, 3]
    noisy = SurfaceProblem(surface="alternating", noise=0.5)
    rest = noisy.draw().inputs[noisy.orders(4, 0, 3000)[:, 0], 0] - np.tile(added[:3], 1000)
    assert np.std(rest) == pytest.approx(0.5, rel=0.05)
    assert np.mean(rest) == pytest.approx(0, abs=0.03)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"surface": "ravin"}, "unknown surface 'ravin': did you mean 'ravine'?"),
        ({"surface": 3}, "surface: found 3, allowed: a text"),
        ({"surface": "ravine", "condtion": 3}, "unknown key 'condtion': did you mean 'condition'?"),
        ({"surface": "ravine", "hidden": [8]}, "hidden: found beside surface, but it belongs to"),
        ({"condition": 3}, "condition: found without surface, allowed: with it"),
        ({"surface": "beale", "condition": 3},
         "condition: found 3, but beale takes none; allowed for: ravine"),
        ({"surface": "ravine", "condition": 0.5}, "condition: found 0.5, allowed: a number in [1"),
        ({"surface": "ravine", "start": [1]},
         "start: found [1.0], allowed: 2 coordinates, as ravine has"),
        ({"surface": "flat", "start": [1, 2]},
         "start: found [1.0, 2.0], allowed: 1 coordinate, as flat has"),
        ({"surface": "ravine", "start": [1, "a"]}, "start: found [1, 'a'], allowed: a list, each"),
        ({"surface": "ravine", "start": [1, float("inf")]}, "start: found [1, inf], allowed: a"),
        ({"surface": "flat", "start": [float("nan")]}, "start: found [nan], allowed: a list"),
        ({"surface": "ravine", "noise": -1}, "noise: found -1, allowed: a number in [0, 1,000]"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(table, message):
    with pytest.raises(InputError) as error:
        problem_of(table)
    assert message in str(error.value)
