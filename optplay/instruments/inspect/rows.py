"""What the inspector shows of one parameter, a line for each number."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite

import numpy as np

from optplay.arithmetic.norms import norm
from optplay.instruments.inspect.measure import Dissection
from optplay.optim import Wrapper
from optplay.optim.declaration import Term
from optplay.training import RunConfig
from optplay.training.made import Place, decayed_part, index_of, place_of
from optplay.training.more import BY_TENSOR, BY_VALUE

DELTA = "Δ"
ROUNDING = 1e-14


@dataclass(frozen=True)
class Row:
    """A line of the inspector: a number of one parameter, and the formula that it comes from.

    Attributes:
        part: of the pipeline: gradient, clipping, L2, rule, the name of a wrapper, decay or weight.
        name: what the number is called in the formula.
        formula: the line of the formula: `name ← …` for what takes a new value, `name = …` for
            what is derived; `off`; or empty, if the optimizer does not declare it.
        value: the number; None if this part is off, or the number is undefined.
        before: where it takes a new value, the one it had.
        form: what it is where it is no number of this parameter, as `6×6 matrix`.
    """

    part: str
    name: str
    formula: str
    value: float | None = None
    before: float | None = None
    form: str = ""


def rows(dissection: Dissection, parameter: int) -> list[Row]:
    """What the inspector shows of one parameter, in the order of the pipeline.

    Args:
        parameter: its index, 0 … n-1; see `Problem.parameter_names`.
    """
    d, u, i = dissection, dissection.update, parameter
    found = [*_gradients(d, i), *_clipping(d, i)]
    clipped, rule_gradient = float(u.clipped_gradient[i]), float(u.rule_gradient[i])
    if l2 := d.config.l2:
        found.append(Row("L2", "λ₂·w", f"λ₂·w, λ₂ = {l2:g}", float(d.l2_term[i])))
        found.append(Row("L2", "g", "g ← g + λ₂·w", rule_gradient, clipped))
    else:
        found.append(Row("L2", "g", "off"))
    found += [*_of_the_rule(d, i), *_of_the_wrappers(d, i), *_decay(d, i)]
    how = "w ← w + Δ"
    if _decays(d.config, i):
        how += f" {_decay_name(d.config)}"
    if isfinite(box := d.config.problem.box):
        how += f", cut to ±{box:g}"
    found.append(Row("weight", "w", how, float(u.after[i]), float(u.before[i])))
    return found


def _gradients(d: Dissection, i: int) -> list[Row]:
    """The gradient; with a probe the one at the weights, then the one that goes on."""
    config, u = d.config, d.update
    of = "f" if config.on_surface else "loss"
    how = "" if config.on_surface else ", mean over the batch"
    if config.on_surface and config.problem.reordered:
        how = ", and what is added"
    if u.first_gradient is None:
        return [Row("gradient", "g", f"g = ∂{of}/∂w{how}", float(u.gradient[i]))]
    probing = [w for w in config.wrapped_by if w.probe]
    lines = [line for w in probing for line in w.formula]
    who = probing[0].title if probing else config.rule.title
    usual = f"g = ∂{of}/∂w where {who} looks"
    elsewhere = next((line for line in lines if line.startswith("g ")), usual)
    return [
        Row("gradient", "g₁", f"g₁ = ∂{of}/∂w{how}", float(u.first_gradient[i])),
        Row("gradient", "g", elsewhere, float(u.gradient[i])),
    ]


def _clipping(d: Dissection, i: int) -> list[Row]:
    u, clip, g = d.update, d.config.clip, float(d.update.gradient[i])
    if clip is None:
        return [Row("clipping", "g", "off")]
    found, c, clipped = [], f"c = {clip.most:g}", float(u.clipped_gradient[i])
    if clip.mode == BY_VALUE:
        how = "g ← c·sign(g)" if abs(g) > clip.most else "g ← g, as |g| ≤ c"
    else:
        length, over = u.norm, "all parameters"
        if clip.mode == BY_TENSOR:
            length, over = norm(u.gradient[_tensor(d.config, i)]), "this tensor"
        how = "g ← g·c/‖g‖" if length > clip.most else "g ← g, as ‖g‖ ≤ c"
        found.append(Row("clipping", "‖g‖", f"‖g‖ = √Σg², over {over}", length))
    return [*found, Row("clipping", "g", f"{how}, {c}", clipped, g)]


def _tensor(config: RunConfig, parameter: int) -> slice:
    """Where the tensor lies that a parameter is of."""
    begin = 0
    for shape in config.problem.shapes:
        end = begin + int(np.prod(shape))
        if parameter < end:
            break
        begin = end
    return slice(begin, end)


def _of_the_rule(d: Dissection, i: int) -> list[Row]:
    """A row for each line of the formula, and for what has none: of another's rule, say."""
    rule, place = d.config.rule, place_of(d.config, i)
    lines = {line.split(" ")[0]: line for line in rule.formula}
    kept = {slot.name: k for k, slot in enumerate(rule.state)}
    values: dict[str, Term] = {**d.terms}
    if not _around(d.config):
        values[DELTA] = d.update.delta
    found = []
    for name in dict.fromkeys([*lines, *kept, *values, *d.told.shapes]):
        line = lines.get(name, "")
        if name in kept:
            found.append(_slot(d, "rule", line, kept[name], place))
        elif name in d.told.lacking[place.tensor]:
            continue  # a line for tensors of another kind
        elif name in d.told.shapes:
            found.append(Row("rule", name, line, form=_form(d.told.shapes[name][place.tensor])))
        else:
            found.append(Row("rule", name, line, _number(values.get(name), i)))
    return found


