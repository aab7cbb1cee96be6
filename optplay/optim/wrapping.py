"""How a wrapper is declared: what changes any rule."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from optplay.errors import InputError
from optplay.optim.declaration import (
    Evaluated,
    Hyperparameter,
    Optimizer,
    Probe,
    Slot,
    Step,
    completed,
)


@dataclass(frozen=True, eq=False)
class Wrapper:
    """What changes any rule.

    Functions are made for a place: `slot` is the number of its first slot in the state, `knob` that
    of its first hyperparameter among those that a rule is given.

    Attributes:
        name: the key of a run. title: what a person reads. text: half a sentence on what it does.
        paper: where it comes from. order: of wrappers, from the innermost.
        hyperparameters: what it is tuned by; the first one is what `name = 0.05` sets.
        slots: the state that it keeps.
        around: `around(step, slot, knob)` gives the step with it: both are
            `step(w, g, state, places, hyper, corrections, lr, t)` of all parameters, flat, with
            `places` (tensors, 1 + slots, 4).
        probe: `probe(knob)` gives a `probe` as an Optimizer may have.
        evaluated: `evaluated(slot, knob)` gives an `evaluated` as an Optimizer may have.
        formula: a line for what it does, as in a rule's formula.
    """

    name: str
    title: str
    text: str
    paper: str
    order: int
    hyperparameters: tuple[Hyperparameter, ...] = ()
    slots: tuple[Slot, ...] = ()
    around: Callable[[Step, int, int], Step] | None = None
    probe: Callable[[int], Probe] | None = None
    evaluated: Callable[[int, int], Evaluated] | None = None
    formula: tuple[str, ...] = ()

    def complete(self, given: Mapping[str, object]) -> dict[str, Any]:
        """All hyperparameters in declared order, the others by default.

        Raises:
            InputError: an unknown name, a wrong kind of value, or one out of range.
        """
        return completed(f"hyperparameter of {self.name}", self.hyperparameters, given)


def goes_with(rule: Optimizer, wrapper: Wrapper) -> bool:
    """Whether a rule may have this wrapper."""
    return not _excluding(rule, wrapper)


def refuse_together(rule: Optimizer, wrappers: Sequence[Wrapper]) -> None:
    """Refuses wrappers that exclude each other, or the rule.

    Raises:
        InputError: two that are evaluated at weights of their own, or take a second gradient.
    """
    if refusal := _excluding(rule, *wrappers):
        raise InputError(refusal)


def _excluding(*of_all: Optimizer | Wrapper) -> str:
    """Why these do not go together, if they don't."""
    for names, what in (
        ([each.name for each in of_all if each.evaluated], "is evaluated at weights of its own"),
        ([each.name for each in of_all if each.probe], "takes a second gradient"),
    ):
        if len(names) > 1:
            return f"{names[1]}: found with {names[0]}, allowed: one that {what}"
    return ""
