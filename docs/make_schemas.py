"""Makes the JSON Schemas of preset files and reports: `python docs/make_schemas.py [--check]`.

What a key may hold is read from where the program checks it: the fields of its records, the
hyperparameters of its optimizers, its metrics. What the reports are made of is said here.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, get_args

import msgspec
from writing import ROOT, write

from optplay.experiments import METRICS, OUTCOMES, SIGNS
from optplay.experiments.claims import Claim
from optplay.experiments.places import EITHER, INNER_FIELDS, WARMUP_FIELDS
from optplay.experiments.preset import MOST_SEEDS, Fork, Preset, Run, Seed, Try
from optplay.experiments.report import NEAR, REACHED
from optplay.experiments.steps import QUANTILES
from optplay.instruments.sweep.report import NAMES as SWEPT
from optplay.optim import OPTIMIZERS, SCHEDULES, WRAPPERS, Hyperparameter, Wrapper
from optplay.optim.declaration import MOST_NUMBERS, Size
from optplay.optim.foreign.declared import NAME
from optplay.problems import DATASETS, SURFACES, Problem, SurfaceProblem, problem
from optplay.records import Record, options, record_types
from optplay.training import RECORDED, RunConfig

Schema = dict[str, Any]
FOLDER = ROOT / "optplay" / "schemas"
WHERE = "https://github.com/optplay/optplay/raw/main/optplay/schemas/"
# Keys that hold the name of something declared.
CHOICES: Mapping[str, Iterable[str]] = {
    "optimizer": OPTIMIZERS, "decay": SCHEDULES, "dataset": DATASETS, "surface": SURFACES,
    "activation": problem.ACTIVATIONS, "loss": problem.LOSSES, "metric": METRICS,
}  # fmt: skip
KNOB: Schema = {
    "anyOf": [
        {"type": ["number", "boolean", "string"]}, {"type": "array", "items": {"type": "number"}},
    ]
}  # fmt: skip
# Keys of a RunConfig that a run has not of its own, or that are spelt out.
NOT_OF_A_RUN = ("problem", "optimizer", "hyperparameters", "epochs", "seed", *INNER_FIELDS)


def closed(what: str = "", /, *, optional: Iterable[str] = (), **properties: Schema) -> Schema:
    """An object of these keys and no others."""
    schema: Schema = {"description": what} if what else {}
    required = [key for key in properties if key not in optional]
    schema |= {"type": "object", "properties": properties, "required": required}
    return schema | {"additionalProperties": False}


def named(values: Schema, text: str) -> Schema:
    """An object whose keys are names of the program's."""
    return {"description": text, "type": "object", "additionalProperties": values}


def several(items: Schema, text: str = "", **more: Any) -> Schema:
    return ({"description": text} if text else {}) | {"type": "array", "items": items} | more


def one_of(names: Iterable[str], text: str = "") -> Schema:
    return ({"description": text} if text else {}) | {"enum": list(names)}


def number(text: str = "") -> Schema:
    """A number, or null where it is not finite or there is none."""
    return ({"description": text} if text else {}) | {"type": ["number", "null"]}


def text(what: str = "") -> Schema:
    return ({"description": what} if what else {}) | {"type": "string"}


def whole(what: str = "", least: int = 0) -> Schema:
    return ({"description": what} if what else {}) | {"type": "integer", "minimum": least}


def true_or_false(what: str) -> Schema:
    return {"description": what, "type": "boolean"}


def or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def field(name: str, kind: Any, *, in_file: bool) -> Schema:
    """What a field of a record may hold: in a preset's file, or in a report."""
    if records := record_types(kind):
        found = [record(one, in_file=in_file) for one in records]
        schema = found[0] if len(found) == 1 else {"anyOf": found}
        return or_null(schema) if not in_file and kind not in records else schema
    schema = msgspec.json.schema(kind)
    if in_file and "anyOf" in schema:  # TOML has no null: a key is left out
        kinds = [one for one in schema["anyOf"] if one != {"type": "null"}]
        if len(kinds) == 1:
            schema = {k: v for k, v in schema.items() if k != "anyOf"} | kinds[0]
    if name in CHOICES or options(kind):
        said = {k: v for k, v in schema.items() if k == "description"}
        names = CHOICES.get(name, options(kind))
        return said | ({"enum": list(names)} if in_file else {"type": "string"})
    return schema


