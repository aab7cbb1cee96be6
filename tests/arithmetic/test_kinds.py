"""Floats, arrays and compiled code give the same bits."""

from random import Random

import numpy as np
import pytest

import optplay.arithmetic as arithmetic
from optplay.arithmetic import primitives
from optplay.arithmetic.lanes import LANES
from optplay.arrays import Vector
from optplay.training.compilation import Way, _compiled

from .numbers import SPECIAL, from_bits, of_every_exponent, signed, spread
from .test_accuracy import PARTIAL, POINTS, tried


def compiled_loop(function, way=Way.ALONE):
    def run(xs: Vector, out: Vector) -> None:
        for i in range(xs.size):
            out[i] = function(xs[i])

    return _compiled(run, way=way)


def compiled_power(way=Way.ALONE):
    power = arithmetic.power

    def run(bases: Vector, ys: Vector, out: Vector) -> None:
        for i in range(bases.size):
            out[i] = power(bases[i], ys[i])

    return _compiled(run, way=way)


def compiled_square_root(way):
    power = arithmetic.power

    def run(bases: Vector, out: Vector) -> None:
        for i in range(bases.size):
            out[i] = power(bases[i], 0.5)

    return _compiled(run, way=way)


def same_bits(a, b):
    # assert_array_equal takes NaNs as equal, but also zeros of both signs.
    np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(np.signbit(a)[~np.isnan(a)], np.signbit(b)[~np.isnan(b)])


def numbers(name):
    if name in PARTIAL:
        return np.array([*tried(name), np.nan])
    random = Random(1)
    patterns = [from_bits(random.getrandbits(64)) for _ in range(2000)]
    return np.array([*SPECIAL, *POINTS.get(name, []), *patterns, *of_every_exponent(1)])


@pytest.mark.parametrize("name", [*POINTS, *PARTIAL, "sqrt"])
@pytest.mark.filterwarnings("error")
def test_the_kinds_of_numbers_give_the_same_bits(name):
    function, xs = getattr(arithmetic, name), numbers(name)
    plain = np.array([function(x) for x in xs.tolist()])
    found = np.empty_like(xs)
    compiled_loop(function)(xs, found)
    same_bits(found, plain)
    if name not in ("sin", "cos"):
        same_bits(function(xs), plain)
        same_bits(function(xs.reshape(1, -1)[:, ::3]), plain.reshape(1, -1)[:, ::3])
        eight = np.resize(xs, (xs.size // LANES + 1, LANES))
        found = np.empty_like(eight)
        compiled_loop(function, Way.TOGETHER)(eight, found)
        same_bits(found, np.resize(plain, eight.shape))


def test_the_kinds_of_numbers_give_the_same_powers():
    ys = np.array([*SPECIAL, *spread(-3, 3), *signed(range(50)), *spread(-1e5, 1e5, 500)])
    bases = np.abs(np.resize([0.9, 1.5, 0.999, 0.0, 1.0, np.inf, *spread(0, 3, 70)], ys.size))
    plain = np.array([*map(arithmetic.power, bases.tolist(), ys.tolist())])
    found = np.empty_like(ys)
    compiled_power()(bases, ys, found)
    same_bits(found, plain)
    same_bits(arithmetic.power(bases, ys), plain)
    eight = (-1, LANES)
    bases, ys, plain = (a[: a.size - a.size % LANES].reshape(eight) for a in (bases, ys, plain))
    found = np.empty_like(ys)
    compiled_power(Way.TOGETHER)(bases, ys, found)
    same_bits(found, plain)
    compiled_square_root(Way.TOGETHER)(bases, found)
    same_bits(found, np.vectorize(lambda base: arithmetic.power(base, 0.5))(bases))


def test_the_parts_of_a_number():
    xs = np.array([x for x in of_every_exponent() if x >= 2.0**-1022])
    parts = {}
    for primitive in (primitives.exponent, primitives.mantissa):
        plain, found = np.array([primitive(x) for x in xs.tolist()]), np.empty_like(xs)
        compiled_loop(primitive)(xs, found)
        same_bits(primitive(xs), plain)
        same_bits(found, plain)
        parts[primitive] = plain
    k, m = parts[primitives.exponent], parts[primitives.mantissa]
    np.testing.assert_array_equal(np.ldexp(m, k.astype(int)), xs)
    assert (m >= primitives.ROOT_HALF).all()
    assert (m < 2 * primitives.ROOT_HALF).all()


def test_powers_of_two():
    ks = np.arange(-1022.0, 1024.0)
    found = np.empty_like(ks)
    compiled_loop(primitives.power_of_two)(ks, found)
    expected = np.ldexp(1.0, ks.astype(int))
    same_bits(found, expected)
    same_bits(primitives.power_of_two(ks), expected)
    same_bits(np.array([primitives.power_of_two(k) for k in ks.tolist()]), expected)
