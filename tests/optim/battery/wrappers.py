"""Wrappers around any rule, in plain NumPy, on lists of tensors.

`around` gives the weights after a step from those before it, those the rule reached, and the
gradient; `evaluated` those to evaluate at; `probe` those at which a second gradient is taken.
"""

import numpy as np


class Wrapper:
    def __init__(self, hyper):
        self.h, self.t = hyper, 0

    def probe(self, w, g):
        return w

    def around(self, before, after, g):
        self.t += 1
        return after

    def evaluated(self, w):
        return w


class Cautious(Wrapper):
    """Liang et al. 2024, Algorithm 1, tensor by tensor as in its listing."""

    def around(self, before, after, g):
        return [self._masked(*tensor) for tensor in zip(before, after, g, strict=True)]

    def _masked(self, before, after, g):
        step = after - before
        agrees = np.sign(step) == -np.sign(g)
        agrees &= step != 0
        return before + np.where(agrees, step * (step.size / (agrees.sum() + 1)), 0)


class Lookahead(Wrapper):
    """Zhang et al. 2019, Algorithm 1."""

    def around(self, before, after, g):
        if self.t == 0:
            self.slow = before
        self.t += 1
        if self.t % int(self.h.every):
            return after
        alpha = self.h.alpha
        self.slow = [slow + alpha * (w - slow) for slow, w in zip(self.slow, after, strict=True)]
        return self.slow

    def evaluated(self, w):
        return self.slow if self.t else w


class Ema(Wrapper):
    """Polyak & Juditsky's averaging with a memory that fades, from the weights at the start."""

    def around(self, before, after, g):
        old, beta = self.mean if self.t else before, self.h.beta
        self.mean = [beta * m + (1 - beta) * w for m, w in zip(old, after, strict=True)]
        self.t += 1
        return after

    def evaluated(self, w):
        return self.mean if self.t else w


class Sam(Wrapper):
    """Foret et al. 2021, eq. 2; adaptive as Kwon et al. 2021, eq. 7."""

    def probe(self, w, g):
        sizes = [np.abs(a) if self.h.adaptive else np.ones(a.shape) for a in w]
        squares = sum(((size * b) ** 2).sum() for size, b in zip(sizes, g, strict=True))
        if squares == 0:
            return w
        reach = self.h.rho / np.sqrt(squares)
        return [a + reach * size**2 * b for a, size, b in zip(w, sizes, g, strict=True)]


# From the innermost.
WRAPPERS = {"cautious": Cautious, "lookahead": Lookahead, "ema": Ema, "sam": Sam}