def record(kind: type[Record], *, in_file: bool, without: Iterable[str] = ()) -> Schema:
    """The schema of a record: in a file what has a default may be left out, in a report nothing."""
    properties, optional = {}, set()
    for one in msgspec.structs.fields(kind):
        if one.name in without:
            continue
        name = one.name.rstrip("_")
        properties[name] = field(one.name, one.type, in_file=in_file)
        if in_file and not one.required:
            optional.add(name)
            if isinstance(one.default, str | float | int):
                properties[name] |= {"default": one.default}
    return closed(optional=optional, **properties)


def hyperparameter(h: Hyperparameter) -> Schema:
    said = {"description": h.text}
    if h.names:
        return said | {"enum": list(h.names), "default": h.default}
    if isinstance(h.default, bool):
        return said | {"type": "boolean", "default": h.default}
    low = "exclusiveMinimum" if h.low_open else "minimum"
    high = "exclusiveMaximum" if h.high_open else "maximum"
    one: Schema = {"type": "integer" if h.whole else "number", low: h.low, high: h.high}
    if isinstance(h.default, tuple):
        many = {"minItems": 1, "maxItems": MOST_NUMBERS, "uniqueItems": True}
        return said | several(one, **many) | {"default": list(h.default)}
    return said | one | {"default": h.default}


def knobs(declared: Iterable[Hyperparameter]) -> Schema:
    """A table of hyperparameters, each of which may be left out."""
    properties = {h.name: hyperparameter(h) for h in declared}
    return closed(optional=properties, **properties)


def decay_key() -> Schema:
    """The name of a decay, or a table with its name and its knobs."""
    tables = []
    for schedule in SCHEDULES.values():
        table = knobs(schedule.knobs)
        table["properties"] = {"name": {"const": schedule.name}, **table["properties"]}
        tables.append(table | {"required": ["name"], "description": schedule.text})
    told = msgspec.json.schema(_type(RunConfig, "decay"))["description"]
    default = {"default": RunConfig().decay}
    return {"description": told, "anyOf": [{"enum": list(SCHEDULES)}, *tables], **default}


def warmup_key() -> Schema:
    """A part of the run, or a table with a part or with steps."""
    fields = record(RunConfig, in_file=True)["properties"]
    inner = {name: fields[field] for name, field in WARMUP_FIELDS.items()}
    table = closed(optional=inner, **inner)
    table["oneOf"] = [{"required": [name]} for name in EITHER["warmup"]]
    part = dict(inner["part"])
    return {"description": part.pop("description"), "anyOf": [part, table]}


def wrapper_key(wrapper: Wrapper) -> Schema:
    """Whether it is on, its first hyperparameter, or a table."""
    ways: list[Schema] = [{"type": "boolean"}]
    if wrapper.hyperparameters:
        first = hyperparameter(wrapper.hyperparameters[0])
        ways += [first, knobs(wrapper.hyperparameters)]
    return {"description": wrapper.text, "anyOf": ways}


def problem_table(*, shared: bool) -> Schema:
    """A network's keys or a surface's. One of them may be partial: the other table has the rest."""
    network = record(Problem, in_file=True)
    surface = record(SurfaceProblem, in_file=True) | {"required": []}
    if shared:
        steps = msgspec.json.schema(_type(RunConfig, "epochs"))
        steps["description"] = "on a surface, in place of epochs"
        surface["properties"]["steps"] = steps
    told = "what all runs train on" if shared else "keys in place of those of [problem]"
    return {"description": told, "anyOf": [network, surface]}


