"""Runs must be told apart, by colour-blind people too, and on both backgrounds."""

from itertools import combinations

import numpy as np
import pytest

from optplay.plots import MARKERS, PALETTE, PALETTE_LIGHT, run_color, run_marker
from optplay.plots.palette import RGB

# What deuteranopes and protanopes see of linear RGB (Viénot, Brettel and Mollon 1999).
DEUTERANOPIA = np.array([[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]])
PROTANOPIA = np.array([[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]])


def linear(color: RGB) -> np.ndarray:
    return (np.array(color) / 255) ** 2.2


def contrast(color: RGB, background: float) -> float:
    """WCAG contrast against a background of this luminance."""
    pair = sorted([float(linear(color) @ [0.2126, 0.7152, 0.0722]), background])
    return (pair[1] + 0.05) / (pair[0] + 0.05)


@pytest.mark.parametrize("palette", [PALETTE, PALETTE_LIGHT])
def test_sixteen_different_colours(palette: tuple[RGB, ...]) -> None:
    assert len(set(palette)) == len(palette) >= 16
    assert min(np.linalg.norm(np.subtract(*pair)) for pair in combinations(palette, 2)) > 50
    assert all(0 <= channel <= 255 for color in palette for channel in color)


@pytest.mark.parametrize("palette", [PALETTE, PALETTE_LIGHT])
@pytest.mark.parametrize("sight", [np.eye(3), DEUTERANOPIA, PROTANOPIA])
def test_the_first_eight_differ_for_colour_blind_eyes(
    palette: tuple[RGB, ...], sight: np.ndarray
) -> None:
    seen = [np.clip(sight @ linear(color), 0, 1) ** (1 / 2.2) * 255 for color in palette[:8]]
    assert min(np.linalg.norm(one - other) for one, other in combinations(seen, 2)) > 35


def test_colours_stand_out_from_their_background() -> None:
    assert min(contrast(color, background=0.02) for color in PALETTE) > 4.5
    assert min(contrast(color, background=1.0) for color in PALETTE_LIGHT) > 4


def test_colours_and_markers_repeat_after_the_last() -> None:
    assert run_color(0) == run_color(len(PALETTE)) == PALETTE[0]
    assert run_color(1, dark=False) == PALETTE_LIGHT[1]
    assert run_marker(len(MARKERS) + 1) == MARKERS[1]


def test_markers_are_distinct_single_characters() -> None:
    assert len(set(MARKERS)) == len(MARKERS) >= 16
    assert all(len(marker) == 1 for marker in MARKERS)
