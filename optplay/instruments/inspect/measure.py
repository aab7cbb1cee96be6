"""The step inspector: one update of one run, taken apart in the order of the pipeline.

Gradient → clipping → coupled L2 → the rule → its wrappers → decoupled decay → new weight. The new
weight is w + Δ - lr·λ·w, with Δ what the rule and its wrappers add. (The loop takes the decay off
before it calls the rule, which is the same sum.)
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import nan

import numpy as np

from optplay.arrays import Floats
from optplay.errors import InputError, nearest, show, unknown, within
from optplay.experiments.forks import train_one
from optplay.experiments.preset import Preset, Run
from optplay.optim.declaration import Term
from optplay.training import History, RunConfig, Update, one_update
from optplay.training.made import Told, decayed_part, slots_of, told_by
from optplay.training.more import BY_NORM
from optplay.training.replay import made_in


@dataclass(frozen=True, eq=False)
class Dissection:
    """All that one update was made of.

    Attributes:
        config: of the run. step: which of its updates, from 1; epoch: in which of its epochs.
        update: the update itself, bit for bit as the run made it.
        clip_factor: what clipping multiplied the gradient by, 1.0 if it was let through, NaN where
            it was not the same for all.
        l2_term: (n,) λ₂·w, what coupled L2 added to the gradient.
        states: for each slot, of wrappers too, its values before and after: (n,), or as many as
            it has.
        told: what the rule's formula derives from them.
        decay: (n,) -lr·λ·w, what decoupled decay added to the weights.
    """

    config: RunConfig
    step: int
    epoch: int
    update: Update
    clip_factor: float
    l2_term: Floats
    states: Mapping[str, tuple[Floats, Floats]]
    told: Told
    decay: Floats

    @property
    def terms(self) -> Mapping[str, Term]:
        """By name: (n,), or one number for all parameters."""
        return self.told.terms

    @property
    def largest(self) -> int:
        """The parameter that the rule moves most; what is not a number counts as most of all."""
        return int(np.argmax(np.abs(self.update.delta)))


def take_apart(history: History, step: int) -> Dissection:
    """Step `step` of a run, counted from 1; steps beside one that was looked at come at once.

    Raises:
        InputError: the run has no such step, or it was made by the run that this one forked from.
    """
    config, update = history.config, one_update(history, step)
    w, clip = update.before, config.clip
    # What diverges is shown as it is.
    with np.errstate(all="ignore"):
        factor = 1.0
        if clip and update.clipped:
            factor = float(np.float64(clip.most) / update.norm) if clip.mode == BY_NORM else nan
        old, new = (slots_of(config, s) for s in (update.state_before, update.state_after))
        made = made_in(config, update)
        return Dissection(
            config, step, (step - 1) // config.problem.steps_per_epoch + 1, update, factor,
            config.l2 * w, {slot: (old[slot], new[slot]) for slot in old}, told_by(config, made),
            -decayed_part(config, update.lr, update.share) * w,
        )  # fmt: skip


def find_run(preset: Preset, label: str | None) -> Run:
    """The run with this label, or the first one.

    Raises:
        InputError: there is none.
    """
    runs = {run.label: run for run in preset.runs}
    if label is None:
        return preset.runs[0]
    if label not in runs:
        raise InputError(unknown("run", label, runs))
    return runs[label]


def find_parameter(config: RunConfig, asked: str) -> int:
    """The index of a parameter, from its name or the index as text.

    Raises:
        InputError: there is none.
    """
    names = config.problem.parameter_names
    plain = {"".join(name.lower().split()): index for index, name in enumerate(names)}
    wanted = "".join(asked.lower().split())
    if wanted in plain:
        return plain[wanted]
    if wanted.isdecimal() and int(wanted) < len(names):
        return int(wanted)
    near = nearest(asked, names)
    hint = f"did you mean {near!r}? " if near else ""
    raise InputError(
        f"unknown parameter {show(asked)}: {hint}"
        f"allowed: 0 to {len(names) - 1}, or a name from {names[0]!r} to {names[-1]!r}"
    )


def inspect(
    preset: Preset,
    label: str | None = None,
    step: int = 1,
    parameter: str | None = None,
    *,
    progress: Callable[[int], None] = lambda steps: None,
) -> tuple[str, Dissection, int]:
    """One update of one run, with the first seed of the preset.

    Args:
        label: of the run; the first one if left out.
        step: the number of the update, from 1.
        parameter: its name or index; the one that the rule moves most if left out.
        progress: see `train_one`.

    Returns:
        The label, the update, and the index of the parameter.

    Raises:
        InputError: no such run, step or parameter, or more work than this machine can do.
    """
    run = find_run(preset, label)
    if not 1 <= step <= run.config.steps:
        raise InputError(f"step: found {step}, allowed: 1 to {run.config.steps}")
    index = None if parameter is None else find_parameter(run.config, parameter)
    history = train_one(preset, run.label, preset.seeds[0], until=step, progress=progress)
    with within(run.label):
        found = take_apart(history, step)
    return run.label, found, found.largest if index is None else index
