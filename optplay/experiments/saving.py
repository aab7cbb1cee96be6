"""Presets as files, and as the command that gives one from another."""

import json
import shlex
from pathlib import Path
from typing import Any

import msgspec

from optplay.errors import InputError
from optplay.experiments.claims import Claim
from optplay.experiments.edits import edit_value, split_edit
from optplay.experiments.preset import RUN_KEYS, Preset, Run
from optplay.experiments.reading import LARGEST_FILE, parse
from optplay.files import write_text
from optplay.problems import Problem, SurfaceProblem
from optplay.training import RunConfig


def save(preset: Preset, path: Path, *, overwrite: bool = False) -> None:
    """Writes a preset as a TOML file, into a folder that is made if need be.

    The file is complete or not there, and it is known to load before it replaces another.

    Raises:
        InputError: the file is there already and may not be overwritten, or would not load.
        OSError: the folder or the file can't be written.
    """
    if path.exists() and not overwrite:
        raise InputError(f"{path}: there is such a file already")
    text = to_toml(preset)
    raw = text.encode(errors="replace")
    if len(raw) > LARGEST_FILE or parse(raw.decode(), preset.name) != preset:
        raise InputError(f"{path}: not written, because it would not load as the same preset")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, text)


def to_toml(preset: Preset) -> str:
    """The preset as the text of a TOML file, without what is at its default."""
    first = preset.runs[0].config
    lines = [f"title = {_toml(preset.title)}"]
    lines += [f"question = {_toml(preset.question)}"] if preset.question else []
    lines += [f"lesson = {_long(preset.lesson)}"] if preset.lesson else []
    count = len(preset.seeds)
    seeds = count if preset.seeds == tuple(range(count)) else preset.seeds
    lines += [f"seeds = {_toml(seeds)}"]
    lines += [] if preset.on_surface else [f"epochs = {first.epochs}"]
    lines += [f"charts = {_toml(preset.charts)}"]
    lines += [f"at_steps = {_toml(preset.at_steps)}"] if preset.at_steps else []
    problems = [_problem(run.config.problem) for run in preset.runs]
    shared = {k: v for k, v in problems[0].items() if all(p.get(k) == v for p in problems)}
    shared |= {"steps": first.epochs} if preset.on_surface else {}
    if shared:
        lines += _table("[problem]", shared)
    for run, problem in zip(preset.runs, problems, strict=True):
        own = {k: v for k, v in problem.items() if k not in shared}
        lines += _table("[[runs]]", _row(run) | ({"problem": own} if own else {}))
    for claim in preset.claims:
        lines += _table("[[claims]]", _claim(claim))
    return "\n".join(lines) + "\n"


def command(preset: Preset, opened: str, original: Preset) -> str | None:
    """The `optplay run` that gives this preset, or None if its options can't say it.

    Args:
        preset: what it is to give.
        opened: a preset's name or file, and original: what `load(opened)` gives.
    """
    ways = [[(run.label, run.fork) for run in p.runs] for p in (preset, original)]
    if ways[0] != ways[1] or not _changes(preset, original).keys() <= {"seeds", "runs"}:
        return None
    words = ["optplay", "run", opened]
    if preset.seeds != original.seeds:
        count = len(preset.seeds)
        if preset.seeds == tuple(range(count)):
            words += ["--seeds", str(count)]
        elif count == 1:
            words += ["--seed", str(preset.seeds[0])]
        else:
            return None
    if (epochs := preset.runs[0].config.epochs) != original.runs[0].config.epochs:
        words += ["--epochs", str(epochs)]
    pairs = zip(preset.runs, original.runs, strict=True)
    edits = {new.label: _edits(new.config, old.config) for new, old in pairs}
    first = next(iter(edits.values()))
    common = {k: v for k, v in first.items() if all(e.get(k) == v for e in edits.values())}
    wanted = [("*", key, value) for key, value in common.items()]
    wanted += [
        (label, key, value)
        for label, changes in edits.items()
        for key, value in changes.items()
        if key not in common
    ]
    for label, key, value in wanted:
        edit = f"{label}.{key}={value}"
        # A label of stars, dots and equals signs may read as something else.
        read = split_edit(edit, edits)
        if read != (label, key.split("."), value) or (label == "*" and key not in common):
            return None
        words += ["--set", edit]
    return None if "\0" in "".join(words) else shlex.join(words)


