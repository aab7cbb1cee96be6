"""A rule's step in plain Python: the function that is compiled, on NumPy's arrays."""

from math import prod

import numpy as np

from optplay.optim import OPTIMIZERS
from optplay.optim.slots import matrix, places_of, width_of

from .reference import flat


class Plain:
    """A rule with its state, as `optplay.optimizer` makes one of it.

    Attributes:
        state: (slots, width), then what the rule has as room.
    """

    def __init__(self, name, shapes, hyper):
        self.rule = OPTIMIZERS[name].chosen(hyper)
        self.lr, *others = (float(value) for value in hyper.values())
        self.hyper, self.t = np.array(others), 0
        slots = (*self.rule.state, *self.rule.scratch)
        seen = [(sum(map(prod, shapes)),)] if self.rule.scope == "whole" else shapes
        self.names = [slot.name for slot in slots]
        self.places, width = places_of(seen, slots), width_of(seen, slots)
        self.state = np.zeros((len(slots), width))

    def step(self, w, g, hessian=None):
        """The weights (n,) after a step, from weights and gradient."""
        w, self.t = w.copy(), self.t + 1
        if self.t == 1:
            for row, slot in zip(self.state, self.rule.state, strict=False):
                if slot.start == "weights":
                    row[: w.size] = w
        if hessian is not None:
            self.state[self.names.index(self.rule.curvature.slot), : w.size**2] = flat([hessian])
        given = self.hyper, 1 - self.hyper**self.t, self.lr, self.t
        if self.rule.scope == "parameter":
            self.rule.step(w, g, self.state, *given)
            return w
        for places in self.places:
            first, rows, columns = places[0, :3]
            parts = (matrix(a, first, rows, columns) for a in (w, g))
            self.rule.step(*parts, self.state, places, *given)
        return w
