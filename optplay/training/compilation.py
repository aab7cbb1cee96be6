"""Compiling the training loop and what it calls, on first use, with a cache on disk.

Rules and schedules are first-class functions of the loop: each has one signature, so the loop is
compiled once for all of them. Signatures are those that the functions are annotated with.

What is compiled bears a name that changes with all that is compiled into it: machine code is called
by its name, also where it comes from the disk (`cache`).
"""

import marshal
from collections.abc import Callable
from dis import get_instructions
from enum import Enum, EnumType
from functools import cache, partial
from hashlib import sha256
from importlib import import_module
from inspect import getclosurevars
from math import inf
from pathlib import Path
from threading import RLock
from types import FunctionType, ModuleType, NoneType
from typing import (
    Annotated,
    Any,
    NamedTuple,
    get_args,
    get_origin,
    get_type_hints,
)  # fmt: skip

from optplay.arithmetic.lanes import LANES
from optplay.arrays import Floats, Ints, np
from optplay.errors import within
from optplay.optim import Optimizer, Schedule, Wrapper
from optplay.optim.declaration import Evaluated, Probe
from optplay.problems import (
    ACTIVATIONS,
    LOSSES,
    Problem,
    SurfaceProblem,
    network,
    network_hessian,
    wide,
)  # fmt: skip
from optplay.training import kernel, more
from optplay.training.adapters import as_factor, as_mean_gradient, as_mean_hessian
from optplay.training.cache import keep, kept
from optplay.training.composed import composed
from optplay.training.machine import (
    ARRAY,
    FUNCTION,
    NOTHING,
    REAL,
    TUPLE,
    WHOLE,
    Compiled,
    Form,
    NotCalled,
)  # fmt: skip

# What compiled code takes in when it refers to it.
VALUES = (int, float, complex, str, bytes, tuple, NoneType, Enum, np.generic)
# What the functions of these modules are in compiled code is in these files.
KNOWN = (
    "optplay.arithmetic.primitives",
    "optplay.arithmetic.lanes",
    "optplay.arithmetic.products",
    "optplay.arithmetic.tensors",
)
COMPILER = (
    "compilation.py", "compiler.py", "codegen.py", "entry.py", "machine.py", "lanes.py", "views.py",
    "blas.py", "written.py", "kinds.py", "indices.py", "onward.py", "../arrays.py",
    "../arithmetic/lanes.py", "../arithmetic/primitives.py", "../arithmetic/products.py",
    "../arithmetic/tensors.py",
)  # fmt: skip
# What has values of its own that compiled code refers to.
OWNERS = (ModuleType, EnumType)
# Arrays of these are those of a run: they may be written into.
WRITTEN = ("of a run", "packed")
DTYPES: dict[Any, Any] = {Floats: np.dtype(np.float64), Ints: np.dtype(np.int64)}
SCALARS = {float: REAL, int: WHOLE, None: NOTHING, NoneType: NOTHING}
_lock = RLock()
_known: dict[Any, Any] = {}
_listeners: list[Callable[[], None]] = []


class Declared(NamedTuple):
    """A function that a user may have written.

    Attributes:
        kind: of an "optimizer", a "schedule", a "surface", an "activation" or a "loss".
        name: how that is called. function: what is declared.
        counts: how long the rows are that it is given: those of a rule are slots and
            hyperparameters after `lr`, those of a schedule knobs, those of a surface coordinates
            and constants.
    """

    kind: str
    name: str
    function: Any
    counts: tuple[int, ...] = ()


class Way(Enum):
    """How runs are trained."""

    ALONE = "alone"
    TOGETHER = "eight in lockstep, on the same samples in the same order"
    OWN_ROWS = "eight in lockstep, each with an order of its own"


def _of_user(declared: Declared, function: Any, kind: Any, way: Way = Way.ALONE) -> Any:
    """The machine code of `function`, which is or calls what a user may have written."""
    with within(f"{declared.kind} {declared.name}"):
        return _compiled(function, kind, way, (declared.kind, *declared.counts), declared)


def _compiled(
    function: Any, kind: Any = None, way: Way = Way.ALONE, counts: tuple[Any, ...] = (),
    declared: Declared | None = None,
) -> Any:  # fmt: skip
    """The machine code of `function`, from the cache on disk if there; a second or more if not.

    Args:
        kind: the `Callable[…]` as which compiled code is given it, if it is.
        way: for how many runs at a time.
        counts: for what lengths a user's function was looked through. declared: the function.

    Raises:
        InputError: it can't be compiled.
    """
    key = function, kind, way, counts
    if key not in _known:
        # No two threads come to it at a time: neither numba's import nor what compiles stands
        # that. What is known is given without waiting for what is compiled meanwhile.
        with _lock:
            if key not in _known:
                _known[key] = _made(function, kind, way, counts, declared)
    return _known[key]


