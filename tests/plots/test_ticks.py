"""Round ticks."""

import re

import numpy as np
import pytest
from hypothesis import given, strategies as st

from optplay.plots.ticks import linear_axis, log_axis, short

FINITE = st.floats(allow_nan=False, allow_infinity=False)


def labels(axis: object) -> list[str]:
    return [label for _, label in axis.ticks]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("low", "high", "count", "expected"),
    [
        (0, 300, 3, ["0", "100", "200", "300"]),
        (1, 300, 6, ["0", "50", "100", "150", "200", "250", "300"]),
        (0.03, 0.69, 4, ["0", "0.2", "0.4", "0.6"]),
        (-1, 1, 4, ["-1.0", "-0.5", "0", "0.5", "1.0"]),
        (0, 2.5e-5, 3, ["0", "1e-5", "2e-5"]),
        (0, 1e300, 2, ["0", "5e299", "1e300"]),
        (1e6, 1.5e6, 5, ["1e6", "1.1e6", "1.2e6", "1.3e6", "1.4e6", "1.5e6"]),
        (-300, -100, 2, ["-300", "-200", "-100"]),
    ],
)
def test_linear_labels(low: float, high: float, count: int, expected: list[str]) -> None:
    assert labels(linear_axis(low, high, count)) == expected


def test_percent_labels() -> None:
    assert labels(linear_axis(0.48, 1.0, 3, percent=True)) == ["60 %", "80 %", "100 %"]
    assert labels(linear_axis(0.9, 0.92, 2, percent=True)) == ["90 %", "91 %", "92 %"]
    assert labels(log_axis(-3, 0, 4, percent=True)) == ["0.1 %", "1 %", "10 %", "100 %"]


def test_whole_ticks_for_few_epochs() -> None:
    assert labels(linear_axis(1, 3, 8, whole=True)) == ["1", "2", "3"]


@given(FINITE, FINITE, st.integers(2, 12), st.booleans())
def test_linear_ticks_are_round_equidistant_and_on_the_axis(
    one: float, other: float, count: int, percent: bool
) -> None:
    axis = linear_axis(min(one, other), max(one, other), count, percent=percent)
    places = np.array([place for place, _ in axis.ticks])
    assert np.isfinite([axis.low, axis.high]).all()
    assert axis.low < axis.high
    assert 1 <= len(places) <= count + 2
    assert np.all((places >= -1e-5) & (places <= 1 + 1e-5))
    assert np.ptp(np.diff(places)) < 1e-5 if len(places) > 1 else True
    assert len(set(labels(axis))) == len(places)
    if len(places) > 1:
        step = (places[1] - places[0]) * (axis.high - axis.low)
        assert re.match(r"[125]\.000|0\.999|1\.999|4\.999|9\.999", f"{step:.4e}"), step
    # The labels mean the places they stand at.
    for place, label in axis.ticks:
        value = float(label.removesuffix(" %")) / (100 if percent else 1)
        assert axis.place(np.array(value)) == pytest.approx(place, abs=1e-3)


@pytest.mark.parametrize("constant", [0.0, 1e-3, -4.0, 1e300, 5e-324, -1e300])
def test_a_constant_gets_an_axis_that_holds_it_and_zero(constant: float) -> None:
    axis = linear_axis(constant, constant, 4)
    assert axis.low <= constant <= axis.high
    assert axis.low <= 0 <= axis.high
    assert len(axis.ticks) >= 2


@pytest.mark.parametrize(
    ("low", "high", "count", "expected"),
    [
        (1e-3, 1, 6, ["0.001", "0.01", "0.1", "1"]),
        (0.02, 0.9, 6, ["0.02", "0.05", "0.1", "0.2", "0.5"]),
        (0.3, 0.34, 4, ["0.30", "0.31", "0.32", "0.33", "0.34"]),
        (1e-12, 1, 3, ["1e-10", "1e-5", "1"]),
        (1e4, 1e7, 6, ["10000", "100000", "1e6", "1e7"]),
        (5e-324, 1e300, 5, ["1e-200", "1", "1e200"]),
        (2.0, 2.0, 6, ["1", "2", "5"]),
    ],
)
def test_log_labels(low: float, high: float, count: int, expected: list[str]) -> None:
    assert labels(log_axis(np.log10(low), np.log10(high), count)) == expected


@given(st.floats(-323, 308), st.floats(-323, 308), st.integers(2, 12))
def test_log_ticks_stand_where_their_labels_say(one: float, other: float, count: int) -> None:
    axis = log_axis(min(one, other), max(one, other), count)
    assert len(set(labels(axis))) == len(axis.ticks)
    for place, label in axis.ticks:
        mantissa, _, exponent = label.partition("e")
        value = np.log10(float(mantissa)) + int(exponent or 0)
        assert axis.place(value) == pytest.approx(place, abs=1e-3)
        assert -1e-6 <= place <= 1 + 1e-6


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (158.4, "158"), (12345.0, "1.23e4"), (-1.5e-7, "-1.5e-7"), (0.0512, "0.0512")],
)
def test_a_short_number(value: float, text: str) -> None:
    assert short(value) == text
