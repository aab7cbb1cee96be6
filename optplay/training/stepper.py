"""Stepping an optimizer by hand, from a REPL or a test."""

from collections.abc import Mapping, Sequence
from math import prod

import numpy as np
from msgspec.structs import replace
from numpy.typing import ArrayLike, NDArray

from optplay.arrays import Floats
from optplay.counting import counted
from optplay.errors import InputError, show
from optplay.optim import OPTIMIZERS, Optimizer, Wrapper
from optplay.optim.slots import Shape
from optplay.problems import Problem
from optplay.training.besides import Besides, evaluated
from optplay.training.compilation import Way
from optplay.training.config import Clip, RunConfig
from optplay.training.engine import pipeline_of, step_by_hand
from optplay.training.states import begin_state

# Whose shapes are given may be anything; of these each rule may be the optimizer.
ANY = Problem(batch_size=Problem().samples)


class Tensors(Problem, frozen=True, kw_only=True):
    """Nothing but parameters: what a rule is fitted to whose slots depend on their shapes."""

    batch_size: int = Problem().samples
    tensors: tuple[tuple[int, ...], ...] = ()

    @property
    def shapes(self) -> tuple[Shape, ...]:
        return self.tensors

    @property
    def parameter_count(self) -> int:
        return sum(map(prod, self.tensors))


class Stepper:
    """An optimizer with its state; made by `optimizer`.

    Args:
        config: what decides the update. shapes: of the tensors; one vector if left out.

    Attributes:
        t: how many steps it has made.
        state: (slots, width) its state, once it has made one.
    """

    def __init__(self, config: RunConfig, shapes: Sequence[Shape] | None = None) -> None:
        self.config, self._given = config, shapes is not None
        self._shapes = None if shapes is None else _checked(shapes)
        if config.rule.matrices and not any(len(shape) > 1 for shape in self._shapes or ()):
            raise InputError(
                f"shapes: found no matrix, allowed: for {config.rule.name}, which moves matrices, "
                "some, as shapes=[(8, 2), (8,)]"
            )
        if config.rule.curvature:
            raise InputError(
                f"optimizer: found {config.rule.name}, which takes the Hessian, allowed by hand: "
                "rules that take a gradient"
            )
        probing: list[Optimizer | Wrapper] = [config.rule, *config.wrapped_by]
        if second := [each.name for each in probing if each.probe]:
            raise InputError(
                f"optimizer: found {second[0]}, which takes a second gradient, allowed by hand: "
                "what takes one"
            )
        self._pipeline = pipeline_of(config)
        self._corrections = np.zeros_like(self._pipeline.hyper)
        self._besides: Besides | None = None
        self.t = 0
        self.state = np.zeros((len(config.slots), 0))

    def step(
        self, weights: ArrayLike, gradient: ArrayLike, lr: float | None = None
    ) -> NDArray[np.float64]:
        """The weights after one step along this gradient; the arguments are left as they are.

        Args:
            weights: (n,) the weights now, of all tensors one after another, each row by row.
            gradient: (n,) the gradient of the loss at these weights.
            lr: the learning rate of this step; that of the optimizer if left out.

        Raises:
            InputError: not 1-D, of two lengths, or of another length than the step before.
        """
        w, g = np.array(weights, dtype=np.float64), np.array(gradient, dtype=np.float64)
        if w.ndim != 1 or w.shape != g.shape:
            raise InputError(
                f"step: found weights of shape {w.shape} and a gradient of shape {g.shape}, "
                "allowed: two 1-D arrays of one length"
            )
        shapes = self._shapes or ((w.size,),)
        if (known := sum(map(prod, shapes))) != w.size:
            of = f"as shapes {shapes} have" if self._given else "as before"
            raise InputError(f"step: found {counted(w.size, 'weight')}, allowed: {known}, {of}")
        config, rate = self.config, self.config.lr if lr is None else float(lr)
        if config.needs_more:
            self._more_step(config, shapes, w, g, rate)
        else:
            if self.t == 0:
                self.state = np.zeros((len(config.slots), w.size))
            step_by_hand(
                config.rule, self._pipeline, w, g, self.state, rate, self.t + 1, self._corrections
            )
        self._shapes = shapes
        self.t += 1
        return w

    def evaluated(self, weights: ArrayLike) -> NDArray[np.float64]:
        """The weights (n,) that are to be evaluated after the last step, which left `weights`."""
        w = np.array(weights, dtype=np.float64)
        return evaluated(self.config, w, self.state, self.t).copy() if self.t else w

    def _more_step(
        self, config: RunConfig, shapes: Sequence[Shape], w: Floats, g: Floats, lr: float
    ) -> None:
        if self._besides is None:
            if OPTIMIZERS.find(config.optimizer).fit:
                config = self.config = replace(config, problem=Tensors(tensors=tuple(shapes)))
            self._besides = Besides([config], shapes, Way.ALONE)
            self.state = np.zeros((len(config.slots), self._besides.width))
            begin_state(config, w, self.state)
            self._besides.put(self.state)
        share = lr / config.lr if config.lr else 1.0
        self._besides.update(self._pipeline, w, g, lr, share, self.t + 1)
        self._besides.give(self.state)


def _checked(shapes: Sequence[Shape]) -> tuple[Shape, ...]:
    found = tuple(tuple(shape) for shape in shapes)
    for shape in found:
        if not 1 <= len(shape) <= 2 or not all(isinstance(n, int) and n > 0 for n in shape):
            raise InputError(
                f"shapes: found {show(list(shape))}, "
                "allowed: (rows, columns) or (n,) of each tensor"
            )
    if not found:
        raise InputError("shapes: found none, allowed: one for each tensor")
    return found


def optimizer(
    name: str,
    *,
    shapes: Sequence[Shape] | None = None,
    clip: float | None = None,
    l2: float = 0.0,
    weight_decay: float | None = None,
    wrappers: Mapping[str, Mapping[str, float | bool]] | None = None,
    steps: int | None = None,
    **hyperparameters: float | bool,
) -> Stepper:
    """An optimizer to step by hand: `optimizer("adam", lr=0.01).step(weights, gradient)`.

    Args:
        name: one of `optplay optimizers`.
        shapes: of each tensor, in the order in which they lie in the weights: (rows, columns) or
            (n,); one vector of all weights if left out.
        clip: the longest gradient let through; None for no clipping.
        l2: coupled weight decay, added to the gradient.
        weight_decay: decoupled weight decay; the optimizer's own default if left out.
        wrappers: by name, with their hyperparameters: `{"lookahead": {"every": 5}}`.
        steps: how many steps there will be, for a rule that asks for that.
        hyperparameters: those of the optimizer, by name; the others take their defaults.

    Raises:
        InputError: an unknown name, a value out of range, or what takes more than a gradient.
    """
    rule = OPTIMIZERS.find(name)
    if rule.total and steps is None:
        raise InputError(f"steps is missing: {rule.name} has to know how many there will be")
    own = Tensors(tensors=_checked(shapes)) if rule.fit and shapes is not None else ANY
    return Stepper(
        RunConfig(
            problem=own,
            optimizer=rule.name,
            hyperparameters=dict(hyperparameters),
            clip=None if clip is None else Clip(norm=clip),
            l2=l2,
            weight_decay=weight_decay,
            wrappers=dict(wrappers or {}),
            # Of all samples in one batch an epoch is a step.
            epochs=RunConfig().epochs if steps is None else steps,
        ),
        shapes,
    )
