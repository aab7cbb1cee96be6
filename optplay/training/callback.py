"""Rules in plain Python: compiled code calls them back."""

from collections.abc import Callable
from ctypes import CFUNCTYPE, c_double, c_int64, c_void_p, cast
from functools import lru_cache
from math import nan
from typing import Any

import numpy as np

from optplay.arrays import Floats, Ints
from optplay.errors import InputError
from optplay.gate import line

# As compiled code gives what `more.Whole` takes: an array is where it begins, then its lengths.
CALL = CFUNCTYPE(
    None, c_void_p, c_int64, c_void_p, c_int64, c_void_p, c_int64, c_int64, c_void_p, c_int64,
    c_int64, c_int64, c_void_p, c_int64, c_void_p, c_int64, c_double, c_int64,
)  # fmt: skip


class Callback:
    """A rule that compiled code can be given, though it is none.

    What it raises can't go through compiled code: the weights become NaN, which ends the run, and
    `raise_again` tells why.

    Args:
        step: `(w, g, state, places, hyper, corrections, lr, t)`, on arrays that it changes.
    """

    def __init__(self, step: Callable[..., None]) -> None:
        self._step, self._failure = step, list[tuple[BaseException, int]]()
        self._called = CALL(self._call)
        # A run gives the same few arrays at each step.
        self._known = lru_cache(maxsize=32)(_array)
        #: See `machine.Compiled`.
        self.address = _address(self._called)

    def raise_again(self) -> None:
        """Raises what the rule raised, if it did.

        Raises:
            InputError: with the step, and what else than an InputError it raised.
        """
        if not self._failure:
            return
        error, t = self._failure.pop()
        if isinstance(error, InputError) or not isinstance(error, Exception):
            raise error
        told = line(f"{type(error).__name__}: {error}")
        raise InputError(f"step {t}: it raised {told}") from error

    def _call(
        self, w: int, n: int, g: int, gs: int, state: int, slots: int, width: int, places: int,
        tensors: int, rows: int, four: int, hyper: int, h: int, corrections: int, hs: int,
        lr: float, t: int,
    ) -> None:  # fmt: skip
        weights = self._floats(w, n)
        try:
            self._step(
                weights, self._floats(g, gs), self._floats(state, slots, width),
                self._whole(places, tensors, rows, four), self._floats(hyper, h),
                self._floats(corrections, hs), lr, t,
            )  # fmt: skip
        except BaseException as error:
            self._failure.append((error, t))
            weights[:] = nan

    def _floats(self, address: int, *shape: int) -> Floats:
        found: Floats = self._known(c_double, address, shape)
        return found

    def _whole(self, address: int, *shape: int) -> Ints:
        found: Ints = self._known(c_int64, address, shape)
        return found


def _address(called: Any) -> int:
    return cast(called, c_void_p).value or 0


def _array(kind: Any, address: int, shape: tuple[int, ...]) -> Any:
    size = int(np.prod(shape))
    if not size:
        return np.empty(shape, dtype=np.dtype(kind))
    return np.ctypeslib.as_array((kind * size).from_address(address)).reshape(shape)
