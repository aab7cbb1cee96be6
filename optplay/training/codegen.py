"""Putting compiled functions together once, for the outermost: nothing before it is optimized,
linked or loaded.

numba does all three for each function, with all that is copied into it, at each level: of the
training loop's fifteen seconds of compiling, twelve.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from llvmlite.binding import Linkage
from numba.core.codegen import JITCodeLibrary


class Part(JITCodeLibrary):
    """The code of a function that is part of another."""

    def finalize(self) -> None:
        self._finalized = True

    def get_pointer_to_function(self, name: str) -> int:
        return 0

    def all_modules(self) -> list[Any]:
        """Its own module, and those of all that it calls, however deep."""
        parts = [self]
        for part in parts:
            parts += [other for other in part._linking_libraries if other not in parts]
        modules = [part._final_module for part in parts]
        for module in modules:
            for function in module.functions:
                # Copied into its caller, it need not be there.
                if not function.is_declaration and function.linkage == Linkage.external:
                    function.linkage = "linkonce_odr"
        return modules


@contextmanager
def only_parts(codegen: Any) -> Iterator[None]:
    """Makes a Part of each function that is compiled meanwhile, without looking for garbage: there
    is little among millions of objects.
    """
    collects = gc.isenabled()
    gc.disable()
    codegen.create_library = partial(Part, codegen)
    # It is written into code that is loaded.
    codegen.set_env = lambda *_: None
    try:
        yield
    finally:
        del codegen.create_library, codegen.set_env
        if collects:
            gc.enable()