def _type(kind: type[Record], name: str) -> Any:
    return next(f.type for f in msgspec.structs.fields(kind) if f.name == name)


def run_table() -> Schema:
    """A run: its own keys, and the hyperparameters that its optimizer has."""
    pipeline = record(RunConfig, in_file=True, without=NOT_OF_A_RUN)["properties"]
    pipeline |= {"warmup": warmup_key(), "decay": decay_key()}
    pipeline["clip"]["oneOf"] = [{"required": [name]} for name in EITHER["clip"]]
    pipeline |= {wrapper.name: wrapper_key(wrapper) for wrapper in WRAPPERS.values()}
    own = {
        "label": msgspec.json.schema(_type(Run, "label")),
        "optimizer": {
            "description": field("optimizer", _type(RunConfig, "optimizer"), in_file=True)[
                "description"
            ],
            "anyOf": [
                {"enum": list(OPTIMIZERS)},
                text("a class of PyTorch's kind, its arguments keys of this table")
                | {"pattern": f"^{NAME.pattern}$"},
            ],
            "default": RunConfig().optimizer,
        },
        **pipeline,
        "problem": problem_table(shared=False),
        "fork": {
            "description": "goes on from another run of this preset",
            **record(Fork, in_file=True),
        },
    }
    hyperparameters = {h.name: {} for o in OPTIMIZERS.values() for h in o.hyperparameters}
    run = closed(**own, **hyperparameters) | {"required": ["label"]}
    # Those of a class that only its package knows.
    run["additionalProperties"] = KNOB
    run["allOf"] = []
    for optimizer in OPTIMIZERS.values():
        chosen: Schema = {"properties": {"optimizer": {"const": optimizer.name}}}
        if optimizer.name != RunConfig().optimizer:
            chosen["required"] = ["optimizer"]
        of_rule = {h.name: hyperparameter(h) for h in optimizer.hyperparameters}
        names = {"propertyNames": {"enum": [*own, *of_rule]}}
        run["allOf"].append({"if": chosen, "then": {"properties": of_rule, **names}})
    return run


def claim_table() -> Schema:
    """A claim; which metrics need `at`, and what that is, they say themselves."""
    claim = record(Claim, in_file=True)
    claim["properties"]["at"]["description"] = "what the metric needs: a fraction, a loss, a step"
    kinds = {"a fraction": {"exclusiveMinimum": 0, "maximum": 1}, "a step": whole(least=1)}
    claim["allOf"] = []
    for needs in {m.needs: None for m in METRICS.values()}:
        of = {"enum": [m.name for m in METRICS.values() if m.needs == needs]}
        then: Schema = {"properties": {"at": kinds.get(needs, {}) if needs else False}}
        if needs:
            then["required"] = ["at"]
        claim["allOf"].append({"if": {"properties": {"metric": of}}, "then": then})
    return claim


def preset() -> Schema:
    """A preset's file."""
    fields = {f.name: f for f in msgspec.structs.fields(Preset)}
    epochs = msgspec.json.schema(_type(RunConfig, "epochs")) | {"default": RunConfig().epochs}
    seeds = several(msgspec.json.schema(Seed), minItems=1, maxItems=MOST_SEEDS, uniqueItems=True)
    count = whole(least=1) | {"maximum": MOST_SEEDS}
    file = closed(
        title=msgspec.json.schema(fields["title"].type),
        group=field("group", fields["group"].type, in_file=True)
        | {"description": "under which heading it is listed", "default": fields["group"].default},
        question=text("what the runs are to answer"),
        lesson=text("Markdown: the idea, what to watch, what to try next"),
        seeds={
            "description": "network seeds: as many as this, from 0 on; or a list of them",
            "anyOf": [count, seeds], "default": list(fields["seeds"].default),
        },
        epochs=epochs,
        charts=several(
            {"enum": list(RECORDED)}, "which curves are shown",
            default=list(fields["charts"].default),
        ),
        at_steps=msgspec.json.schema(fields["at_steps"].type)
        | {"description": "updates whose rates are reported, counted from 1"},
        gone=several(text(), "labels of runs that claims are about and that are no longer there"),
        problem=problem_table(shared=True),
        runs=several(run_table(), minItems=1, maxItems=1000),
        claims=several(claim_table()),
        **{"try": several(record(Try, in_file=True), "what to try next, one after the other")},
    )  # fmt: skip
    return file | {"required": ["title", "runs"]}


