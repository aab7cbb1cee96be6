"""What a run has that needs more than a rule for each parameter by itself: see `training.more`."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from optplay.arithmetic.lanes import LANES
from optplay.arrays import Floats, Ints
from optplay.errors import within
from optplay.optim.declaration import Step
from optplay.optim.slots import Shape, places_of, width_of
from optplay.training.adapters import hessian_room
from optplay.training.callback import Callback
from optplay.training.compilation import (
    Way,
    compiled_bend,
    compiled_evaluated,
    compiled_probe,
    compiled_whole,
    compiled_whole_update,
)
from optplay.training.composed import composed, evaluated_of, of_tensors, probe_of, wrapped
from optplay.training.config import PLATEAU, RunConfig
from optplay.training.kernel import Pipeline
from optplay.training.more import More


class Besides:
    """What the loop is given besides, and the state with the room that it takes.

    Args:
        configs: of one run, or of the eight in lockstep. shapes: of the tensors of the problem.
        together: whether there are eight.
    """

    def __init__(self, configs: Sequence[RunConfig], shapes: Sequence[Shape], way: Way) -> None:
        config, rule = configs[0], configs[0].rule
        lanes = () if way is Way.ALONE else (LANES,)
        wrappers, n = config.wrapped_by, sum(int(np.prod(shape)) for shape in shapes)
        seen = ((n,),) if rule.scope == "whole" else tuple(shapes)
        own, scratch, kept = len(rule.slots), len(rule.scratch), config.slots
        rows = (*kept[:own], *rule.scratch, *kept[own:])
        #: How long a row of the state is that is kept, and one with room for all.
        self.width, room = width_of(seen, kept), width_of(seen, rows)
        #: In which rows of the state the slots are that are kept.
        self.kept = [*range(own), *range(own + scratch, len(rows))]
        self.state = np.zeros((len(rows), room, *lanes))
        hyper = np.array([c.all_hyper for c in configs]).T
        self._name = rule.name
        #: What calls a rule in plain Python back, if it is one.
        self.callback = None if rule.compiled else Callback(_called_back(config))
        called: Any = self.callback or compiled_whole(rule, wrappers, way)
        names = [*config.hyperparameters][1:]
        rates = np.zeros(len(hyper))
        rates[[names.index(name) for name in rule.scheduled]] = 1.0
        probe = probe_of(rule, wrappers)
        evaluated = evaluated_of(rule, wrappers, scratch)
        bent, tangents = np.zeros((4, 1, *lanes)), np.zeros((1, n, *lanes))
        every, curved = 0, 0
        if rule.curvature:
            bent, tangents = hessian_room(config.problem)
            knob = rule.curvature.every
            every = int(config.hyperparameters[knob]) if knob else 1
            names = [slot.name for slot in rows]
            curved = names.index(rule.curvature.slot, own)
        self.more = More(
            called,
            compiled_probe(probe, way), int(probe is not None),
            compiled_evaluated(evaluated, way), int(evaluated is not None),
            compiled_bend(config.problem if rule.curvature else None), every, curved, own, scratch,
            len(rows) - 1 if config.decay == PLATEAU else -1,
            config.clip.mode if config.clip else 0,
            int(config.decay_by_lr), int(config.decay_biases),
            np.ascontiguousarray(hyper if lanes else hyper[:, 0]), np.zeros((len(hyper), *lanes)),
            rates, np.zeros((len(hyper), *lanes)), places_of(seen, rows), _tensors(shapes),
            np.zeros((n, *lanes)),
            bent, tangents,
        )  # fmt: skip

    def update(
        self, pipeline: Pipeline, w: Floats, g: Floats, lr: float, share: float, t: int
    ) -> tuple[float, float]:
        """One step by hand of a run alone, on the state here; w and g (n and room) in place.

        Returns:
            The norm of the gradient before clipping, and 1.0 if it was clipped, else 0.0.
        """
        found: tuple[float, float] = compiled_whole_update()(
            self.more, w, g, self.state, pipeline, lr, share, t
        )
        self.look_back()
        return found

    def look_back(self) -> None:
        """Raises what a rule in plain Python raised."""
        if self.callback:
            with within(self._name):
                self.callback.raise_again()

    def put(self, state: Floats) -> None:
        """Takes the state that is kept."""
        self.state[self.kept, : self.width] = state

    def give(self, state: Floats) -> None:
        """Gives it back."""
        state[:] = self.state[self.kept, : self.width]


def _called_back(config: RunConfig) -> Step:
    """The step of a rule in plain Python with its wrappers, for one run at a time."""
    rule, wrappers = config.rule, config.wrapped_by
    if not rule.begin:
        found: Step = composed(rule, wrappers)
        return found
    step = rule.begin(config.hyperparameters, config.weight_decay or 0.0)
    return wrapped(of_tensors(step), rule, wrappers)


def evaluated(config: RunConfig, w: Floats, state: Floats, t: int) -> Floats:
    """The weights (n,) to evaluate after step t, from those that are trained (n,) and the state.

    Args:
        state: (slots, width) what is kept.
    """
    found = compile_evaluated(config)
    if found is None:
        return w
    point = np.zeros(w.size)
    hyper = config.all_hyper
    found(w.copy(), np.array(state), hyper, t, point)
    # What is kept besides the weights may have left the box that these are held in.
    np.clip(point, -config.problem.box, config.problem.box, out=point)
    point.flags.writeable = False
    return point


def compile_evaluated(config: RunConfig) -> Any:
    """What gives the weights to evaluate of a History; None where they are those trained."""
    found = evaluated_of(config.rule, config.wrapped_by, 0)
    return found and compiled_evaluated(found)


def _tensors(shapes: Sequence[Shape]) -> Ints:
    found, first = [], 0
    for shape in shapes:
        size = int(np.prod(shape))
        found.append((first, size, len(shape)))
        first += size
    return np.array(found, dtype=np.int64)
