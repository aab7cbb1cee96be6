"""Compiling the training loop and what it calls, on first use, with a cache on disk.

Rules and schedules are first-class functions of the loop: each has one signature, so the loop is
compiled once for all of them. Signatures are those that the functions are annotated with.

What is compiled bears a name that changes with all that is compiled into it: machine code is called
by its name, also where it comes from the disk (`cache`).
"""

import marshal
from collections.abc import Callable
from functools import cache, partial, wraps
from hashlib import sha256
from importlib import import_module
from inspect import getclosurevars
from pathlib import Path
from threading import RLock
from types import FunctionType, NoneType
from typing import Annotated, Any, ParamSpec, TypeVar, get_args, get_origin, get_type_hints

from optplay.arrays import Floats, Ints
from optplay.optim import Optimizer, Schedule
from optplay.problems import Problem, SurfaceProblem, network, network_hessian
from optplay.training import kernel
from optplay.training.adapters import SurfaceGradient, as_mean_gradient
from optplay.training.cache import DiskCache

# No flag here may let NaN or infinity be assumed away: divergence is found by them.
FAST = {"reassoc", "contract", "nsz"}
# Nothing compiled here allocates, so no reference counts (_nrt): they take a tenth of a step.
OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "fastmath": FAST, "_nrt": False}
# Without this a first-class call copies some fifty words of array headers twice.
INLINED = {**OPTIONS, "forceinline": True}
# Only what is given to compiled code needs a form in which that can take it.
UNWRAPPED = {"no_cfunc_wrapper": True}
LOOP = {**OPTIONS, **UNWRAPPED}
# A surface costs next to nothing, so it may be computed as it is written.
EXACT = {**INLINED, "fastmath": False}
# What compiled code takes in when it refers to it.
VALUES = (int, float, complex, str, bytes, tuple, NoneType)
SCALARS: dict[Any, type] = {Floats: float, Ints: int}
_lock = RLock()
P = ParamSpec("P")
T = TypeVar("T")


def _once(function: Callable[P, T]) -> Callable[P, T]:
    """As `cache`, but no two threads come to it at a time: neither numba's import nor what
    compiles stands that.
    """
    known: Any = cache(function)

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        with _lock:
            result: T = known(*args, **kwargs)
            return result

    return call


@_once
def _numba() -> Any:
    """numba, which takes 0.3 s to import: not at start-up."""
    # The last one adds to numba's table of types, which other threads must not be reading then.
    for part in (
        "numba.extending", "numba.core.event", "numba.core.typeinfer",
        "numba.experimental.function_type",
    ):  # fmt: skip
        import_module(part)
    return import_module("numba")


def _type(kind: Any) -> Any:
    """numba's type for an annotation."""
    types: Any = _numba().types
    if get_origin(kind) is Annotated:
        array, dimensions, *fixed = get_args(kind)
        return types.Array(_type(SCALARS[array]), dimensions, "C", readonly=bool(fixed))
    if get_origin(kind) is tuple:
        return types.Tuple(tuple(map(_type, get_args(kind))))
    if get_origin(kind) is Callable:
        return types.FunctionType(_signature(kind))
    if hasattr(kind, "_fields"):
        fields = get_type_hints(kind, include_extras=True).values()
        return types.BaseTuple.from_types(tuple(map(_type, fields)), kind)
    scalars = {float: types.float64, int: types.int64, None: types.void, NoneType: types.void}
    return scalars[kind]


def _signature(kind: Any) -> Any:
    """numba's signature for a `Callable[…]`, or for a function as it is annotated."""
    if isinstance(kind, FunctionType):
        *taken, result = get_type_hints(kind, include_extras=True).values()
    else:
        taken, result = get_args(kind)
    return _type(result)(*map(_type, taken))


