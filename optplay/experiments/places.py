"""Where the keys of a run stand: in a RunConfig, and in the table of a run in a preset's file.

In a file the keys of one thing stand in a table: `decay = { name = "cosine", floor = 0.1 }`. What
is needed most may stand for it: `decay = "cosine"`, `warmup = 0.1`, `sam = 0.05`, `sam = true`.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import msgspec
from msgspec.structs import replace

from optplay.errors import InputError, inside, show, unknown
from optplay.optim import SCHEDULES, WRAPPERS, Hyperparameter, Schedule, Wrapper
from optplay.records import Record, record_types
from optplay.training import RunConfig

WARMUP, DECAY, CLIP = "warmup", "decay", "clip"
# In a table those of which one takes the place of the other.
EITHER = {WARMUP: ("part", "steps"), CLIP: ("norm", "value")}
# Fields of a RunConfig that stand in the table of another one.
WARMUP_FIELDS = {"part": "warmup", "steps": "warmup_steps", "start": "warmup_start"}
INNER_FIELDS = ("warmup_steps", "warmup_start", "decay_knobs", "wrappers")
# Those that a run in a file has not of its own, or that are read apart.
APART = ("problem", "optimizer", "hyperparameters", "epochs", "seed", WARMUP, DECAY)


# In a RunConfig


def value_at(config: RunConfig, name: str) -> Any:
    """What stands under the name of a key, or of a whole list such as `problem.start`.

    None of something that is off.
    """
    head, _, inner = name.partition(".")
    if head in WRAPPERS:
        knobs = config.wrappers.get(head)
        return (knobs is not None) if not inner else knobs and knobs[inner]
    if head == DECAY and inner:
        return config.decay_knobs[inner]
    if head == WARMUP and inner:
        return getattr(config, WARMUP_FIELDS[inner])
    path = name.split(".")
    found: Any = config if head in RunConfig.__struct_fields__ else config.hyperparameters
    for part in path:
        if isinstance(found, tuple):
            found = found[int(part)]
        elif found is not None:
            found = found[part] if isinstance(found, dict) else getattr(found, part)
    return found


def with_value(config: RunConfig, name: str, value: Any) -> RunConfig:
    """The run with another value there; None takes out what it stands in.

    Raises:
        InputError: the value is out of range.
    """
    head, _, inner = name.partition(".")
    if head in WRAPPERS:
        return _wrapped(config, WRAPPERS[head], inner, value)
    if head == DECAY:
        if not inner:
            return _decaying(config, value)
        return replace(config, decay_knobs={**config.decay_knobs, inner: value})
    if head == WARMUP:
        return _warmed(config, WARMUP_FIELDS[inner or "part"], value)
    if head == CLIP and inner in EITHER[CLIP]:
        return _clipped(config, inner, value)
    if head not in RunConfig.__struct_fields__:
        return replace(config, hyperparameters={**config.hyperparameters, head: value})
    changed: RunConfig = _changed(config, head, name.split(".")[1:], value)
    return changed


def _wrapped(config: RunConfig, wrapper: Wrapper, knob: str, value: Any) -> RunConfig:
    others = {name: knobs for name, knobs in config.wrappers.items() if name != wrapper.name}
    if value is None or (not knob and not value):
        return replace(config, wrappers=others)
    knobs = {**config.wrappers.get(wrapper.name, {}), **({knob: value} if knob else {})}
    return replace(config, wrappers={**others, wrapper.name: knobs})


def _decaying(config: RunConfig, name: str) -> RunConfig:
    """The run with a new decay, which keeps the knobs that both have, unless at their default."""
    if name == config.decay:
        return config
    kept = _kept(config.decay_knobs, config.schedule, SCHEDULES.find(name))
    return replace(config, decay=name, decay_knobs=kept)


def _kept(knobs: Mapping[str, Any], old: Schedule, new: Schedule) -> dict[str, Any]:
    kept = {}
    usual = {h.name: h.default for h in old.knobs}
    for h in new.knobs:
        if h.name in knobs and knobs[h.name] != usual.get(h.name):
            with suppress(InputError):
                kept[h.name] = h.check(knobs[h.name])
    return kept


def _warmed(config: RunConfig, field: str, value: Any) -> RunConfig:
    if field == "warmup_start":
        return replace(config, warmup_start=value)
    off = {"warmup": 0.0, "warmup_steps": None}
    if value == off[field] and not getattr(config, field):
        return config  # It may well be on in the other way.
    return replace(config, **{**off, field: value})


def _clipped(config: RunConfig, inner: str, value: Any) -> RunConfig:
    if value is None:
        off = config.clip is not None and getattr(config.clip, inner) is not None
        return replace(config, clip=None) if off else config
    if config.clip and getattr(config.clip, inner) is not None:
        return replace(config, clip=replace(config.clip, **{inner: value}))
    with_clip: RunConfig = _changed(replace(config, clip=None), CLIP, [inner], value)
    return with_clip


def _changed(record: Record, name: str, rest: list[str], value: Any) -> Any:
    """The record with another value at the end of a path; None takes out an inner record."""
    inner = getattr(record, name)
    if rest and isinstance(inner, tuple):
        place = int(rest[0])
        value = (*inner[:place], value, *inner[place + 1 :])
    elif rest and value is not None:
        if inner is None:
            kind = next(f.type for f in msgspec.structs.fields(type(record)) if f.name == name)
            try:
                value = record_types(kind)[0](**{rest[0]: value})
            except InputError as error:
                raise inside(name, error) from None
        else:
            value = _changed(inner, rest[0], rest[1:], value)
    return replace(record, **{name: value})


# In a file


def fields_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a RunConfig that the keys of a run in a file give, but for its own problem.

    Raises:
        InputError: a table that has another key, or lacks one; or a value that may not stand there.
    """
    plain = [f for f in RunConfig.__struct_fields__ if f not in (*APART, *INNER_FIELDS)]
    given = {name: row[name] for name in plain if name in row}
    if WARMUP in row:
        given |= _warmup(row[WARMUP])
    if DECAY in row:
        given |= _decay(row[DECAY])
    wrappers = {name: _wrapper(WRAPPERS[name], row[name]) for name in WRAPPERS if name in row}
    given["wrappers"] = {name: knobs for name, knobs in wrappers.items() if knobs is not None}
    return given


