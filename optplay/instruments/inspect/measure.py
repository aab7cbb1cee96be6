"""The step inspector: one update of one run, taken apart in the order of the pipeline.

Gradient → clipping → coupled L2 → the rule → decoupled decay → new weight. The new weight is
w + Δ - lr·λ·w, with Δ what the rule adds. (The loop takes the decay off before it calls the rule,
which is the same sum.)
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite

import numpy as np

from optplay.arrays import Floats
from optplay.errors import InputError, nearest, show, unknown, within
from optplay.experiments.forks import train_one
from optplay.experiments.preset import Preset, Run
from optplay.training import History, RunConfig, Update, one_update
from optplay.training.engine import corrections_after

Value = Floats | float
DELTA = "Δ"


@dataclass(frozen=True, eq=False)
class Dissection:
    """All that one update was made of.

    Attributes:
        config: of the run. step: which of its updates, from 1; epoch: in which of its epochs.
        update: the update itself, bit for bit as the run made it.
        clip_factor: what clipping multiplied the gradient by, 1.0 if it was let through.
        l2_term: (n,) λ₂·w, what coupled L2 added to the gradient.
        states: for each slot its values (n,) before and after.
        terms: what the rule's formula derives from them: (n,), or one number for all parameters.
        decay: (n,) -lr·λ·w, what decoupled decay added to the weights.
    """

    config: RunConfig
    step: int
    epoch: int
    update: Update
    clip_factor: float
    l2_term: Floats
    states: Mapping[str, tuple[Floats, Floats]]
    terms: Mapping[str, Value]
    decay: Floats

    @property
    def largest(self) -> int:
        """The parameter that the rule moves most; what is not a number counts as most of all."""
        return int(np.argmax(np.abs(self.update.delta)))


@dataclass(frozen=True)
class Row:
    """A line of the inspector: a number of one parameter, and the formula that it comes from.

    Attributes:
        part: of the pipeline: gradient, clipping, L2, rule, decay or weight.
        name: what the number is called in the formula.
        formula: the line of the formula: `name ← …` for what takes a new value, `name = …` for
            what is derived; `off`; or empty, if the optimizer does not declare it.
        value: the number; None if this part is off, or the number is undefined.
        before: where it takes a new value, the one it had.
    """

    part: str
    name: str
    formula: str
    value: float | None = None
    before: float | None = None


def take_apart(history: History, step: int) -> Dissection:
    """Step `step` of a run, counted from 1; steps beside one that was looked at come at once.

    Raises:
        InputError: the run has no such step, or it was made by the run that this one forked from.
    """
    config, update = history.config, one_update(history, step)
    rule, w = config.rule, update.before
    terms: Mapping[str, Value] = {}
    # What diverges is shown as it is.
    with np.errstate(all="ignore"):
        factor = np.float64(config.clip.norm) / update.norm if config.clip else 1.0
        if rule.terms:
            terms = rule.terms(
                update.rule_gradient, update.state_before, update.state_after,
                config.hyper, corrections_after(config, update.t), update.lr, update.t,
            )  # fmt: skip
        return Dissection(
            config, step, (step - 1) // config.problem.steps_per_epoch + 1, update,
            float(factor) if update.clipped else 1.0, config.l2 * w,
            {
                slot: (update.state_before[i], update.state_after[i])
                for i, slot in enumerate(rule.slots)
            },
            terms, -update.lr * (config.weight_decay or 0.0) * w,
        )  # fmt: skip


def rows(dissection: Dissection, parameter: int) -> list[Row]:
    """What the inspector shows of one parameter, in the order of the pipeline.

    Args:
        parameter: its index, 0 … n-1; see `Problem.parameter_names`.
    """
    d, u, i = dissection, dissection.update, parameter
    clip, l2, weight_decay = d.config.clip, d.config.l2, d.config.weight_decay
    g, clipped, rule_gradient = (
        float(gradient[i]) for gradient in (u.gradient, u.clipped_gradient, u.rule_gradient)
    )
    found = [Row("gradient", "g", _gradient(d.config), g)]
    if clip:
        how = "g ← g·c/‖g‖" if u.clipped else "g ← g, as ‖g‖ ≤ c"
        found.append(Row("clipping", "‖g‖", "‖g‖ = √Σg², over all parameters", u.norm))
        found.append(Row("clipping", "g", f"{how}, c = {clip.norm:g}", clipped, g))
    else:
        found.append(Row("clipping", "g", "off"))
    if l2:
        found.append(Row("L2", "λ₂·w", f"λ₂·w, λ₂ = {l2:g}", float(d.l2_term[i])))
        found.append(Row("L2", "g", "g ← g + λ₂·w", rule_gradient, clipped))
    else:
        found.append(Row("L2", "g", "off"))
    found += _of_the_rule(d, i)
    how = "w ← w + Δ"
    if weight_decay:
        how += " - lr·λ·w"
        decayed = f"-lr·λ·w, λ = {weight_decay:g}"
        found.append(Row("decay", "-lr·λ·w", decayed, float(d.decay[i])))
    else:
        found.append(Row("decay", "-lr·λ·w", "off"))
    if isfinite(box := d.config.problem.box):
        how += f", cut to ±{box:g}"
    found.append(Row("weight", "w", how, float(u.after[i]), float(u.before[i])))
    return found


def _gradient(config: RunConfig) -> str:
    if not config.on_surface:
        return "g = ∂loss/∂w, mean over the batch"
    return "g = ∂f/∂w, and what is added" if config.problem.reordered else "g = ∂f/∂w"


def _of_the_rule(d: Dissection, i: int) -> list[Row]:
    """A row for each line of the formula, and for what has none: of another's rule, say."""
    lines = {line.split(" ")[0]: line for line in d.config.rule.formula}
    values = {**d.terms, DELTA: d.update.delta}
    found = []
    for name in dict.fromkeys([*lines, *d.states, *values]):
        value = before = None
        if name in d.states:
            before, value = (float(state[i]) for state in d.states[name])
        elif name in values:
            value = float(np.broadcast_to(values[name], d.update.delta.shape)[i])
        found.append(Row("rule", name, lines.get(name, ""), value, before))
    return found


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
