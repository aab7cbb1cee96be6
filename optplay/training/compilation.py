"""Compiling the training loop and what it calls, on first use, with a cache on disk.

Rules and schedules are first-class functions of the loop: each has one signature, so the loop is
compiled once for all of them. numba's cache notices a change of a function's own file, and no
other: what calls compiled code of another file closes over a number that changes with it, or, where
there are several of them, has a name that does.
"""

from collections.abc import Callable
from functools import cache, partial, wraps
from hashlib import sha256
from importlib import import_module
from math import inf
from pathlib import Path
from threading import RLock
from typing import Any, ParamSpec, TypeVar

from optplay.optim import Optimizer, Schedule
from optplay.problems import Problem, SurfaceProblem
from optplay.training import kernel
from optplay.training.adapters import SurfaceGradient, as_mean_gradient

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
    for part in ("numba.extending", "numba.core.event"):
        import_module(part)
    return import_module("numba")


@_once
def _types() -> dict[str, Any]:
    types: Any = _numba().types
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
    loop = (
        rule_type, factor_type,
        whole, whole, whole, whole, whole,
        real, *pipeline, vector,
        fixed_matrix, fixed_vector, whole_matrix, whole, whole_vector, whole, whole_vector,
        vector, matrix, matrix, vector, matrix, matrix, cube,
    )  # fmt: skip
    hessian = types.void(
        vector, matrix, fixed_matrix, fixed_vector, whole_vector, whole_vector, matrix, matrix
    )
    done = types.Tuple((whole, whole))
    return {
        "rule": rule, "factor": factor, "gradient": gradient, "update": update, "hessian": hessian,
        "loop": done(*loop), "open_loop": done(gradient_type, real, *loop),
    }  # fmt: skip


@_once
def _compiled(function: Callable[..., Any], kind: str, exact: bool = False) -> Any:
    """The machine code of `function`, from the cache on disk if there; about a second if not.

    With `exact` it rounds as plain Python does.
    """
    numba, options = _numba(), EXACT if exact else INLINED
    signature = _types()[kind]
    try:
        return numba.njit(signature, cache=True, **options)(function)
    except (RuntimeError, ImportError) as error:
        # A function typed into a REPL has no file, a read-only home has no room for a cache,
        # and a file may have been loaded, and cached, as a module of another name.
        if isinstance(error, RuntimeError) and "cannot cache" not in str(error):
            raise
        return numba.njit(signature, **options)(function)


@_once
def _inlined(function: Callable[..., Any], exact: bool = False) -> None:
    """Lets compiled code call the plain function, copied into the caller."""
    _numba().extending.register_jitable(**(EXACT if exact else INLINED))(function)


def on_compile(callback: Callable[[], None]) -> None:
    """Calls `callback` whenever something is compiled that was not in the cache on disk."""
    event: Any = _numba().core.event
    methods = {"on_start": lambda listener, started: callback(), "on_end": lambda *ended: None}
    event.register("numba:compile", type("Listener", (event.Listener,), methods)())


def compiled_rule(optimizer: Optimizer) -> Any:
    """The update rule of an optimizer as a compiled first-class function."""
    return _compiled(optimizer.step, "rule")


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


def compiled_hessian() -> Any:
    """The Hessian of the network, compiled."""
    from optplay.problems import network_hessian  # noqa: PLC0415

    _inlined(network_hessian._add_outer)
    return _compiled(network_hessian.mean_hessian, "hessian")


@_once
def _compiled_surface(gradient: SurfaceGradient) -> Any:
    _inlined(gradient, exact=True)
    name = f"{gradient.__module__.replace('.', '_')}_{_version(gradient):x}"
    return _compiled(as_mean_gradient(gradient, name), "gradient", exact=True)


def _version(function: Any) -> int:
    """A number that changes with the source file of a function, or with its code if it has none."""
    try:
        source = Path(function.__code__.co_filename).read_bytes()
    except OSError:
        source = function.__code__.co_code
    return int.from_bytes(sha256(source).digest()[:7], "big")


def compiled_update() -> Any:
    """One step of the pipeline, compiled."""
    return _compiled(kernel.update, "update")


def compiled_loop(problem: Problem | SurfaceProblem | None = None) -> Any:
    """The training loop of a problem, of any network if left out: `run_steps` from `rule` on."""
    if isinstance(problem, SurfaceProblem):
        return partial(_open_loop(), compiled_gradient(problem), problem.box)
    return _network_loop()


def _open_loop() -> Any:
    """The loop for any gradient: it is not compiled again for each surface."""
    _inlined(kernel.update)
    return _compiled(kernel.run_steps, "open_loop")


@_once
def _network_loop() -> Any:
    """The loop with the network's gradient, and no box, compiled into it.

    To call the gradient as a first-class function takes as long as a quarter of a step, and so does
    to ask in each step whether there is a box.
    """
    from optplay.problems import network  # noqa: PLC0415

    for function in (network._backpropagate, network.mean_gradient, kernel.update):
        _inlined(function)
    _inlined(kernel.run_steps)
    # The cache looks at the file of `loop` only, but also at what it closes over.
    versions = _version(network.mean_gradient), _version(kernel.run_steps)

    def loop(  # type: ignore[no-untyped-def]
        rule, factor, first, last, born, warmup, total, lr, clip, l2, weight_decay, hyper,
        inputs, labels, orders, order_epoch, test_rows, batch_size, layout, w, state, work, sums,
        record, weights, states,
    ):  # fmt: skip
        _ = versions
        return kernel.run_steps(
            network.mean_gradient, inf,
            rule, factor, first, last, born, warmup, total, lr, clip, l2, weight_decay, hyper,
            inputs, labels, orders, order_epoch, test_rows, batch_size, layout, w, state, work,
            sums, record, weights, states,
        )  # fmt: skip

    return _compiled(loop, "loop")
