"""Stepping an optimizer by hand, from a REPL or a test."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optplay.counting import counted
from optplay.errors import InputError
from optplay.optim import OPTIMIZERS
from optplay.training.config import Clip, RunConfig
from optplay.training.engine import pipeline_of, step_by_hand


class Stepper:
    """An optimizer with its state; made by `optimizer`.

    Attributes:
        t: how many steps it has made.
        state: (slots, n) its state, once it has made one.
    """

    def __init__(self, config: RunConfig) -> None:
        self.config = config
        self._pipeline = pipeline_of(config)
        self._corrections = np.zeros_like(self._pipeline.hyper)
        self.t = 0
        self.state = np.zeros((len(config.rule.slots), 0))

    def step(self, weights: ArrayLike, gradient: ArrayLike) -> NDArray[np.float64]:
        """The weights after one step along this gradient; the arguments are left as they are.

        Args:
            weights: (n,) the weights now.
            gradient: (n,) the gradient of the loss at these weights.

        Raises:
            InputError: not 1-D, of two lengths, or of another length than the step before.
        """
        w, g = np.array(weights, dtype=np.float64), np.array(gradient, dtype=np.float64)
        if w.ndim != 1 or w.shape != g.shape:
            raise InputError(
                f"step: found weights of shape {w.shape} and a gradient of shape {g.shape}, "
                "allowed: two 1-D arrays of one length"
            )
        if self.t == 0:
            self.state = np.zeros((self.state.shape[0], w.size))
        elif w.size != self.state.shape[1]:
            raise InputError(
                f"step: found {counted(w.size, 'weight')}, allowed: {self.state.shape[1]}, "
                "as before"
            )
        self.t += 1
        config = self.config
        step_by_hand(
            config.rule, self._pipeline, w, g, self.state, config.lr, self.t, self._corrections
        )
        return w


def optimizer(
    name: str,
    *,
    clip: float | None = None,
    l2: float = 0.0,
    weight_decay: float | None = None,
    **hyperparameters: float | bool,
) -> Stepper:
    """An optimizer to step by hand: `optimizer("adam", lr=0.01).step(weights, gradient)`.

    Args:
        name: one of `optplay optimizers`.
        clip: the longest gradient let through; None for no clipping.
        l2: coupled weight decay, added to the gradient.
        weight_decay: decoupled weight decay; the optimizer's own default if left out.
        hyperparameters: those of the optimizer, by name; the others take their defaults.

    Raises:
        InputError: an unknown name or a value out of range.
    """
    return Stepper(
        RunConfig(
            optimizer=OPTIMIZERS.find(name).name,
            hyperparameters=dict(hyperparameters),
            clip=None if clip is None else Clip(norm=clip),
            l2=l2,
            weight_decay=weight_decay,
        )
    )