CONFIG = record(RunConfig, in_file=False) | {"description": "all that decides the run"}
CONFIG["properties"]["hyperparameters"] = named(
    {"type": ["number", "boolean"]}, "those of its optimizer"
)
CONFIG["properties"]["decay_knobs"] = named(KNOB, "what this decay is tuned by")
CONFIG["properties"]["wrappers"] = named(
    named(KNOB, "its hyperparameters"), "what changes the rule, from the innermost, by name"
)
SIDE = closed("over the seeds", median=number(), low=number("lower quartile"),
              high=number("upper quartile"))  # fmt: skip
NUMBERS = several(number())
PER_PARAMETER = several(number(), "a value per parameter, in the order of the weights")
QUANTILE_NAMES = [f"{q:g}" for q in QUANTILES]
LABEL = text("of the run")
SEED = whole("of the network")


def document(**properties: Schema) -> Schema:
    """A report: how every one begins, and what it has besides."""
    asked = text("the name or the file of the preset")
    exact = true_or_false("whether all numbers are the same bits on every machine")
    return closed(preset=asked, title=text("of the preset"), exact=exact, **properties)


def quantiles(values: Schema, what: str) -> Schema:
    """An object with a key per quantile; none where nothing moved."""
    found = closed(what, **dict.fromkeys(QUANTILE_NAMES, values))
    return found | {"required": []}


def spread(what: str) -> Schema:
    return closed(
        what,
        quantiles=quantiles(number(), "of the parameters that moved"),
        ratio=number("largest over smallest"),
        edges=several(number(), "of the histogram, spread by factors"),
        counts=several(whole(), "one less than edges"),
    )


NO_RATES = or_null(text("why a parameter has no rate of its own, where there is a reason"))
WEIGHTS = one_of(
    ("trained", "evaluated"),
    "which are told of: those that are trained, or others that the rule or a wrapper keeps to be "
    "evaluated",
)
DISTRIBUTION = closed(
    "how far the parameters of all seeds moved in one step",
    label=LABEL,
    step=whole("the update, from 1", 1),
    moved=whole("parameters that moved"),
    idle=whole("parameters that did not"),
    no_rates=NO_RATES,
    rates=spread("effective rates"),
    steps=spread("|Δw|"),
)


def run() -> Schema:
    """The report of `optplay run`."""
    fast = {m.name: number(m.text) for m in METRICS.values() if not (m.needs or m.slow)}
    fast[f"epochs_to_accuracy_{REACHED:g}"] = number(METRICS["epochs_to_accuracy"].text)
    fast[f"steps_to_distance_{NEAR:g}"] = number(METRICS["steps_to_distance"].text)
    of_claims = {f.name: f.type for f in msgspec.structs.fields(Claim)}
    one_run = closed(
        "a run with a seed",
        optional=("path",),
        label=LABEL,
        seed=SEED,
        config=CONFIG,
        fork=or_null(record(Fork, in_file=False)),
        outcome=one_of(OUTCOMES),
        diverged_at=or_null(whole("the step at which something was not finite", 1)),
        metrics=named(number(), "by name; those of its kind of problem") | {"properties": fast},
        history=closed("a value per epoch", **dict.fromkeys(RECORDED, NUMBERS)),
        weights=WEIGHTS | {"description": f"of final_params: {WEIGHTS['description']}"},
        final_params=PER_PARAMETER,
        path=several(NUMBERS, "on a surface only: the point at the start and after each step"),
    )
    left = SIDE["properties"]
    claim = closed(
        "what a claim came to",
        text=text(),
        source=text(),
        metric=text(),
        at=number("what the metric needs"),
        **{"is": one_of(options(of_claims["is_"]))},
        verdict=one_of(SIGNS),
        held=whole("seeds on which it held"),
        ties=whole("seeds on which both sides were equal"),
        undefined=whole("seeds on which a side had no value"),
        of=whole("seeds; 1 where chance plays no part, 0 if the claim is void"),
        p=number("of the test; null where chance plays no part"),
        left=closed(run=LABEL, **left),
        right=closed(run={"type": ["string", "number"]}, **left),
    )
    found = document(
        runs=several(one_run),
        claims=several(claim),
        **{"try": several(record(Try, in_file=False), "what the preset proposes to try next")},
        distributions=several(DISTRIBUTION, "only if the preset has at_steps"),
    )
    return found | {"required": ["preset", "title", "exact", "runs", "claims", "try"]}


