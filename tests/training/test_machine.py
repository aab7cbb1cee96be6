"""What compiled code is called with: memory that it would go beyond is refused."""

import numpy as np
import pytest

from optplay.training.compilation import Way, compiled_corrections, compiled_gradient


def closed(array):
    array.flags.writeable = False
    return array


NUMBERS = np.full((3, 8), 0.5)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((np.zeros(3), np.zeros((3, 8)), 1), "found an array of float64 (3,), allowed"),
        ((np.zeros((3, 8, 1)), np.zeros((3, 8)), 1), "(3, 8, 1), allowed: float64 (any, 8)"),
        ((NUMBERS, np.zeros((3, 4)), 1), "(3, 4), allowed: float64 (any, 8)"),
        ((NUMBERS, closed(np.zeros((3, 8))), 1), "read-only, allowed"),
        ((NUMBERS, np.zeros((8, 3)).T, 1), "not in C's order, allowed"),
        ((NUMBERS, np.zeros((3, 8), dtype=np.float32), 1), "found an array of float32"),
        ((NUMBERS, [0.0], 1), "list"),
        ((NUMBERS, None, 1), "NoneType"),
        ((NUMBERS, np.zeros((3, 8)), 1.5), "integer"),
        ((NUMBERS, np.zeros((3, 8)), 1 << 70), ""),
        ((NUMBERS, np.zeros((3, 8)), "1"), "integer"),
        ((NUMBERS, np.zeros((3, 8))), "found 2 values, allowed: 3"),
        ((NUMBERS, np.zeros((3, 8)), 1, 1), "found 4 values, allowed: 3"),
    ],
)
def test_what_it_was_not_compiled_for(arguments, told):
    with pytest.raises(TypeError) as caught:
        compiled_corrections()(*arguments)
    message = str(caught.value)
    assert message.startswith("correct_ALONE_")
    assert told in message
    assert "\n" not in message


def test_what_is_only_read_may_be_read_only():
    inputs, labels, rows = (closed(np.zeros(shape)) for shape in ((1, 2), 1, 1))
    layout = closed(np.array([0, 0, 0, 1]))
    w, g, scratch = np.zeros(3), np.ones(3), np.zeros((3, 1))
    rows = closed(rows.astype(np.int64))
    loss, _ = compiled_gradient()(w, g, inputs, labels, rows, 0, 1, layout, scratch)
    assert loss == pytest.approx(np.log(2))


def test_what_only_compiled_code_calls_has_an_address():
    assert compiled_gradient(way=Way.TOGETHER).address
