"""Optimizing once: what is copied into its caller is left as it is until it is there.

numba optimizes each function for itself, and all that is copied into it once more, twice at each
level: of the training loop's fifteen seconds of compiling, ten.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from numba.core.codegen import JITCodeLibrary


class _AsItIs(JITCodeLibrary):
    """The code of functions that are copied into another."""

    def _optimize_final_module(self) -> None:
        pass


@contextmanager
def not_optimized(codegen: Any) -> Iterator[None]:
    """Leaves what is compiled meanwhile as it is."""
    codegen.create_library = partial(_AsItIs, codegen)
    try:
        yield
    finally:
        del codegen.create_library
