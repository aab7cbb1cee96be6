"""Colour maps."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as hnp

from optplay.plots import PALETTE, PALETTE_LIGHT
from optplay.plots.ramps import BANDS, levels, ramp

RAMPS = ("boundary", "surface", "loss", "score")
EITHER = pytest.mark.parametrize("dark", [True, False])


def luminance(color: tuple[int, int, int]) -> float:
    """WCAG 2.1's relative luminance."""
    shares = np.array(color) / 255
    linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one: tuple[int, int, int], two: tuple[int, int, int]) -> float:
    low, high = sorted((luminance(one), luminance(two)))
    return (high + 0.05) / (low + 0.05)


@EITHER
@pytest.mark.parametrize("name", RAMPS)
def test_a_ramp_has_a_colour_and_a_shade_for_each_band(name: str, dark: bool) -> None:
    colors = ramp(name, dark)
    assert len(set(colors.colors)) == len(colors.shades) == BANDS
    assert not set(colors.missing) & set(colors.colors)


@EITHER
@pytest.mark.parametrize(("name", "sign"), [("surface", 1), ("loss", -1), ("score", 1)])
def test_brightness_tells_the_order(name: str, sign: int, dark: bool) -> None:
    brightness = np.array([luminance(color) for color in ramp(name, dark).colors])
    sign = -1 if name == "surface" and not dark else sign
    assert np.all(sign * np.diff(brightness) > 0)


@EITHER
def test_paths_stand_out_from_a_surface(dark: bool) -> None:
    floor, *_, top = ramp("surface", dark).colors
    for color in PALETTE if dark else PALETTE_LIGHT:
        assert contrast(color, floor) > 4
        assert contrast(color, top) > 1.8


@EITHER
def test_the_sides_of_a_boundary_are_the_first_two_runs(dark: bool) -> None:
    """And they are still told apart without red or without green, as by their blue."""
    low, high = ramp("boundary", dark).colors[0], ramp("boundary", dark).colors[-1]
    assert low[2] > low[0] + 30
    assert high[0] > high[2] + 30
    assert contrast(low, high) < 1.5  # neither side shouts


def test_an_unknown_ramp_is_refused() -> None:
    with pytest.raises(ValueError, match="no ramp 'viridis': boundary, surface, loss, score"):
        ramp("viridis")


@given(
    hnp.arrays(
        np.float64,
        st.integers(0, 60),
        elements=st.one_of(st.floats(), st.sampled_from([1e308, -1e308, 5e-324, np.nan])),
    ),
    st.sampled_from(RAMPS),
)
@settings(max_examples=200, deadline=None)
def test_levels_never_decrease(values: np.ndarray, name: str) -> None:
    limits = levels(values, name)
    assert limits.shape == (BANDS - 1,)
    assert np.isfinite(limits).all()
    assert np.all(np.diff(limits) >= -1e-9 * np.abs(limits).max())


def test_contours_give_the_floor_of_a_ravine_a_band_of_its_own() -> None:
    x, y = np.meshgrid(np.linspace(-10, 10, 101), np.linspace(-1, 1, 101))
    values = 0.5 * (x**2 + 100 * y**2)
    areas = np.diff([0, *np.searchsorted(np.sort(values.ravel()), levels(values, "surface"))])
    assert areas[0] / values.size == pytest.approx((1 / BANDS) ** 1.6, rel=0.05)
    assert np.all(np.diff(areas) > 0)


def test_a_wide_positive_range_is_divided_by_factors() -> None:
    limits = levels([0.01, 1.0, np.nan, np.inf], "loss")
    assert limits[1:] / limits[:-1] == pytest.approx(100 ** (1 / BANDS))
    assert np.diff(levels([0.5, 1.0], "loss")) == pytest.approx(0.5 / BANDS)
    assert np.diff(levels([-1.0, 100.0], "score")) == pytest.approx(101 / BANDS)


def test_the_middle_of_a_boundary_is_a_limit() -> None:
    assert levels([0.9], "boundary")[BANDS // 2 - 1] == 0.5
