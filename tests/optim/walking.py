"""Rules walked in plain Python, step by step, with what their terms tell of each."""

import re

import numpy as np

from optplay.optim.declaration import Made

LINE = re.compile(r"(\S+) (←|=) \S")


def lines_of(formula):
    """What its lines compute: state by their arrow, terms by their sign of equality."""
    found = [LINE.match(line).groups() for line in formula]
    return tuple([name for name, sign in found if sign == mark] for mark in "←=")


def gradients(steps, n, seed=0):
    """Gradients of very different sizes; the first parameter never gets one, the second rarely."""
    random = np.random.default_rng(seed)
    drawn = random.normal(size=(steps, n)) * 10.0 ** random.integers(-3, 3, size=(steps, n))
    drawn[:, 0] = 0
    drawn[5:25, 1] = 0
    return drawn


def walk(rule, given, start, along, lr_at=lambda t: 1.0):
    """Steps of the rule, as its hyperparameters have it, from weights (n,) along gradients.

    Yields:
        For each step how it was made, the weights before it, and those after it, which are changed
        in place by the step that follows.
    """
    hyper = rule.complete(given)
    rule = rule.chosen(hyper)
    lr, *others = (float(value) for value in hyper.values())
    names, slots = [*hyper][1:], [slot.name for slot in rule.state]
    w = np.array(start, dtype=float)
    state = np.array([w if slot.start == "weights" else 0 * w for slot in rule.state])
    state, corrections = state.reshape(len(slots), w.size), np.zeros(len(others))
    for t, g in enumerate(along, start=1):
        corrections = np.array(others) * corrections + (1 - np.array(others))
        before, rows, rate = w.copy(), state.copy(), lr * lr_at(t)
        rule.step(w, np.array(g), state, np.array(others), corrections, rate, t)
        yield Made(
            before, np.array(g), dict(zip(slots, rows, strict=True)),
            dict(zip(slots, state.copy(), strict=True)), hyper,
            dict(zip(names, corrections, strict=True)), rate, t,
        ), w  # fmt: skip
