"""Compiling the training loop and what it calls, on first use, with a cache on disk.

Rules, gradients and schedules are first-class functions of the loop: each has one signature, so
the loop is compiled once for all of them. Each compiled file calls compiled code of its own file
only: numba's cache notices a change of a function's own file, and no other. A surface is compiled
in an adapter, see there.
"""

from collections.abc import Callable
from functools import cache
from hashlib import sha256
from importlib import import_module
from math import inf
from pathlib import Path
from threading import RLock
from typing import Any

from optplay.optim import Optimizer, Schedule
from optplay.optim.declaration import Step
from optplay.problems import Problem, SurfaceProblem
from optplay.training import kernel
from optplay.training.adapters import SurfaceGradient, as_mean_gradient, within_box

# No flag here may let NaN or infinity be assumed away: divergence is found by them.
FAST = {"reassoc", "contract", "nsz"}
# Nothing compiled here allocates, so no reference counts (_nrt): they take a tenth of a step.
OPTIONS: dict[str, Any] = {
    "nogil": True,
    "error_model": "numpy",
    "fastmath": FAST,
    "_nrt": False,
}
# Without this a first-class call copies some fifty words of array headers twice.
INLINED = {**OPTIONS, "forceinline": True}
# A surface costs next to nothing, so it may be computed as it is written.
EXACT = {**INLINED, "fastmath": False}
_lock = RLock()


@cache
def _types() -> dict[str, Any]:
    import numba  # noqa: PLC0415 - numba takes 0.3 s to import, so not at start-up

    types: Any = numba.types
    real, whole = types.float64, types.int64
    vector, matrix, cube = (types.Array(real, n, "C") for n in (1, 2, 3))
    whole_vector, whole_matrix = (types.Array(whole, n, "C") for n in (1, 2))
    fixed_vector, fixed_matrix = (types.Array(real, n, "C", readonly=True) for n in (1, 2))
    rule = types.void(vector, vector, matrix, vector, real, whole)
    factor = real(whole, whole)
    pair = types.Tuple((real, real))
    gradient = pair(
        vector, vector, fixed_matrix, fixed_vector, whole_vector, whole, whole, whole_vector, matrix
    )
    rule_type, factor_type, gradient_type = map(types.FunctionType, (rule, factor, gradient))
    pipeline = (real, real, real)
    update = pair(rule_type, vector, vector, matrix, vector, real, whole, *pipeline)
    loop = types.Tuple((whole, whole))(
        gradient_type, rule_type, factor_type,
        whole, whole, whole, whole, whole,
        real, *pipeline, vector,
        fixed_matrix, fixed_vector, whole_matrix, whole, whole_vector, whole, whole_vector,
        vector, matrix, matrix, vector, matrix, matrix, cube,
    )  # fmt: skip
    return {"rule": rule, "factor": factor, "gradient": gradient, "update": update, "loop": loop}


@cache
def _compiled(function: Callable[..., Any], kind: str, exact: bool = False) -> Any:
    """The machine code of `function`, from the cache on disk if there; about a second if not.

    With `exact` it rounds as plain Python does.
    """
    import numba  # noqa: PLC0415 - see above

    options = EXACT if exact else INLINED
    with _lock:
        signature = _types()[kind]
        try:
            return numba.njit(signature, cache=True, **options)(function)
        except (RuntimeError, ImportError) as error:
            # A function typed into a REPL has no file, a read-only home has no room for a cache,
            # and a file may have been loaded, and cached, as a module of another name.
            if isinstance(error, RuntimeError) and "cannot cache" not in str(error):
                raise
            return numba.njit(signature, **options)(function)


@cache
def _inlined(function: Callable[..., Any], exact: bool = False) -> None:
    """Lets compiled code call the plain function, copied into the caller."""
    from numba.extending import register_jitable  # noqa: PLC0415 - see above

    register_jitable(**(EXACT if exact else INLINED))(function)


def on_compile(callback: Callable[[], None]) -> None:
    """Calls `callback` whenever something is compiled that was not in the cache on disk."""
    event: Any = import_module("numba.core.event")
    methods = {"on_start": lambda listener, started: callback(), "on_end": lambda *ended: None}
    event.register("numba:compile", type("Listener", (event.Listener,), methods)())


def compiled_rule(optimizer: Optimizer, box: float = inf) -> Any:
    """The update rule of an optimizer as a compiled first-class function.

    After its step each weight is cut to [-box, box]. This is part of the rule, and not of the loop,
    because a branch there would cost every network a quarter of its speed.
    """
    return _compiled(optimizer.step, "rule") if box == inf else _boxed_rule(optimizer.step, box)


@cache
def _boxed_rule(step: Step, box: float) -> Any:
    _inlined(step)
    return _compiled(within_box(step, box, f"{_versioned(step)}_{box:g}"), "rule")


def compiled_factor(schedule: Schedule) -> Any:
    """The decay of a schedule as a compiled first-class function."""
    return _compiled(schedule.factor, "factor")


def compiled_gradient(problem: Problem | SurfaceProblem | None = None) -> Any:
    """The gradient of a problem, of any network if left out, as a compiled first-class function."""
    if isinstance(problem, SurfaceProblem):
        return _compiled_surface(problem.declared.gradient)
    from optplay.problems import network  # noqa: PLC0415

    _inlined(network._backpropagate)
    return _compiled(network.mean_gradient, "gradient")


@cache
def _compiled_surface(gradient: SurfaceGradient) -> Any:
    _inlined(gradient, exact=True)
    return _compiled(as_mean_gradient(gradient, _versioned(gradient)), "gradient", exact=True)


def _versioned(function: Any) -> str:
    """A name that changes with the source file of a function, or with its code if it has none."""
    try:
        source = Path(function.__code__.co_filename).read_bytes()
    except OSError:
        source = function.__code__.co_code
    return f"{function.__module__}_{sha256(source).hexdigest()[:16]}".replace(".", "_")


def compiled_update() -> Any:
    """One step of the pipeline, compiled."""
    return _compiled(kernel.update, "update")


def compiled_loop() -> Any:
    """The training loop, compiled."""
    _inlined(kernel.update)
    return _compiled(kernel.run_steps, "loop")