def _made(
    function: Any, kind: Any = None, way: Way = Way.ALONE, counts: tuple[Any, ...] = (),
    declared: Declared | None = None,
) -> Any:  # fmt: skip
    forms = _forms(kind or function, way)
    name = f"{function.__name__}_{way.name}_{_version(function, forms, counts)}"
    if (code := kept(name)) is not None:
        return Compiled(name, code, *forms)
    _look_through(declared, function)
    for tell in _listeners:
        tell()
    code = import_module("optplay.training.compiler").machine_code(function, kind, way, name)
    keep(name, code)
    return Compiled(name, code, *forms)


def _look_through(declared: Declared | None, function: Any) -> None:
    """Refuses what a user wrote that can't be compiled: `declared`, or what `function` calls."""
    refuse = import_module("optplay.training.written").refuse
    if declared:
        refuse(declared)
        return
    called = reached(function)
    for kind, of_kind in (("activation", ACTIVATIONS), ("loss", LOSSES)):
        for each in of_kind.values():
            with within(f"{kind} {each.name}"):
                for part in (each.value, each.back, each.bend):
                    if part in called:
                        refuse(Declared(kind, each.name, part))


def _forms(kind: Any, way: Way) -> tuple[Form, Form]:
    """How Python gives the arguments of a function, and what it gets."""
    *taken, result = [_form(each, way) for each in signature(kind)]
    return Form(TUPLE, tuple(taken)), result


def _form(kind: Any, way: Way) -> Form:
    if get_origin(kind) is Annotated:
        plain, *about = get_args(kind)
        lanes = in_lanes(about[-1], way)
        if plain is float:
            return Form(REAL, lanes=lanes)
        written = about[-1] in WRITTEN
        return Form(ARRAY, (), DTYPES[plain], about[0], lanes, written)
    if get_origin(kind) is tuple:
        return Form(TUPLE, tuple(_form(part, way) for part in get_args(kind)))
    if get_origin(kind) is Callable:
        return Form(FUNCTION, _forms(kind, way))
    if hasattr(kind, "_fields"):
        fields = get_type_hints(kind, include_extras=True).values()
        return Form(TUPLE, tuple(_form(field, way) for field in fields))
    return Form(SCALARS[kind])


def in_lanes(about: Any, way: Way) -> bool:
    """Whether numbers of which this is the last thing known are eight where one is written."""
    return (
        about == "packed"
        or (about == "of a run" and way is not Way.ALONE)
        or (about == "rows" and way is Way.OWN_ROWS)
    )


def signature(kind: Any) -> list[Any]:
    """What a `Callable[…]`, or a function as it is annotated, takes, then what it gives."""
    if isinstance(kind, FunctionType):
        return [*get_type_hints(kind, include_extras=True).values()]
    taken, result = get_args(kind)
    return [*taken, result]


def reached(function: Any) -> list[Any]:
    """The function and all plain functions that it calls, however deep."""
    found = [function]
    for caller in found:
        known = _outside(caller).values()
        found += [
            f for f in known
            if isinstance(f, FunctionType) and f not in found and f.__module__ not in KNOWN
        ]  # fmt: skip
    return found


def _outside(function: Any) -> dict[str, Any]:
    """What a function refers to by name, in its module, around it, and as `module.name`."""
    names = getclosurevars(function)
    found = {**names.globals, **names.nonlocals}
    if any(isinstance(value, OWNERS) for value in found.values()):
        path = ""
        for step in get_instructions(function):
            if step.opname in ("LOAD_GLOBAL", "LOAD_DEREF"):
                path = step.argval
            elif step.opname in ("LOAD_ATTR", "LOAD_METHOD"):
                owner, path = found.get(path), f"{path}.{step.argval}"
                if isinstance(owner, OWNERS) and hasattr(owner, step.argval):
                    found[path] = getattr(owner, step.argval)
            elif step.opname != "EXTENDED_ARG":
                path = ""
    return found


@cache
def _compiler() -> bytes:
    """What changes with how functions are compiled."""
    files = [(Path(__file__).parent / name).read_bytes() for name in COMPILER]
    return sha256(b"".join(files)).digest()


def _version(function: Any, forms: Any = None, counts: tuple[Any, ...] = ()) -> str:
    """What changes with the files of a function and of all that it calls, or with their code where
    they have no file, with the values from elsewhere that they refer to, and with how they are
    compiled.

    Args:
        forms: as what it is compiled.
    """
    digest = sha256(_compiler() + repr((LANES, forms, counts)).encode())
    for part in reached(function):
        code = part.__code__
        try:
            digest.update(Path(code.co_filename).read_bytes())
        except OSError:
            digest.update(marshal.dumps(code))
        outside = _outside(part)
        values = {k: v for k, v in outside.items() if isinstance(v, VALUES)}
        known = {
            k: f.__qualname__ for k, f in outside.items()
            if isinstance(f, FunctionType) and f.__module__ in KNOWN
        }  # fmt: skip
        arrays = {
            k: (v.dtype.str, v.tolist()) for k, v in outside.items() if isinstance(v, np.ndarray)
        }
        given = [v for v in part.__defaults__ or () if isinstance(v, VALUES)]
        named = part.__module__, part.__qualname__
        digest.update(repr((named, values, arrays, known, given)).encode())
    return digest.hexdigest()[:14]