def _slot(d: Dissection, part: str, line: str, slot: int, place: Place) -> Row:
    """What is kept: the number that is this parameter's, or what it is."""
    declared, at = d.config.slots[slot], index_of(d.config, slot, place)
    if at is None:
        rows, columns = (*d.config.shapes[place.tensor], 1)[:2]
        size = "×".join(map(str, declared._replace(copies=1).form(rows, columns)))
        many = f"{declared.copies} of {size}"
        return Row(part, declared.name, line, form=many if declared.copies > 1 else _form(size))
    before, value = (float(state[at]) for state in d.states[declared.name])
    return Row(part, declared.name, line, value, before)


def _number(term: Term | None, i: int) -> float | None:
    """A term of a parameter, if there is one."""
    if term is None:
        return None
    return float(np.asarray(term)[i] if np.ndim(term) else term)


def _form(size: str) -> str:
    return f"{size} matrix"


def _around(config: RunConfig) -> list[Wrapper]:
    """The wrappers that do something to the step."""
    return [w for w in config.wrapped_by if w.around]


def _of_the_wrappers(d: Dissection, i: int) -> Iterator[Row]:
    """A row for each line of what is wrapped around the rule.

    Of Δ only what it was before all of them, and after, is known.
    """
    place, first = place_of(d.config, i), len(d.config.rule.state)
    around = [w.name for w in _around(d.config)]
    of_the_rule, whole = _number(d.terms.get(DELTA), i), float(d.update.delta[i])
    told: Row | None = None
    for wrapper in d.config.wrapped_by:
        kept = {slot.name: first + k for k, slot in enumerate(wrapper.slots)}
        first += len(wrapper.slots)
        lines = {} if wrapper.probe else _lines(wrapper)
        for name in dict.fromkeys([*lines, *kept]):
            line = lines.get(name, "")
            if name in kept:
                yield _slot(d, wrapper.name, line, kept[name], place)
            elif name == DELTA:
                before = of_the_rule if wrapper.name == around[0] else None
                value = whole if wrapper.name == around[-1] else None
                yield (told := Row(wrapper.name, name, line, value, before))
            else:
                yield Row(wrapper.name, name, line)
    moved = not _same(of_the_rule, whole, float(d.update.before[i]))
    if around and (told.value is None if told else moved):
        before = None if told else of_the_rule
        yield Row(around[-1], DELTA, "Δ ← what all of it adds to w", whole, before)


def _same(rule: float | None, whole: float, w: float) -> bool:
    """Whether wrappers left a rule's step as it was, but for what rounding made of it."""
    return rule is not None and abs(rule - whole) <= ROUNDING * (abs(w) + abs(whole))


def _lines(wrapper: Wrapper) -> dict[str, str]:
    return {line.split(" ")[0]: line for line in wrapper.formula}


def _decay_name(config: RunConfig) -> str:
    return "- lr·λ·w" if config.decay_by_lr else "- lr(k)/lr·λ·w"


def _decays(config: RunConfig, parameter: int) -> bool:
    """Whether decoupled decay takes from a parameter."""
    return bool(decayed_part(config, 1.0, 1.0)[parameter])


def _decay(d: Dissection, i: int) -> list[Row]:
    config, name = d.config, _decay_name(d.config).replace(" ", "")
    if not config.pipeline_decay:
        return [Row("decay", name, "off")]
    line = f"{name}, λ = {config.pipeline_decay:g}" + ", but not of a bias" * (
        not _decays(config, i)
    )
    return [Row("decay", name, line, float(d.decay[i]))]
