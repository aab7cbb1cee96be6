"""Pictures of sweeps."""

import numpy as np
import pytest

from optplay.instruments.sweep.charts import (
    BEST,
    BEYOND,
    COLLAPSED,
    DIVERGED,
    SweepCurve,
    map_picture,
    sweep_picture,
    worth_showing,
)

RATES = np.logspace(-4, 0, 5)


def curve(median=(0.5, 0.1, 0.01, 0.7, np.inf), index=0, **changes):
    values = {
        "median": median, "low": np.multiply(median, 0.5), "high": np.multiply(median, 2),
        "diverged": [0, 0, 0, 0, 1], "collapsed": [0, 0, 0, 0.5, 0], "best": 2,
    }  # fmt: skip
    return SweepCurve("A", RATES, color_index=index, **{**values, **changes})


def rows(picture):
    return ["".join(text for text, _ in row) for row in picture.rows]


@pytest.mark.parametrize("color", [True, False])
@pytest.mark.parametrize(("width", "height"), [(100, 20), (60, 12), (20, 6), (5, 3), (1, 1)])
def test_it_has_the_size_asked_for(width, height, color):
    found = rows(sweep_picture([curve()], width=width, height=height, log=True, color=color))
    assert len(found) == height
    assert {len(row) for row in found} == {width}


def test_the_best_the_diverged_and_the_collapsed_are_marked():
    picture = sweep_picture([curve()], width=80, height=20, log=True, color=False)
    drawn = rows(picture)
    (best,) = [(row.index(BEST), y) for y, row in enumerate(drawn) if BEST in row]
    (lost,) = [(row.index(DIVERGED), y) for y, row in enumerate(drawn) if DIVERGED in row]
    (idle,) = [(row.index(COLLAPSED), y) for y, row in enumerate(drawn) if COLLAPSED in row]
    assert best[0] < idle[0] < lost[0]  # by rate
    assert lost[1] == 0
    assert idle[1] < best[1]  # by loss
    assert picture.at(*best)[0] == pytest.approx(0.01, rel=0.1)


def test_each_run_has_its_mark():
    pair = [curve(), curve(best=1, index=1), curve(best=None, index=2)]
    picture = sweep_picture(pair, width=80, height=20, log=True, color=False)
    assert "".join(rows(picture)).count(BEST) == 2


def test_what_went_astray_does_not_squash_the_rest():
    wild = curve([0.5, 0.1, 0.01, 0.3, 1e200], diverged=[0] * 5)
    picture = sweep_picture([wild], width=80, height=20, log=True, color=False)
    assert BEYOND in rows(picture)[0]
    assert picture.y_high < 3
    assert not any(BEYOND in row for row in rows(sweep_picture([curve()], width=80, height=20)))


@pytest.mark.parametrize("values", [[], [[np.nan, np.inf]]])
def test_nothing_finite_has_no_limit(values):
    assert worth_showing(values) == np.inf


def test_an_accuracy_that_diverged_stands_at_the_bottom():
    low = curve([0.5, 0.9, 0.95, 0.6, -np.inf])
    drawn = rows(sweep_picture([low], width=80, height=20, percent=True, color=False))
    assert [y for y, row in enumerate(drawn) if DIVERGED in row] == [17]


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_nothing_to_show(value):
    empty = curve([value] * 5, best=None, diverged=[0] * 5, collapsed=[1] * 5)
    assert any("no data yet" in row for row in rows(sweep_picture([empty], width=40, height=9)))
    assert sweep_picture([], width=40, height=9)


@pytest.mark.parametrize("color", [True, False])
@pytest.mark.parametrize(("width", "height"), [(60, 20), (30, 9), (5, 3)])
def test_a_map_has_the_size_asked_for(width, height, color):
    medians = np.array([[0.1, np.nan, np.inf], [0.5, 0.2, 1.0]])
    picture = map_picture(
        medians, x=[0.1, 1.0], y=[1.0, 10.0, 100.0], width=width, height=height, best=(0, 0),
        y_title="l2", color=color,
    )  # fmt: skip
    assert len(picture.rows) == height
    assert {sum(len(text) for text, _ in row) for row in picture.rows} == {width}


def test_the_best_of_a_map_is_marked_where_it_is():
    picture = map_picture(
        np.ones((3, 4)), x=[0.1, 1, 10], y=[1, 10, 100, 1000], width=60, height=22, best=(2, 1)
    )
    (place,) = [(row.index(BEST), y) for y, row in enumerate(rows(picture)) if BEST in row]
    x, y = picture.at(*place)
    assert np.log10(x) == pytest.approx(1, abs=0.2)
    assert np.log10(y) == pytest.approx(1, abs=0.4)


def test_a_map_has_each_median_at_its_knobs():
    medians = np.ones((2, 3))
    medians[0, 2] = 0.1
    picture = map_picture(medians, x=[1, 10], y=[1, 10, 100], width=40, height=14, color=False)
    bright = [(x, y) for y, row in enumerate(rows(picture)) for x, c in enumerate(row) if c == "█"]
    places = np.log10([picture.at(*place) for place in bright])
    assert np.abs(places - [0, 2]).max() <= 0.6


def test_a_map_of_fractions():
    picture = map_picture(
        np.eye(2), x=[0.0, 0.5], y=[0.0, 0.5], width=40, height=12, log_x=False, log_y=False,
        high_is_good=True,
    )  # fmt: skip
    assert picture.x_low == pytest.approx(-0.25)
    assert picture.x_high == pytest.approx(0.75)
