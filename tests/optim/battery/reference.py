"""Rules and wrappers in plain NumPy, from the papers: what optplay's are held against."""

from math import prod
from types import SimpleNamespace

import numpy as np

from . import elementwise, matrices, whole
from .wrappers import WRAPPERS

RULES = {**elementwise.RULES, **matrices.RULES, **whole.RULES}
# Those that see all tensors as one vector.
ALL = {*whole.RULES, "sophia"}


class Kept:
    """What a rule keeps: zero until it is set."""

    t = 0

    def __getattr__(self, name):
        return 0.0


class Reference:
    """A rule, with wrappers around it, that steps along any gradients.

    Args:
        name: of the rule. hyper: all its hyperparameters by name, `lr` among them.
        wrappers: by name, the hyperparameters of each.
    """

    def __init__(self, name, hyper, wrappers=None):
        self.name, self.hyper, self.kept = name, SimpleNamespace(**hyper), None
        asked = wrappers or {}
        self.wrappers = [
            made(SimpleNamespace(**asked[name])) for name, made in WRAPPERS.items() if name in asked
        ]

    def step(self, w, g, lr=None, hessian=None):
        """The weights after a step, from weights and gradient: lists of tensors all.

        Args:
            lr: of this step; the hyperparameter if left out.
            hessian: of the loss at w, of all parameters; for rules that ask for it.
        """
        lr, as_one = self.hyper.lr if lr is None else lr, self.name in ALL
        seen, gradients = ([flat(w)], [flat(g)]) if as_one else (w, g)
        self.kept = self.kept or [Kept() for _ in seen]
        after = []
        for s, a, b in zip(self.kept, seen, gradients, strict=True):
            s.t += 1
            if hessian is not None:
                s.hessian = hessian
            after.append(RULES[self.name](s, a, b, self.hyper, lr))
        for wrapper in self.wrappers:
            after = wrapper.around(seen, after, gradients)
        return tensors(after[0], [a.shape for a in w]) if as_one else after

    def probe(self, w, g):
        """Where a second gradient is taken on the same batch; w itself if none is."""
        for wrapper in self.wrappers:
            w = wrapper.probe(w, g)
        return w

    def evaluated(self, w):
        """The weights to be evaluated."""
        if self.name in elementwise.EVALUATED and self.kept:
            found = elementwise.EVALUATED[self.name]
            w = [found(s, a, self.hyper) for s, a in zip(self.kept, w, strict=True)]
        for wrapper in self.wrappers:
            w = wrapper.evaluated(w)
        return w


def flat(w):
    return np.concatenate([a.ravel() for a in w])


def tensors(vector, shapes):
    """A vector, cut into tensors of these shapes."""
    found, first = [], 0
    for shape in shapes:
        last = first + prod(shape)
        found.append(vector[first:last].reshape(shape))
        first = last
    return found
