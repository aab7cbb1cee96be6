"""How an optimizer and a schedule are declared."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from msgspec import Struct

from optplay.arrays import Floats
from optplay.errors import InputError, show, unknown

__all__ = [
    "Floats",
    "Hyperparameter",
    "Optimizer",
    "Rates",
    "Schedule",
    "Stability",
    "Step",
    "Term",
    "Terms",
]

Step = Callable[[Floats, Floats, Floats, Floats, Floats, float, int], None]
Rates = Callable[[Floats, Floats, Floats, float, int], Floats]
Term = Floats | float
Terms = Callable[[Floats, Floats, Floats, Floats, Floats, float, int], Mapping[str, Term]]
Stability = Callable[[Mapping[str, float]], float]


class Hyperparameter(Struct, frozen=True):
    """A number or a switch of an optimizer: its default, its valid range and what it does.

    A default of True or False makes it a switch. `log` says that it is nudged by factors.
    """

    name: str
    default: float | bool
    text: str
    low: float = 0.0
    high: float = 1.0
    low_open: bool = False
    high_open: bool = False
    log: bool = False

    @property
    def allowed(self) -> str:
        """The valid range in words."""
        if isinstance(self.default, bool):
            return "true or false"
        left, right = "(" if self.low_open else "[", ")" if self.high_open else "]"
        return f"a number in {left}{self.low:g}, {self.high:g}{right}"

    def check(self, value: object) -> float | bool:
        """The value, if it is of the right kind and in range; InputError if not."""
        if isinstance(self.default, bool):
            if isinstance(value, bool):
                return value
        elif isinstance(value, int | float) and not isinstance(value, bool):
            above = value > self.low or (value == self.low and not self.low_open)
            below = value < self.high or (value == self.high and not self.high_open)
            if above and below and math.isfinite(value):
                return float(value) + 0.0  # minus zero is zero
        raise InputError(f"{self.name}: found {show(value)}, allowed: {self.allowed}")


@dataclass(frozen=True)
class Optimizer:
    """An update rule.

    Attributes:
        name: what presets and the command line call it.
        title: what a person reads.
        summary: one plain sentence on what it is for.
        paper: where it comes from.
        year: when, which orders the lists.
        hyperparameters: what it is tuned by; the first is always `lr`.
        slots: names of the state kept per parameter, each starting at zero.
        step: `step(w, g, state, hyper, corrections, lr, t)` updates the weights `w` (n,) and the
            `state` (slots, n) in place, from the gradient `g` (n,), the hyperparameters after `lr`
            in declared order, 1 - βᵗ of each of them, the learning rate of this step, and its
            number t = 1, 2, … It treats all parameters alike, and has `where` for `if`: what it
            is given may be numbers of eight runs at a time.
        rates: `rates(state, hyper, corrections, lr, t)` gives the rate (n,) by which each
            parameter's direction is multiplied after step t. Left out: lr for all, which is the
            rate where the direction is g (SGD), v (momentum), g + β·v (Nesterov) or a sign (Lion).
        weight_decay: the decoupled weight decay it comes with.
        formula: what the step inspector shows, a line per slot (`m ← …`, the new value) and per
            term (`m̂ = …`) in the order in which they are computed. A line may end in a remark.
        terms: `terms(g, before, after, hyper, corrections, lr, t)` gives what the formula derives
            from the gradient `g` (n,) and the state before and after step t, by name: a value (n,)
            per parameter or one for all; none while it is undefined. The last is `Δ` (n,), what the
            rule adds to the weights.
        stability: `stability(hyperparameters)` gives c: once its averages are warm, the rule
            diverges on a quadratic whose curvature, preconditioned by its rates where it has any,
            is above c/lr. Left out: no such number is known.
    """

    name: str
    title: str
    summary: str
    paper: str
    year: int
    hyperparameters: tuple[Hyperparameter, ...]
    slots: tuple[str, ...]
    step: Step
    rates: Rates | None = None
    weight_decay: float = 0.0
    formula: tuple[str, ...] = ()
    terms: Terms | None = None
    stability: Stability | None = None

    @property
    def order(self) -> int:
        """Its place in lists."""
        return self.year

    def has(self, name: str) -> bool:
        """Whether it has a hyperparameter of this name."""
        return any(h.name == name for h in self.hyperparameters)

    def complete(self, given: Mapping[str, object]) -> dict[str, float | bool]:
        """All hyperparameters in declared order: the given ones checked, the others by default.

        Raises:
            InputError: an unknown name, a wrong kind of value, or one out of range.
        """
        for name in given:
            if name not in {h.name for h in self.hyperparameters}:
                names = [h.name for h in self.hyperparameters]
                raise InputError(unknown(f"hyperparameter of {self.name}", name, names))
        return {h.name: h.check(given.get(h.name, h.default)) for h in self.hyperparameters}


class Schedule(Struct, frozen=True):
    """How the learning rate falls once warmup is over.

    `factor(k, n)` is what the learning rate is multiplied by at step k = 0 … n-1 of n; `order` is
    its place in lists.
    """

    name: str
    title: str
    text: str
    factor: Callable[[int, int], float]
    order: int = 0
