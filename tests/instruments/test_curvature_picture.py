"""Pictures of sharpness and of slices."""

from functools import partial

import numpy as np
import pytest

from optplay.experiments.sharpness import Curvature, sharpness
from optplay.instruments.curvature.picture import sharpness_picture, stability_picture
from optplay.instruments.landscape.measure import landscape
from optplay.instruments.landscape.picture import landscape_picture
from optplay.plots import DARK
from optplay.problems import Problem
from optplay.training import RunConfig, train

PLAIN = {"color": False, "dark": True}
PROBLEM = Problem(samples=20, hidden=(4,))


def run(optimizer="adam", **changes):
    return train(RunConfig(problem=PROBLEM, optimizer=optimizer, epochs=20, **changes))


def pictured(found, history, **options):
    return landscape_picture(found, partial(found.plane.losses, history), 60, 20, **options)


def made(values, threshold):
    values = np.array(values, dtype=float)
    return Curvature(np.arange(values.size), values, values, np.full(values.size, threshold))


def is_of_size(picture, width, height):
    return [sum(len(text) for text, _ in row) for row in picture.rows] == [width] * height


@pytest.mark.parametrize("scene", [sharpness_picture, stability_picture])
@pytest.mark.parametrize("size", [(60, 20), (20, 6), (5, 2)])
def test_they_are_as_large_as_asked_whatever_there_is_to_draw(scene, size):
    whole = [sharpness(run(name)) for name in ("adam", "sgd", "lion")]
    undefined = [made([np.nan] * 3, np.nan), made([-1.0, 0.0, np.inf], 2.0)]
    for curvatures in ([], whole, undefined, [made([1.0], 0.5)]):
        for look in (DARK, PLAIN):
            assert is_of_size(scene(curvatures, *size, **look), *size)


def test_a_ratio_of_one_is_marked_and_undeclared_limits_are_left_out():
    text = stability_picture([made([1, 2, 3], np.nan), made([1, 4, 10], 5)], 60, 20, **PLAIN).text()
    assert "unstable above" in text
    assert "x" in text
    assert "●" not in text


def test_a_threshold_is_marked_where_it_is_that_of_the_sharpness_and_stays():
    fixed = made([1, 4, 10], 5)
    changing = Curvature(
        fixed.epochs, fixed.sharpness, fixed.preconditioned, np.array([4.0, 5.0, 6.0])
    )
    adaptive = Curvature(fixed.epochs, fixed.sharpness, fixed.sharpness / 2, fixed.threshold)
    for found, marked in ((fixed, True), (changing, False), (adaptive, False)):
        assert ("threshold" in sharpness_picture([found], 60, 20, **PLAIN).text()) == marked


@pytest.mark.parametrize("epoch", [None, 0, 7, 20])
def test_a_slice_shows_where_the_run_is_and_where_it_began(epoch):
    history = run()
    found = landscape([history], epoch)
    picture = pictured(found, history, epoch=epoch, **PLAIN)
    assert is_of_size(picture, 60, 20)
    rows = ["".join(text for text, _ in row) for row in picture.rows]
    assert rows[picture.row(0.0)][picture.column(0.0)] == "●"
    if epoch != 0:
        x, y = found.paths[0][0]
        assert rows[picture.row(y)][picture.column(x)] == "○"


def test_ways_on_a_shared_slice_have_the_colours_asked_for():
    one, other = run(), run("sgd")
    found = landscape([one, other])
    text = pictured(found, one, colors=[3, 1], **PLAIN).text()
    assert "○" in text  # marker of run 3, and the start
    assert "x" in text  # marker of run 1
    assert "●" not in text


def test_what_has_nowhere_to_go_has_a_picture():
    still = run("sgd", hyperparameters={"lr": 0.0})
    assert is_of_size(
        pictured(landscape([still]), still, **DARK),
        60,
        20,
    )


def test_that_no_optimizer_has_a_threshold_is_said():
    nothing, unknown = made([], 1.0), made([1.0, 2.0], np.nan)
    said = stability_picture([unknown, nothing], 40, 8, **PLAIN).text()
    assert "no threshold is known" in said
    assert "no data yet" in stability_picture([nothing], 40, 8, **PLAIN).text()