def _edits(new: RunConfig, old: RunConfig) -> dict[str, str]:
    """The keys that `--set` has to change, in order, with their values."""
    changes: dict[str, object] = {}
    # A file that leaves a key out gets the new rule's default, else what it says is kept.
    unsure = [old]
    if new.optimizer != old.optimizer:
        changes["optimizer"] = new.optimizer
        unsure.append(RunConfig(optimizer=new.optimizer))
    for name, value in new.hyperparameters.items():
        if any(config.hyperparameters.get(name, value) != value for config in unsure):
            changes[name] = value
    for name in RUN_KEYS:
        value = getattr(new, name)
        if any(getattr(config, name) != value for config in unsure[: 1 + (name == "weight_decay")]):
            changes[name] = value
    if "clip" in changes and new.clip:
        del changes["clip"]
        changes |= {f"clip.{k}": v for k, v in msgspec.to_builtins(new.clip).items()}
    changes |= {f"problem.{key}": value for key, value in _problem_edits(new, old).items()}
    return {key: _edit_text(value) for key, value in changes.items()}


def _problem(problem: Problem | SurfaceProblem) -> dict[str, Any]:
    """The keys of a problem that are not at their defaults, and the surface if it is one."""
    if isinstance(problem, SurfaceProblem):
        plain = SurfaceProblem(surface=problem.surface)
        return {"surface": problem.surface} | _changes(problem, plain)
    return _changes(problem, Problem())


def _problem_edits(new: RunConfig, old: RunConfig) -> dict[str, Any]:
    changes = _changes(new.problem, old.problem)
    if isinstance(new.problem, SurfaceProblem) and "surface" in changes:
        # As with a new rule: what the file leaves out gets the new surface's default.
        changes |= _changes(new.problem, SurfaceProblem(surface=new.problem.surface))
    return changes


def _changes(new: msgspec.Struct, old: msgspec.Struct) -> dict[str, Any]:
    names = type(new).__struct_fields__
    return {n: v for n in names if (v := getattr(new, n)) != getattr(old, n)}


def _row(run: Run) -> dict[str, Any]:
    config, plain = run.config, RunConfig(optimizer=run.config.optimizer)
    knobs = config.hyperparameters.items()
    row = {"label": run.label, "optimizer": config.optimizer}
    row |= {k: v for k, v in knobs if k == "lr" or v != plain.hyperparameters[k]}
    row |= {k: v for k, v in _changes(config, plain).items() if k in RUN_KEYS}
    return row | ({"fork": run.fork} if run.fork else {})


def _claim(claim: Claim) -> dict[str, Any]:
    row = {"text": claim.text, "source": claim.source, "metric": claim.metric, "at": claim.at}
    row |= {"left": claim.left, "is": claim.is_, "right": claim.right}
    return {k: v for k, v in row.items() if v not in (None, "")}


def _table(header: str, rows: dict[str, Any]) -> list[str]:
    return ["", header, *(f"{key} = {_toml(value)}" for key, value in rows.items())]


def _toml(value: object) -> str:
    """A value in TOML, on one line; a record as an inline table."""
    value = msgspec.to_builtins(value)
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {_toml(v)}" for k, v in value.items()) + " }"
    # JSON and TOML spell texts, numbers and lists alike, but for one control character.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")


def _long(text: str) -> str:
    """A text over several lines where it has several."""
    if "\n" not in text:
        return _toml(text)
    lines = [_toml(line)[1:-1].replace('\\"', '"') for line in text.split("\n")]
    return '"""\n' + "\n".join(lines).replace('"""', '""\\"') + '"""'


def _edit_text(value: object) -> str:
    if value is None:
        return "none"
    # A bare word needs no quotes, unless it would be read as something else.
    return value if isinstance(value, str) and edit_value(value) == value else _toml(value)
