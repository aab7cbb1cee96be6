"""Rules that see all parameters at once, as one vector, in plain NumPy; see `elementwise`."""

import numpy as np

from .elementwise import mean


def prodigy(s, w, g, h, lr):
    """Mishchenko & Defazio 2024, Algorithm 4, without bias correction."""
    if s.t == 1:
        s.start, s.d = w, h.d0
    d, root = s.d, np.sqrt(h.beta2)
    s.num = root * s.num + d / h.d0 * d * lr * (g @ (s.start - w))
    s.sum = root * s.sum + d / h.d0 * d * lr * g
    s.m = mean(s.m, d * g, h.beta1)
    s.v = h.beta2 * s.v + (1 - h.beta2) * d * d * g * g
    size = np.abs(s.sum).sum()
    if size > 0:
        s.d = max(d, s.num / size)
    return w - d * lr * s.m / (np.sqrt(s.v) + s.d * h.epsilon)


def newton(s, w, g, h, lr):
    """Nocedal & Wright 2006, eq. 3.38 and section 3.4; its `s.hessian` is that at `w`."""
    return w - lr * np.linalg.solve(s.hessian + h.damping * np.eye(w.size), g)


def lbfgs(s, w, g, h, lr, memory=10):
    """Nocedal & Wright 2006, Algorithm 7.4, from γ·I of eq. 7.20; its first step is PyTorch's."""
    if s.t == 1:
        s.pairs = []
    else:
        step, y = w - s.w, g - s.g
        if y @ step > 1e-10:
            s.pairs = [*s.pairs, (step, y)][-memory:]
    direction, factors = -g, []
    for step, y in reversed(s.pairs):
        factors.insert(0, step @ direction / (y @ step))
        direction = direction - factors[0] * y
    if s.pairs:
        step, y = s.pairs[-1]
        direction = direction * (step @ y / (y @ y))
    for (step, y), factor in zip(s.pairs, factors, strict=True):
        direction = direction + step * (factor - y @ direction / (y @ step))
    rate = lr * min(1, 1 / np.abs(g).sum()) if s.t == 1 else lr
    s.g, s.w = g, w
    return w + rate * direction


RULES = {rule.__name__: rule for rule in (prodigy, newton, lbfgs)}