def on_compile(callback: Callable[[], None]) -> None:
    """Calls `callback` whenever something is compiled that was not in the cache on disk."""
    _listeners.append(callback)


def compiled_rule(optimizer: Optimizer) -> Any:
    """The update rule of an optimizer as a compiled first-class function.

    Raises:
        InputError: it is written as no rule can be; see `written`.
    """
    return _of_user(_declared(optimizer), optimizer.step, kernel.Rule)


def _declared(rule: Optimizer) -> Declared:
    counts = len(rule.slots), rule.numbers
    return Declared("optimizer", rule.name, rule.step, counts)


def compiled_factor(schedule: Schedule) -> Any:
    """The decay of a schedule as a compiled first-class function.

    Raises:
        InputError: as for a rule.
    """
    # One that holds several numbers is the last, and has one at least.
    counts = (len(schedule.knobs),)
    declared = Declared("schedule", schedule.name, schedule.factor, counts)
    factor = schedule.factor if schedule.needs_more else as_factor(schedule.factor)
    return _of_user(declared, factor, kernel.Factor)


def compiled_whole(rule: Optimizer, wrappers: tuple[Wrapper, ...], way: Way = Way.ALONE) -> Any:
    """The update rule over all parameters, with its wrappers, as a first-class function.

    Raises:
        InputError: as `compiled_rule`.
    """
    whole = composed(rule, wrappers)
    if rule.scope != "parameter":
        # Of what it may have numba tells.
        with within(f"optimizer {rule.name}"):
            return _compiled(whole, more.Whole, way)
    return _of_user(_declared(rule), whole, more.Whole, way)


def compiled_probe(probe: Probe | None, way: Way = Way.ALONE) -> Any:
    """Where a second gradient is taken, compiled, if one is."""
    return _compiled(probe, more.Probe, way) if probe else NotCalled


def compiled_evaluated(evaluated: Evaluated | None, way: Way = Way.ALONE) -> Any:
    """The weights to evaluate, compiled, if they are others."""
    return _compiled(evaluated, more.Evaluated, way) if evaluated else NotCalled


def compiled_whole_update() -> Any:
    """One step of the pipeline of a run that needs more, compiled: `more.whole_update_alone`."""
    return _compiled(more.whole_update_alone)


def compiled_gradient(problem: Problem | SurfaceProblem | None = None, way: Way = Way.ALONE) -> Any:
    """The gradient of a problem, of any network if left out, compiled.

    Args:
        way: for how many runs at a time; surfaces alone only.

    Raises:
        InputError: a surface, an activation or a loss is written as none can be.
    """
    if isinstance(problem, SurfaceProblem):
        gradient = as_mean_gradient(problem.declared.gradient)
        return _of_user(_surface(problem), gradient, kernel.Gradient)
    if way is Way.ALONE and problem and not problem.exact:
        import_module("optplay.training.blas")
        return _compiled(wide.wide_gradient, kernel.Gradient)
    if way is Way.ALONE:
        return _compiled(network.mean_gradient, kernel.Gradient)
    return _compiled(network.mean_gradients, kernel.Gradient, way)


def _surface(problem: SurfaceProblem) -> Declared:
    """What a user may have written of a surface."""
    surface = problem.declared
    counts = surface.dimension, len(problem.constants)
    return Declared("surface", surface.name, surface.gradient, counts)


def compiled_bend(problem: Problem | SurfaceProblem | None) -> Any:
    """The Hessian of the loss of a batch, compiled, if a problem is given.

    Raises:
        InputError: as for a gradient.
    """
    if problem is None:
        return NotCalled
    if isinstance(problem, SurfaceProblem):
        hessian = as_mean_hessian(problem.declared.gradient)
        return _of_user(_surface(problem), hessian, more.Hessian)
    return _compiled(network_hessian.mean_hessian, more.Hessian)


def compiled_corrections() -> Any:
    """1 - βᵗ, step after step, compiled: `kernel.correct`."""
    return _compiled(kernel.correct)


def compiled_update() -> Any:
    """One step of the pipeline, compiled."""
    return _compiled(kernel.update)


def compiled_loop(
    problem: Problem | SurfaceProblem, way: Way = Way.ALONE, *, whole: bool = False
) -> Any:
    """The training loop of a problem, as `kernel.run_steps` from the rule on.

    Args:
        way: for how many runs at a time; surfaces alone only.
        whole: whether for runs that need more, see `more`.
    """
    if (
        not whole
        and isinstance(problem, Problem)
        and problem.layout.tolist() == network.LESSON_LAYOUT
    ):
        loop = kernel.run_lesson_steps if way is Way.ALONE else kernel.run_lessons_together
        measured = compiled_gradient(problem, way) if problem.test_count else NotCalled
        return partial(_compiled(loop, way=way), measured)
    general: Any = kernel.run_network_steps if way is Way.ALONE else kernel.run_networks_together
    if whole:
        general = more.run_whole_steps if way is Way.ALONE else more.run_wholes_together
    box = problem.box if isinstance(problem, SurfaceProblem) else inf
    # First what a user may have written.
    gradient = compiled_gradient(problem, way)
    return partial(_compiled(general, way=way), gradient, box)
