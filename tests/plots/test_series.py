"""Series."""

import numpy as np
import pytest

from optplay.plots import Series


def test_epochs_count_from_one() -> None:
    x, y = Series("a", [3, 4]).points()
    assert x.tolist() == [1, 2]
    assert y.tolist() == [3, 4]
    assert Series("fork", [3, 4], first=12).points()[0].tolist() == [12, 13]


def test_points_are_copies() -> None:
    values = np.array([1.0, 2.0])
    Series("a", values).points()[1][0] = 9
    assert values[0] == 1


@pytest.mark.parametrize(("values", "x"), [([[1.0]], None), (1.0, None), ([1.0], [1.0, 2.0])])
def test_wrong_shapes_are_refused(values: object, x: object) -> None:
    with pytest.raises(ValueError, match="run 7"):
        Series("run 7", values, x)  # type: ignore[arg-type]


@pytest.mark.parametrize(("low", "high"), [([1.0], None), (None, [1.0]), ([1.0], [1.0, 2.0])])
def test_half_a_band_is_refused(low: object, high: object) -> None:
    with pytest.raises(ValueError, match="run 7"):
        Series("run 7", [1.0], None, 0, low, high)  # type: ignore[arg-type]
