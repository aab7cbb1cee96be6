"""Compiling with numba, which takes a third of a second to import: only where it is needed."""

import re
from collections.abc import Callable
from functools import cache
from linecache import getline
from pathlib import Path
from types import FunctionType
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import numba
from numba import types
from numba.core.errors import NumbaError
from numba.core.typeinfer import register_dispatcher
from numba.extending import register_jitable

from optplay import arithmetic
from optplay.arrays import Floats, Ints
from optplay.errors import InputError, show
from optplay.training.codegen import only_parts
from optplay.training.compilation import Way, in_lanes, reached, signature
from optplay.training.entry import object_file, pointer_to
from optplay.training.lanes import lanes, places
from optplay.training.views import View

# What is not compiled here is compiled nowhere, whatever the environment asks of numba.
vars(numba.config)["DISABLE_JIT"] = 0
# Each operation rounds as it is written, so that results do not depend on the processor.
# Nothing compiled here allocates, so no reference counts (_nrt): they take a tenth of a step.
# What numba would have Python and C call is made in `entry`.
OPTIONS: dict[str, Any] = {
    "nogil": True, "error_model": "numpy", "fastmath": False, "_nrt": False,
    "no_cpython_wrapper": True, "no_cfunc_wrapper": True,
}  # fmt: skip
INLINED = {**OPTIONS, "forceinline": True}
SCALARS: dict[Any, Any] = {
    float: types.float64, int: types.int64, None: types.void, type(None): types.void,
    Floats: types.float64, Ints: types.int64,
}  # fmt: skip

ARITHMETIC = Path(arithmetic.__file__).parent
PLACE = r"During: typing of .* at (.+) \((\d+)\)"
# What numba says, and what that means.
MEANT = {
    "NRT required": "a list, or something else that takes memory",
    "No conversion from none to float64": "an end without return",
}


def machine_code(function: Any, kind: Any, way: Way, name: str) -> bytes:
    """An object file with the machine code of a function; see `compilation._compiled`.

    Raises:
        InputError: numba has no code for a part of it.
    """
    for inner in reached(function)[1:]:
        _inlined(inner)
    options = OPTIONS if kind is None else INLINED
    dispatcher = numba.njit(**options)(_renamed(function, name))
    # It may call itself.
    with register_dispatcher(dispatcher), only_parts(dispatcher.targetctx.codegen()):
        try:
            dispatcher.compile(_signature(kind or function, way))
        except NumbaError as error:
            raise InputError(_told(error)) from error
    (compiled,) = dispatcher.overloads.values()
    return object_file(compiled, name, address=kind is not None)


def _told(error: NumbaError) -> str:
    """numba's pages in a line: where, and what has no compiled form."""
    text = str(error)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    calls = [line.removeprefix(">>> ") for line in lines if line.startswith(">>> ")]
    # From within: of what calls what, it tells the calls from outside on, then where they are.
    places = [(file, int(line)) for file, line in re.findall(PLACE, text)]
    at = next((k for k, (file, _) in enumerate(places) if ARITHMETIC not in Path(file).parents), 0)
    loc = getattr(error, "loc", None)
    place = places[at] if places else (loc.filename, loc.line) if loc else None
    reason = (calls[::-1] or lines[1:] or lines)[at if len(calls) == len(places) else 0]
    reason = next((known for part, known in MEANT.items() if part in text), reason)
    told = f"found {reason}, which can't be compiled"
    if place is None or not Path(place[0]).is_file():
        return told
    return f"{Path(place[0]).name}, line {place[1]}, {show(getline(*place).strip())}: {told}"


def _type(kind: Any, way: Way) -> Any:
    """The type of compiled code for an annotation."""
    if get_origin(kind) is Annotated:
        plain, *about = get_args(kind)
        number = SCALARS[plain]
        if in_lanes(about[-1], way):
            number = lanes if number == types.float64 else places
        return number if plain is float else View(number, about[0])
    if get_origin(kind) is tuple:
        return types.Tuple([_type(part, way) for part in get_args(kind)])
    if get_origin(kind) is Callable:
        return pointer_to(_signature(kind, way))
    if hasattr(kind, "_fields"):
        fields = get_type_hints(kind, include_extras=True).values()
        return types.BaseTuple.from_types(tuple(_type(f, way) for f in fields), kind)
    return SCALARS[kind]


def _signature(kind: Any, way: Way) -> Any:
    *taken, result = [_type(each, way) for each in signature(kind)]
    return result(*taken)


@cache
def _inlined(function: Callable[..., Any]) -> None:
    """Lets compiled code call the plain function, copied into the caller."""
    register_jitable(**INLINED)(function)


def _renamed(function: Any, name: str) -> Any:
    """The same function under a name of its own."""
    same = FunctionType(
        function.__code__, function.__globals__, function.__name__,
        function.__defaults__, function.__closure__,
    )  # fmt: skip
    same.__module__, same.__qualname__ = function.__module__, name
    return same
