"""A rule and what is wrapped around it, as one function over all parameters."""

from functools import cache
from typing import Any

from optplay.arithmetic.tensors import matrix
from optplay.arrays import IntCube, IntMatrix, Matrix, Number, Vector
from optplay.optim import Optimizer, Wrapper
from optplay.optim.declaration import Evaluated, Probe, Step


@cache
def composed(rule: Optimizer, wrappers: tuple[Wrapper, ...]) -> Any:
    """The step `(w, g, state, places, hyper, corrections, lr, t)` of a rule with its wrappers."""
    whole = of_parameters(rule.step) if rule.scope == "parameter" else of_tensors(rule.step)
    return wrapped(whole, rule, wrappers)


def wrapped(step: Step, rule: Optimizer, wrappers: tuple[Wrapper, ...]) -> Step:
    """The step of a rule over all parameters, with its wrappers."""
    for wrapper, slot, knob in placed(rule, wrappers, len(rule.scratch)):
        if wrapper.around:
            step = wrapper.around(step, slot, knob)
    return step


def placed(
    rule: Optimizer, wrappers: tuple[Wrapper, ...], scratch: int = 0
) -> list[tuple[Wrapper, int, int]]:
    """Each wrapper with the numbers of its first slot and of its first hyperparameter.

    Args:
        scratch: how many rows of room lie between the slots of the rule and theirs.
    """
    slot, knob, found = len(rule.slots) + scratch, rule.numbers, []
    for wrapper in wrappers:
        found.append((wrapper, slot, knob))
        slot, knob = slot + len(wrapper.slots), knob + len(wrapper.hyperparameters)
    return found


@cache
def probe_of(rule: Optimizer, wrappers: tuple[Wrapper, ...]) -> Probe | None:
    """Where the second gradient is taken, if one is."""
    found = [w.probe(knob) for w, _, knob in placed(rule, wrappers) if w.probe]
    return found[0] if found else rule.probe


@cache
def evaluated_of(rule: Optimizer, wrappers: tuple[Wrapper, ...], scratch: int) -> Evaluated | None:
    """The weights that are to be evaluated, if they are not those that are trained."""
    known = placed(rule, wrappers, scratch)
    found = [w.evaluated(slot, knob) for w, slot, knob in known if w.evaluated]
    return found[-1] if found else rule.evaluated


def of_parameters(step: Any) -> Any:
    """A rule of parameters, each by itself, as a rule over all of them."""

    def whole(
        w: Vector, g: Vector, state: Matrix, places: IntCube, hyper: Vector, corrections: Vector,
        lr: Number, t: int,
    ) -> None:  # fmt: skip
        step(w, g, state, hyper, corrections, lr, t)

    return whole


def of_tensors(step: Any) -> Any:
    """A rule of matrices as a rule over all parameters."""

    def whole(
        w: Vector, g: Vector, state: Matrix, places: IntCube, hyper: Vector, corrections: Vector,
        lr: Number, t: int,
    ) -> None:  # fmt: skip
        for each in range(places.shape[0]):
            of_tensor(step, w, g, state, places[each], hyper, corrections, lr, t)

    return whole


def of_tensor(
    step: Any, w: Vector, g: Vector, state: Matrix, places: IntMatrix, hyper: Vector,
    corrections: Vector, lr: Number, t: int,
) -> None:  # fmt: skip
    """One tensor's."""
    first, rows, columns = places[0, 0], places[0, 1], places[0, 2]
    weights, gradient = matrix(w, first, rows, columns), matrix(g, first, rows, columns)
    step(weights, gradient, state, places, hyper, corrections, lr, t)