@_once
def _compiled(function: Any, kind: Any = None, exact: bool = False) -> Any:
    """The machine code of `function`, from the cache on disk if there; about a second if not.

    Args:
        kind: the `Callable[…]` as which compiled code is given it, if it is.
        exact: it rounds as plain Python does.
    """
    numba = _numba()
    options = LOOP if kind is None else EXACT if exact else INLINED
    signature = _signature(kind or function)
    for inner in _reached(function)[1:]:
        _inlined(inner, exact)
    version = _version(function, options)
    dispatcher = numba.njit(**options)(_renamed(function, version))
    if numba.config.DISABLE_JIT:
        return function
    dispatcher._cache = DiskCache(function.__name__, version)
    with numba.core.typeinfer.register_dispatcher(dispatcher):  # It may call itself.
        dispatcher.compile(signature)
    dispatcher.disable_compile()
    return dispatcher


@_once
def _inlined(function: Callable[..., Any], exact: bool) -> None:
    """Lets compiled code call the plain function, copied into the caller."""
    options = EXACT if exact else INLINED
    _numba().extending.register_jitable(**options, **UNWRAPPED)(function)


def _reached(function: Any) -> list[Any]:
    """The function and all plain functions that it calls, however deep."""
    found = [function]
    for caller in found:
        known = _outside(caller).values()
        found += [f for f in known if isinstance(f, FunctionType) and f not in found]
    return found


def _outside(function: Any) -> dict[str, Any]:
    """What a function refers to by name, in its module and around it."""
    names = getclosurevars(function)
    return {**names.globals, **names.nonlocals}


def _version(function: Any, options: dict[str, Any] = LOOP) -> str:
    """What changes with the files of a function and of all that it calls, or with their code where
    they have no file, with the values from elsewhere that they refer to, and with the options.
    """
    spelled = {k: sorted(v) if isinstance(v, set) else v for k, v in options.items()}
    digest = sha256(repr(spelled).encode())
    for part in _reached(function):
        code = part.__code__
        try:
            digest.update(Path(code.co_filename).read_bytes())
        except OSError:
            digest.update(marshal.dumps(code))
        values = {k: v for k, v in _outside(part).items() if isinstance(v, VALUES)}
        digest.update(repr((part.__module__, part.__qualname__, values)).encode())
    return digest.hexdigest()[:14]


def _renamed(function: Any, version: str) -> Any:
    """The same function under a name with its version."""
    same = FunctionType(
        function.__code__, function.__globals__, function.__name__,
        function.__defaults__, function.__closure__,
    )  # fmt: skip
    same.__module__ = function.__module__
    same.__qualname__ = f"{function.__qualname__}_{version}"
    return same


def on_compile(callback: Callable[[], None]) -> None:
    """Calls `callback` whenever something is compiled that was not in the cache on disk."""
    event: Any = _numba().core.event
    methods = {"on_start": lambda listener, started: callback(), "on_end": lambda *ended: None}
    event.register("numba:compile", type("Listener", (event.Listener,), methods)())


def compiled_rule(optimizer: Optimizer) -> Any:
    """The update rule of an optimizer as a compiled first-class function."""
    return _compiled(optimizer.step, kernel.Rule)


def compiled_factor(schedule: Schedule) -> Any:
    """The decay of a schedule as a compiled first-class function."""
    return _compiled(schedule.factor, kernel.Factor)


def compiled_gradient(problem: Problem | SurfaceProblem | None = None) -> Any:
    """The gradient of a problem, of any network if left out, as a compiled first-class function."""
    if isinstance(problem, SurfaceProblem):
        return _compiled_surface(problem.declared.gradient)
    return _compiled(network.mean_gradient, kernel.Gradient)


def compiled_hessian() -> Any:
    """The Hessian of the network, compiled."""
    return _compiled(network_hessian.mean_hessian)


@_once
def _compiled_surface(gradient: SurfaceGradient) -> Any:
    return _compiled(as_mean_gradient(gradient), kernel.Gradient, exact=True)


def compiled_update() -> Any:
    """One step of the pipeline, compiled."""
    return _compiled(kernel.update)


def compiled_loop(problem: Problem | SurfaceProblem | None = None) -> Any:
    """The training loop of a problem, of any network if left out: `kernel.run_network_steps`."""
    if isinstance(problem, SurfaceProblem):
        # It is not compiled again for each surface.
        return partial(_compiled(kernel.run_steps), compiled_gradient(problem), problem.box)
    return _compiled(kernel.run_network_steps)