def sweep() -> Schema:
    """The report of `optplay sweep`."""
    of_seeds = closed(**SIDE["properties"], seeds=several(number(), "a value per seed"))
    counts = {outcome: whole("seeds") for outcome in OUTCOMES}
    at = several(number(), "a value per axis")
    epochs = whole("of the run there", 1)
    point = closed(at=at, epochs=epochs, **dict.fromkeys(SWEPT.values(), of_seeds), **counts)
    good = closed(
        low=number(),
        high=number(),
        open_below=true_or_false("it begins where the axis does"),
        open_above=true_or_false("it ends where the axis does"),
    )
    best = closed(
        at=at,
        **SIDE["properties"],
        **counts,
        good=several(good, "the good range, per axis"),
        decades=number("that it spans, on the first axis; null where that goes by differences"),
        confirmed=or_null(SIDE),
    )
    one_run = closed(
        label=LABEL,
        config=CONFIG,
        points=several(point, "per value or pair of values; the last axis runs fastest"),
        best=or_null(best),
    )
    axis = closed(key=text(), log=true_or_false("by factors, else by differences"), values=NUMBERS)
    return document(
        metric=one_of(SWEPT.values(), "by which the best is chosen"),
        axes=several(axis, minItems=1, maxItems=2),
        seeds=several(SEED),
        fresh_seeds=several(SEED, "with --confirm, else empty"),
        gradient_evaluations=number("that each run may take, with --equal-evaluations"),
        runs=several(one_run),
    )


def range_test() -> Schema:
    """The report of `optplay range-test`."""
    one_run = closed(
        "a run with a seed",
        label=LABEL,
        seed=SEED,
        rates=several(number(), "at the end of each epoch"),
        losses=several(number(), "of each epoch"),
        steepest=number("the rate at which the smoothed loss falls fastest"),
        rising=number("the rate at which it is lowest"),
        suggestion=number("a tenth of that"),
        diverged=number("the rate at which it did"),
    )
    return document(to=number("the last rate"), runs=several(one_run))


def rates() -> Schema:
    """The report of `optplay rates`."""
    per_step = {name: several(number()) for name in QUANTILE_NAMES}
    way = closed(
        "the last steps of up to 60 epochs, all seeds pooled; each list has a value per step",
        label=LABEL,
        no_rates=NO_RATES,
        epoch=several(whole(least=1)),
        step=several(whole(least=1)),
        moved=several(whole()),
        idle=several(whole()),
        rates=closed("quantiles of the effective rates", **per_step),
        steps=closed("quantiles of |Δw|", **per_step),
    )
    return document(
        seeds=several(SEED), distributions=several(DISTRIBUTION), over_time=several(way)
    )


