"""The step inspector: one update of one run, taken apart in the order of the pipeline.

Gradient → clipping → coupled L2 → the rule → decoupled decay → new weight. The new weight is
w + Δ - lr·λ·w, with Δ what the rule adds. (The loop takes the decay off before it calls the rule,
which is the same sum.)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from optplay.training import History, RunConfig, Update, one_update

Floats = NDArray[np.float64]
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
                config.hyper, update.lr, update.t,
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
    """What the gradient is of."""
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