def _warmup(found: object) -> dict[str, Any]:
    if not isinstance(found, Mapping):
        table: Mapping[Any, Any] = {"part": found}
    else:
        table = found
        if not table.keys() & {*EITHER[WARMUP]} and table.keys() <= WARMUP_FIELDS.keys():
            example = f"{{ steps = 200{''.join(f', {k} = {v}' for k, v in table.items())} }}"
            what = f"{', '.join(table) or 'nothing'} alone"
            raise InputError(f"warmup: found {what}, allowed: with part or steps, as {example}")
    given = {}
    for name, value in table.items():
        if name not in WARMUP_FIELDS:
            raise inside(WARMUP, InputError(unknown("key", name, WARMUP_FIELDS)))
        field = WARMUP_FIELDS[name]
        try:
            RunConfig(**{field: value})
        except InputError as error:
            if isinstance(found, Mapping):
                raise InputError(f"warmup: {name}{str(error).removeprefix(field)}") from None
            allowed = f"{error}, or a table, as {{ steps = 200, start = 0.01 }}"
            raise InputError(allowed) from None
        given[field] = value
    return given


def _decay(found: object) -> dict[str, Any]:
    if not isinstance(found, Mapping):
        return {"decay": found}
    knobs = {name: value for name, value in found.items() if name != "name"}
    try:
        schedule = SCHEDULES.find(found.get("name", "none"))
    except InputError as error:
        raise inside(DECAY, error) from None
    for name in knobs:
        if refusal := without(schedule, name):
            raise InputError(f"{DECAY}: {refusal}")
    return {"decay": schedule.name, "decay_knobs": knobs}


def without(schedule: Schedule, knob: object) -> str:
    """Why a decay has no such knob, where others have it: one line on what to type."""
    if any(h.name == knob for h in schedule.knobs):
        return ""
    having = [s.name for s in SCHEDULES.values() if any(h.name == knob for h in s.knobs)]
    if not having:
        return ""
    return (
        f"{schedule.name} has no {knob}, allowed with: {', '.join(having)}; "
        f"set decay to one of them too, as in decay={having[0]}"
    )


def _wrapper(wrapper: Wrapper, found: object) -> dict[str, Any] | None:
    """Its hyperparameters that are given, or None where it is off."""
    if isinstance(found, bool):
        return {} if found else None
    if isinstance(found, Mapping):
        return dict(found)
    knobs = wrapper.hyperparameters
    if knobs and isinstance(found, int | float):
        return {knobs[0].name: found}
    raise InputError(f"{wrapper.name}: found {show(found)}, allowed: {allowed_of(wrapper)}")


def allowed_of(wrapper: Wrapper) -> str:
    """What may stand in a file for a wrapper, in words."""
    knobs: tuple[Hyperparameter, ...] = wrapper.hyperparameters
    if not knobs:
        return "true or false"
    names = ", ".join(h.name for h in knobs)
    return f"true, false, {knobs[0].name} alone, or a table with {names}"


def spell_out(row: dict[str, Any], key: str) -> None:
    """Makes a table of what may stand for one in the row of a run, if it does.

    Only of what can be right: anything else is left for whoever reads it.
    """
    found = row.get(key)
    if key == WARMUP and isinstance(found, int | float):
        row[key] = {"part": found}
    elif key == DECAY and isinstance(found, str):
        row[key] = {"name": found}
    elif key in WRAPPERS and isinstance(found, int | float):
        if isinstance(found, bool):
            row[key] = {}
        elif knobs := WRAPPERS[key].hyperparameters:
            row[key] = {knobs[0].name: found}


def put(row: dict[str, Any], key: str, value: Any) -> None:
    """Gives the row of a run another value for what may be a table there already."""
    if not isinstance(there := row.get(key), dict) or isinstance(value, Mapping):
        row[key] = value
    elif key == WARMUP:
        choose(there, key, "part", value)
    elif key == DECAY:
        old, new = there.get("name", "none"), value
        if old in SCHEDULES and new in SCHEDULES and old != new:
            knobs = _kept(there, SCHEDULES[old], SCHEDULES[new])
            own = {h.name for h in SCHEDULES[old].knobs}
            others = {k: v for k, v in there.items() if k not in {*own, "name"}}
            there.clear()
            there |= knobs | others
        there["name"] = value
    elif key in WRAPPERS and value is not True:
        knobs_of = WRAPPERS[key].hyperparameters
        if knobs_of and value is not False:
            there[knobs_of[0].name] = value
        else:
            row[key] = value
    elif key not in WRAPPERS:
        row[key] = value


def choose(table: dict[str, Any], key: str, inner: str, value: Any) -> None:
    """Sets a key in the table of a run's key; what it takes the place of goes."""
    either = EITHER.get(key, ())
    if inner in either and inner not in table:
        for other in either:
            table.pop(other, None)
        if inner == "value":
            table.pop("per", None)
    table[inner] = value
