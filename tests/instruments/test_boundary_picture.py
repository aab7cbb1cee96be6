"""The picture of a decision boundary."""

import numpy as np
import pytest

from optplay.instruments.boundary.picture import boundary_picture
from optplay.plots import DARK
from optplay.problems import Problem

LINE = np.array([9.0, 0.0, 0.0])  # without hidden layers: z = 9x
PLAIN = {"color": False, "dark": True}


def plot(picture):
    """The cells within the axes, without colour."""
    lines = picture.text().split("\n")[picture.top : picture.top + picture.lines]
    return [line[picture.left :] for line in lines]


def test_a_straight_boundary_stands_where_it_is():
    problem = Problem(hidden=(), samples=1)
    picture = boundary_picture(problem, LINE, 60, 20, **PLAIN)
    for line in plot(picture):
        blank = len(line) // 2 - 1
        assert line[: blank - 1].strip() in ("", "○", "●")
        assert " " not in line[blank + 3 :].replace("○", "█").replace("●", "█")


def test_circles_are_round_and_all_samples_are_to_be_seen():
    problem = Problem(noise=3.0)
    far = np.abs(problem.draw().inputs).max()
    for width, height in ((60, 20), (20, 40), (118, 36)):
        picture = boundary_picture(problem, np.ones(33), width, height, **DARK)
        across = (picture.x_high - picture.x_low) / picture.columns
        up = (picture.y_high - picture.y_low) / picture.lines
        assert up / across == pytest.approx(2, rel=0.08)
        assert min(picture.x_high, picture.y_high) >= far


def test_held_out_samples_have_marks_of_their_own():
    text = boundary_picture(Problem(test_fraction=0.3), np.ones(33), 80, 30, **PLAIN).text()
    assert all(mark in text for mark in "○●◇◆")
    assert not set("◇◆") & set(boundary_picture(Problem(), np.ones(33), 80, 30, **PLAIN).text())


def test_where_there_is_little_room_there_are_no_samples():
    assert "○" not in boundary_picture(Problem(), np.ones(33), 30, 12, **PLAIN).text()


@pytest.mark.parametrize("weights", [np.full(33, np.nan), np.full(33, 1e200), np.zeros(33)])
def test_diverged_weights_have_a_picture_too(weights):
    picture = boundary_picture(Problem(), weights, 60, 20, **DARK)
    assert [sum(len(text) for text, _ in row) for row in picture.rows] == [60] * 20
