"""Machine code: loaded from bytes, and called from Python.

For this LLVM alone is needed, not numba, which takes three times as long to import.

A compiled function has an *entry*, which takes a pointer to words of eight bytes: those of its
arguments, one after another, then room for what it returns. A number is a word, an array one for
where it begins and one for its length in each dimension, a function its address, and a tuple is
its parts. A function that is given to compiled code has another one for that, its *address*.
"""

from collections.abc import Iterator, Sequence
from ctypes import CFUNCTYPE, c_void_p
from functools import cache
from typing import Any, NamedTuple

import llvmlite.binding as llvm
import numpy as np
from numpy.typing import NDArray

ENTRY, ADDRESS = "entry_{}", "address_{}"
REAL, WHOLE, FUNCTION, ARRAY, TUPLE, NOTHING = "real", "whole", "function", "array", "tuple", "none"


class Form(NamedTuple):
    """How an argument is taken, or a result given.

    Attributes:
        kind: what it is.
        parts: of a tuple.
        dtype, dimensions: of an array; those of lanes are one more.
    """

    kind: str
    parts: "tuple[Form, ...]" = ()
    dtype: str = ""
    dimensions: int = 0

    @property
    def words(self) -> int:
        """How many words it takes."""
        if self.kind == TUPLE:
            return sum(part.words for part in self.parts)
        return {ARRAY: 1 + self.dimensions, NOTHING: 0}.get(self.kind, 1)


class Compiled:
    """A compiled function.

    Args:
        name: what its code was compiled under. code: an object file.
        taken: its arguments. given: what it returns.
    """

    def __init__(self, name: str, code: bytes, taken: Sequence[Form], given: Form) -> None:
        engine = _engine()
        engine.add_object_file(llvm.ObjectFileRef.from_data(code))
        engine.finalize_object()
        self._entry = CFUNCTYPE(None, c_void_p)(engine.get_function_address(ENTRY.format(name)))
        #: What compiled code is given that calls it; 0 if only Python does.
        self.address: int = engine.get_function_address(ADDRESS.format(name))
        self._taken, self._given = Form(TUPLE, tuple(taken)), given
        self._size = self._taken.words

    def __call__(self, *arguments: Any) -> Any:
        """Calls it, without holding the interpreter.

        Raises:
            TypeError: an argument is of another form than it was compiled for.
        """
        words = np.empty(self._size + self._given.words, dtype=np.int64)
        end = _write(words, words.view(np.float64), 0, self._taken, arguments)
        self._entry(words.ctypes.data)
        return _read(words, words.view(np.float64), iter(range(end, words.size)), self._given)


def _write(
    words: NDArray[np.int64], reals: NDArray[np.float64], at: int, form: Form, value: Any
) -> int:
    """Writes an argument from word `at` on; where the next one begins."""
    if form.kind == TUPLE:
        for part, each in zip(form.parts, value, strict=True):
            at = _write(words, reals, at, part, each)
        return at
    if form.kind == ARRAY:
        if value.dtype != form.dtype or not value.flags.c_contiguous:
            raise TypeError(f"found an array of {value.dtype}, allowed: {form.dtype}, in C's order")
        sizes = value.shape[: form.dimensions]
        words[at], words[at + 1 : at + 1 + form.dimensions] = value.ctypes.data, sizes
    elif form.kind == REAL:
        reals[at] = value
    else:
        words[at] = value.address if form.kind == FUNCTION else value
    return at + form.words


def _read(
    words: NDArray[np.int64], reals: NDArray[np.float64], at: Iterator[int], form: Form
) -> Any:
    if form.kind == TUPLE:
        return tuple(_read(words, reals, at, part) for part in form.parts)
    if form.kind == NOTHING:
        return None
    return float(reals[next(at)]) if form.kind == REAL else int(words[next(at)])


@cache
def _engine() -> Any:
    """What holds the code; it is never given back."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine(jit=True)
    return llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