def inspect() -> Schema:
    """The report of `optplay inspect`."""
    row = closed(
        part=one_of(("gradient", "clipping", "L2", "rule", *WRAPPERS, "decay", "weight")),
        name=text(),
        formula=text("a line, or off, or nothing"),
        value=number(),
        before=number(),
        form=text("what it is, as 6×6 matrix, where it is no number of this parameter"),
    )
    both = closed(before=PER_PARAMETER, after=PER_PARAMETER)
    slot = closed(
        size=one_of(get_args(Size), "a number per parameter, row or column of each tensor, a "
                    "square of its rows or columns, or one"),
        before=NUMBERS,
        after=NUMBERS,
    )  # fmt: skip
    term = {"anyOf": [PER_PARAMETER, number("one for all parameters")]}
    return document(
        label=LABEL,
        seed=SEED,
        optimizer=text(),
        formula=several(text(), "lines"),
        wrappers=named(several(text()), "by name the lines of each one's formula"),
        step=whole("the update, from 1", 1),
        epoch=whole("from 1", 1),
        t=whole("the step as the optimizer counts it", 1),
        lr=number("of this step, under warmup and decay"),
        samples=several(whole(), "rows of the mini-batch; none on a surface"),
        loss=number("mean over the mini-batch, before the update"),
        gradient_norm=number("before clipping"),
        clip_factor=number("1 if it was let through, null if each has its own"),
        parameter=closed("the one that rows are about", index=whole(), name=text()),
        rows=several(row),
        parameters=several(text(), "names"),
        first_gradient=or_null(
            several(number(), "the one at the weights, where the other was taken elsewhere")
        ),
        gradient=PER_PARAMETER,
        clipped_gradient=PER_PARAMETER,
        l2_term=PER_PARAMETER,
        rule_gradient=PER_PARAMETER,
        states=named(slot, "by slot"),
        terms=named(term, "of the rule's formula, by name"),
        delta=PER_PARAMETER,
        decay=PER_PARAMETER,
        weights=both,
    )


def curvature() -> Schema:
    """The report of `optplay curvature`."""
    figures = closed(
        start=number("the sharpness at the start"),
        end=number("at the end"),
        max=number("the largest"),
        preconditioned=number("by the optimizer's rates, at the end"),
        threshold=number("what the optimizer stands, at the end"),
        stability_ratio=number("median of the ratio over the last third"),
    )
    columns = dict.fromkeys(("sharpness", "preconditioned", "threshold", "ratio"), NUMBERS)
    one_run = closed(
        "a run with a seed",
        label=LABEL,
        seed=SEED,
        config=CONFIG,
        outcome=one_of(OUTCOMES),
        weights=WEIGHTS,
        no_rates=NO_RATES,
        figures=figures,
        curvature=closed("a value per epoch listed", epochs=several(whole()), **columns),
    )
    return document(runs=several(one_run))


def landscape() -> Schema:
    """The report of `optplay landscape`."""
    path = closed(run=LABEL, points=several(NUMBERS, "[x, y] after each epoch, and at the start"))
    one_slice = closed(
        through=closed(run=LABEL, epoch=whole(), loss=number("there")),
        weights=WEIGHTS,
        origin=several(number(), "the weights there"),
        directions=several(NUMBERS, "two unit vectors", minItems=2, maxItems=2),
        explained=several(number(), "part of the variance of the weights' history along each"),
        x=NUMBERS,
        y=NUMBERS,
        loss=several(NUMBERS, "row k is at y[k]"),
        paths=several(path),
    )
    return document(seed=SEED, slices=several(one_slice))


def made() -> dict[Path, str]:
    """The text of each schema, by its file."""
    files = {"preset": preset()} | {
        report.__name__.replace("_", "-"): report()
        for report in (run, sweep, range_test, rates, inspect, curvature, landscape)
    }
    texts = {}
    for name, schema in files.items():
        what = "A preset of optplay" if name == "preset" else f"optplay {name} PRESET --json"
        head = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": f"{WHERE}{name}.json",
            "title": what,
        }
        whole_schema = json.dumps(head | schema, ensure_ascii=False, indent=1)
        texts[FOLDER / f"{name}.json"] = whole_schema + "\n"
    return texts


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    write(made())
