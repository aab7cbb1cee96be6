"""Machine code: loaded from bytes, and called from Python.

For this LLVM alone is needed, not numba, which takes three times as long to import.

A compiled function has an *entry*, which takes a pointer to words of eight bytes: those of its
arguments, one after another, then room for what it returns. A number is a word, an array one for
where it begins and one for its length in each dimension, a function its address, and a tuple is
its parts. A function that is given to compiled code has another one for that, its *address*.
"""

import struct
from collections.abc import Iterator
from ctypes import CFUNCTYPE, addressof, c_char, c_void_p, create_string_buffer
from functools import cache
from typing import Any, NamedTuple

import llvmlite.binding as llvm

from optplay.arithmetic.lanes import LANES

# Of any length.
MEMORY = c_char * 0
ENTRY, ADDRESS = "entry_{}", "address_{}"
REAL, WHOLE, FUNCTION, ARRAY, TUPLE, NOTHING = "real", "whole", "function", "array", "tuple", "none"


class Form(NamedTuple):
    """How an argument is taken, or a result given.

    Attributes:
        kind: what it is.
        parts: of a tuple.
        dtype, dimensions: of an array; those of lanes are one more.
        lanes: whether numbers are eight at a time.
        written: whether an array may be written into.
    """

    kind: str
    parts: "tuple[Form, ...]" = ()
    dtype: Any = None
    dimensions: int = 0
    lanes: bool = False
    written: bool = False

    @property
    def letters(self) -> str:
        """Its words, as `struct` calls them."""
        if self.kind == TUPLE:
            return "".join(part.letters for part in self.parts)
        return {ARRAY: "q" * (1 + self.dimensions), NOTHING: "", REAL: "d"}.get(self.kind, "q")


class NotCalled:
    """In place of a function that is not called."""

    address = 0


class Compiled:
    """A compiled function.

    Args:
        name: what its code was compiled under. code: an object file.
        taken: its arguments, a tuple. given: what it returns.
    """

    def __init__(self, name: str, code: bytes, taken: Form, given: Form) -> None:
        engine = _engine()
        engine.add_object_file(llvm.ObjectFileRef.from_data(code))
        engine.finalize_object()
        self._entry = CFUNCTYPE(None, c_void_p)(engine.get_function_address(ENTRY.format(name)))
        #: What compiled code is given that calls it; 0 if only Python does.
        self.address: int = engine.get_function_address(ADDRESS.format(name))
        self._name, self._taken, self._given = name, taken, given
        self._arguments, self._result = struct.Struct(taken.letters), struct.Struct(given.letters)

    def __call__(self, *arguments: Any) -> Any:
        """Calls it, without holding the interpreter.

        Raises:
            TypeError: an argument is of another form than it was compiled for.
        """
        words: list[Any] = []
        room = create_string_buffer(self._arguments.size + self._result.size)
        try:
            _write(words, self._taken, arguments)
            self._arguments.pack_into(room, 0, *words)
        except (TypeError, AttributeError, struct.error) as error:
            raise TypeError(f"{self._name}: {error}") from error
        self._entry(room)
        return _read(iter(self._result.unpack_from(room, self._arguments.size)), self._given)


def _write(words: list[Any], form: Form, value: Any) -> None:
    """Adds the words of an argument."""
    if form.kind == TUPLE:
        if len(value) != len(form.parts):
            raise TypeError(f"found {len(value)} values, allowed: {len(form.parts)}")
        for part, each in zip(form.parts, value, strict=True):
            _write(words, part, each)
    elif form.kind == ARRAY:
        shape, flags, dimensions = value.shape, value.flags, form.dimensions
        if (
            value.dtype != form.dtype
            or not flags.c_contiguous
            or len(shape) != dimensions + form.lanes
            or (form.lanes and shape[-1] != LANES)
            or (form.written and not flags.writeable)
        ):
            raise TypeError(_told(form, value))
        # The quicker of two ways, which read-only arrays do not have.
        if flags.writeable:
            words.append(addressof(MEMORY.from_buffer(value)))
        else:
            words.append(value.__array_interface__["data"][0])
        words += shape[:dimensions]
    else:
        words.append(value.address if form.kind == FUNCTION else value)


def _told(form: Form, value: Any) -> str:
    """Which array was found, and which ones are allowed."""
    order = "" if value.flags.c_contiguous else ", not in C's order"
    closed = "" if value.flags.writeable else ", read-only"
    shape = ", ".join(["any"] * form.dimensions + [str(LANES)] * form.lanes)
    open_ = ", to be written into" if form.written else ""
    return (
        f"found an array of {value.dtype} {value.shape}{order}{closed}, "
        f"allowed: {form.dtype} ({shape}) in C's order{open_}"
    )


def _read(words: Iterator[Any], form: Form) -> Any:
    if form.kind == TUPLE:
        return tuple(_read(words, part) for part in form.parts)
    return None if form.kind == NOTHING else next(words)


@cache
def _engine() -> Any:
    """What holds the code; it is never given back."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine(jit=True)
    return llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine)
