"""What a rule's terms tell of a step, put together for all parameters."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import prod
from typing import NamedTuple

from optplay.arithmetic.tensors import matrix
from optplay.arrays import Floats, Ints, np
from optplay.optim.declaration import Made, Slot, Term
from optplay.optim.slots import places_of, slot as slot_of
from optplay.training.config import RunConfig
from optplay.training.engine import corrections_after


class Place(NamedTuple):
    """Where a parameter is: in which tensor, and in which row and column of it."""

    tensor: int
    row: int
    column: int


@dataclass(frozen=True, eq=False)
class Told:
    """The terms of a step.

    Attributes:
        terms: by name, in the order of the formula: (n,), NaN where a tensor has no such term; or
            one number for all parameters.
        shapes: of what is not a number for each parameter, by name, for each tensor; it is not
            among `terms`.
        lacking: for each tensor the names of the terms that are not told of it.
    """

    terms: Mapping[str, Term]
    shapes: Mapping[str, tuple[str, ...]]
    lacking: tuple[frozenset[str], ...]


def made_of(
    config: RunConfig, w: Floats, g: Floats, before: Floats, after: Floats, lr: float, t: int
) -> Iterator[Made]:
    """A step as the rule's `terms` take it: of all parameters, or of each tensor as a matrix.

    Args:
        config: of the run. w: (n,) the weights before. g: (n,) the gradient as the rule had it.
        before, after: (slots, width) the state, of which that of wrappers is left out.
        lr: the learning rate of the step. t: its number as the rule counts, from 1.
    """
    rule, names = config.rule, [*config.hyperparameters][1:]
    slots = [slot.name for slot in rule.state]
    corrections = dict(zip(names, corrections_after(config, t), strict=False))
    hyper = config.hyperparameters | ({"T": config.steps} if rule.total else {})
    for name in rule.scheduled if config.lr else ():
        hyper[name] *= lr / config.lr
    common = hyper, corrections, lr, t
    if rule.scope == "parameter":
        old, new = ({k: s[i, : w.size] for i, k in enumerate(slots)} for s in (before, after))
        yield Made(w, g, old, new, *common)
        return
    for places in places_of(config.shapes, config.slots):
        first, rows, columns = places[0, :3].tolist()
        one, its_gradient = (matrix(a, first, rows, columns) for a in (w, g))
        old, new = (
            {k: slot_of(state, places, i) for i, k in enumerate(slots)} for state in (before, after)
        )
        yield Made(one, its_gradient, old, new, *common, vector=bool(places[0, 3] == 1))


def told_by(config: RunConfig, steps: Iterable[Made]) -> Told:
    """The terms of all tensors of a step, see `made_of`, put together."""
    rule, steps = config.rule, list(steps)
    # A rule of parameters is told of all tensors at once.
    each = len(config.shapes) // len(steps)
    if rule.terms is None:
        return Told({}, {}, (frozenset(),) * len(steps) * each)
    found = [rule.terms(made) for made in steps]
    sizes = [made.w.shape for made in steps]
    names = dict.fromkeys(name for terms in found for name in terms)
    terms: dict[str, Term] = {}
    shapes: dict[str, tuple[str, ...]] = {}
    for name in names:
        values = [own.get(name, np.nan) for own in found]
        if all(_spreads(value, size) for value, size in zip(values, sizes, strict=True)):
            alone = len(values) == 1 and not np.shape(values[0])
            terms[name] = float(values[0]) if alone else np.concatenate(
                [np.broadcast_to(v, size).ravel() for v, size in zip(values, sizes, strict=True)]
            )  # fmt: skip
        else:
            shapes[name] = tuple("×".join(map(str, np.shape(value))) for value in values) * each
    lacking = tuple(frozenset(names) - frozenset(own) for own in found) * each
    return Told(terms, shapes, lacking)


def _spreads(value: Term, size: tuple[int, ...]) -> bool:
    """Whether a term has a number for each parameter of a tensor, be it the same one for many."""
    shape = np.shape(value)
    return len(shape) <= len(size) and all(
        have in (1, want) for have, want in zip(shape[::-1], size[::-1], strict=False)
    )


def of_state(config: RunConfig, w: Floats, state: Floats, lr: float, t: int) -> Iterator[Made]:
    """As `made_of`, of the state alone, as it is after step t: where a term asks for the state
    before, or for the gradient, it is given the same state, and no gradient.
    """
    return made_of(config, w, np.zeros_like(w), state, state, lr, t)


def rates_of(config: RunConfig, steps: Iterable[Made]) -> Floats | None:
    """(n,) by which each parameter's direction is multiplied; None if by lr, whatever it is.

    Args:
        steps: see `made_of` and `of_state`.
    """
    if config.rule.terms is None:
        return None
    with np.errstate(all="ignore"):
        told = told_by(config, steps)
    if "rate" not in told.terms:
        return None
    rates = np.asarray(told.terms["rate"], dtype=np.float64)
    return np.broadcast_to(rates, (config.problem.parameter_count,))


def slots_of(config: RunConfig, state: Floats) -> dict[str, Floats]:
    """By the names of the slots, of wrappers too, their numbers (…, size) in states (…, width)."""
    last: Ints = places_of(config.shapes, config.slots)[-1, 1:]
    return {
        slot.name: state[..., k, : first + high * wide]
        for k, (slot, (first, high, wide, _)) in enumerate(zip(config.slots, last, strict=True))
    }


def place_of(config: RunConfig, parameter: int) -> Place:
    """Where a parameter is, by its index."""
    left = parameter
    for tensor, shape in enumerate(config.shapes):
        rows, columns = (*shape, 1)[:2]
        if left < rows * columns:
            return Place(tensor, *divmod(left, columns))
        left -= rows * columns
    raise IndexError(parameter)


def index_of(config: RunConfig, slot: int, place: Place) -> int | None:
    """At which index of its slot a parameter has a number: of its own, of its row or column, or one
    for the whole tensor; None if it has none, as in what is a matrix of rows by rows.
    """
    declared: Slot = config.slots[slot]
    first, _, columns, _ = places_of(config.shapes, config.slots)[place.tensor, 1 + slot].tolist()
    if declared.copies > 1 or declared.size in ("rows", "columns"):
        return None
    inside = {
        "parameter": place.row * columns + place.column,
        "row": place.row, "column": place.column, "one": 0,
    }  # fmt: skip
    return int(first + inside[declared.size])


def decayed_part(config: RunConfig, lr: float, share: float) -> Floats:
    """(n,) the part of each weight that decoupled decay takes off in a step.

    Args:
        lr: the learning rate of the step. share: what lr was multiplied by.
    """
    by = lr if config.decay_by_lr else share
    part = np.full(config.problem.parameter_count, by * config.pipeline_decay)
    end = 0
    for shape in config.problem.shapes:
        begin, end = end, end + prod(shape)
        if len(shape) < 2 and not config.decay_biases:
            part[begin:end] = 0.0
    return part
