"""Presets as files, and as the command that gives one from another."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from optplay.errors import InputError
from optplay.experiments.claims import Claim
from optplay.experiments.edits import edit_text, split_edit, toml
from optplay.experiments.folders import MINE
from optplay.experiments.keys import PROBLEM, RATE, entries, keys, told, usuals
from optplay.experiments.labels import follow_rules
from optplay.experiments.places import DECAY, spell_out, value_at, with_value
from optplay.experiments.preset import Preset, Run
from optplay.experiments.reading import LARGEST_FILE, parse
from optplay.files import write_text
from optplay.gate import line
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
    epochs, count = preset.runs[0].config.epochs, len(preset.seeds)
    top = {
        "title": preset.title,
        "group": preset.group if preset.group != MINE else None,
        "question": preset.question or None,
        "lesson": preset.lesson or None,
        "seeds": count if preset.seeds == tuple(range(count)) else preset.seeds,
        "epochs": None if preset.on_surface else epochs,
        "charts": preset.charts,
        "at_steps": preset.at_steps or None,
        "gone": preset.gone or None,
    }
    rows = [_row(run) for run in preset.runs]
    problems = [row.pop("problem", {}) for row in rows]
    shared = {k: v for k, v in problems[0].items() if all(p.get(k) == v for p in problems)}
    shared |= {"steps": epochs} if preset.on_surface else {}
    lines = _lines(top)
    if shared:
        lines += ["", "[problem]", *_lines(shared)]
    for row, problem in zip(rows, problems, strict=True):
        own = {k: v for k, v in problem.items() if k not in shared}
        lines += ["", "[[runs]]", *_lines(row | {"problem": own or None})]
    for claim in preset.claims:
        lines += ["", "[[claims]]", *_lines(_claim(claim))]
    for one in preset.tries:
        row = {"text": one.text, "set": one.set or None, "epochs": one.epochs}
        lines += ["", "[[try]]", *_lines(row | {"preset": one.preset or None})]
    return "\n".join(lines) + "\n"


def command(preset: Preset, opened: str, original: Preset) -> str | None:
    """The `optplay run` that gives this preset, or None if its options can't say it.

    Args:
        preset: what it is to give.
        opened: a preset's name or file, and original: what `load(opened)` gives.
    """
    if len(preset.runs) != len(original.runs):
        return None
    configured = [
        msgspec.structs.replace(old, config=new.config)
        for new, old in zip(preset.runs, original.runs, strict=True)
    ]
    named = follow_rules([run.config.optimizer for run in original.runs], configured)
    free = ("seeds", "runs", "gone")
    others = [name for name in Preset.__struct_fields__ if name not in free]
    if named != preset.runs or any(getattr(preset, n) != getattr(original, n) for n in others):
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
    edits = {old.label: _edits(new.config, old.config) for new, old in pairs}
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
    text = shlex.join(words)
    # A file's name may hold anything, which a terminal it is pasted into would do.
    return text if text == line(text) else None


def _edits(new: RunConfig, old: RunConfig) -> dict[str, str]:
    """The keys that `--set` has to change, in order, with their values."""
    # As `--set` does: of a decay's knobs those that both have are kept.
    before, changes = entries(with_value(old, DECAY, new.decay)) | {DECAY: old.decay}, {}
    if new.optimizer != old.optimizer:
        before.pop(RATE)
    usual_before, usual_now = usuals(old), usuals(new)
    known = {key.name: key for key in keys(new)}
    for name, value in entries(new).items():
        if name in known and any(value_at(new, other) for other in known[name].instead):
            continue  # It goes off when that comes on.
        # What stands at its default may be left out of the file: a new rule brings another one.
        unsaid = value == usual_before.get(name) != usual_now[name]
        if unsaid or value != before.get(name, usual_now[name]):
            changes[name] = value
    return {_place(name, value): edit_text(value) for name, value in changes.items()}


def _place(name: str, value: object) -> str:
    """Where `--set` changes a key: a whole record, as `clip`, is taken out with its only key."""
    return name if value is not None or name.startswith(PROBLEM) else name.partition(".")[0]


def _row(run: Run) -> dict[str, Any]:
    row: dict[str, Any] = {"label": run.label}
    for name, value in told(run.config).items():
        *tables, last = name.split(".")
        place = row
        if tables:
            spell_out(row, tables[0])
        for table in tables:
            place = place.setdefault(table, {})
        place[last] = value
    problem = row.pop("problem", {})
    return row | {"fork": run.fork and msgspec.to_builtins(run.fork), "problem": problem}


def _claim(claim: Claim) -> dict[str, Any]:
    row = {"text": claim.text, "source": claim.source or None, "metric": claim.metric}
    return row | {"at": claim.at, "left": claim.left, "is": claim.is_, "right": claim.right}


def _lines(table: Mapping[str, Any]) -> list[str]:
    return [f"{key} = {toml(value)}" for key, value in table.items() if value is not None]
