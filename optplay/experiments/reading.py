"""Presets as TOML files."""

import errno
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from optplay.errors import InputError, show, unknown, within
from optplay.experiments.claims import Claim
from optplay.experiments.edits import DEFAULT_RULE, apply_edit, is_rate
from optplay.experiments.folders import known_files, path_of
from optplay.experiments.keys import run_keys
from optplay.experiments.labels import follow_rules
from optplay.experiments.places import fields_of
from optplay.experiments.preset import MOST_RUNS, MOST_SEEDS, Preset, Run, Seed, Try, with_runs
from optplay.files import other_than_file, read_bytes
from optplay.optim import OPTIMIZERS
from optplay.problems import problem_of
from optplay.records import describe
from optplay.toml import parse_toml
from optplay.training import RunConfig

LARGEST_FILE = 1_000_000
DEFAULT_EPOCHS = RunConfig().epochs
FILE_KEYS = (
    "title", "group", "question", "lesson", "seeds", "epochs", "charts", "at_steps", "gone",
    "problem", "runs", "claims", "try",
)  # fmt: skip
# Those of a file that are tables, which are read apart.
TABLES = ("problem", "runs", "claims", "try")


def load(
    preset: str,
    *,
    seeds: object = None,
    seed: object = None,
    epochs: Any = None,
    edits: Sequence[str] = (),
) -> Preset:
    """The preset of this name or in this file.

    Args:
        preset: a name, or a path to a TOML file.
        seeds, epochs: in place of those of the preset.
        seed: the one seed to use, in place of `seeds`.
        edits: `LABEL.key=value` for one run, `*.key=value` for all. The value is TOML, a bare
            word is a text, and `none` takes the key out. A new optimizer comes with its own
            learning rate and drops the hyperparameters that only the old one has; a run named after
            the old one has the new one's name then, and claims on it are void.

    Raises:
        InputError: no such preset or file, or anything wrong in it.
    """
    path = path_of(preset)
    table = _read(path, preset)
    with within(preset):
        return _changed(table, path.stem, seeds, seed, epochs, edits)


def changed(text: str, name: str, *, epochs: int | None, edits: Sequence[str]) -> Preset:
    """The preset that this text of a TOML file describes, with changes as for `load`.

    Raises:
        InputError: anything wrong in it or in them.
    """
    return _changed(parse_toml(text), name, None, None, epochs, edits)


def _changed(
    table: dict[str, Any], name: str, seeds: object, seed: object, epochs: Any,
    edits: Sequence[str],
) -> Preset:  # fmt: skip
    if seeds is not None:
        if not (isinstance(seeds, int) and 1 <= seeds <= MOST_SEEDS):
            allowed = f"a whole number, 1 to {MOST_SEEDS:,}"
            raise InputError(f"--seeds: found {show(seeds)}, allowed: {allowed}")
        table["seeds"] = seeds
    if seed is not None:
        if not (isinstance(seed, int) and 0 <= seed < 2**63):
            raise InputError(f"--seed: found {show(seed)}, allowed: {describe(Seed)}")
        table["seeds"] = [seed]
    if epochs is not None:
        try:
            table["epochs"] = RunConfig(epochs=epochs).epochs
        except InputError as error:
            raise InputError(f"--{error}") from None
        if isinstance(table.get("problem"), dict):
            table["problem"].pop("steps", None)
    rules = _rules(table)
    # Rates last: a rule brings one.
    for edit in sorted(edits, key=is_rate):
        with within(f"--set {edit}"):
            apply_edit(table, edit)
    return _preset(name, table, rules)


def _rules(table: dict[str, Any]) -> list[object]:
    """The optimizer of each run in a table; anything may stand there."""
    runs = table.get("runs")
    rows = runs if isinstance(runs, list) else []
    return [row.get("optimizer", DEFAULT_RULE) if isinstance(row, dict) else None for row in rows]


def parse(text: str, name: str) -> Preset:
    """The preset that this text of a TOML file describes.

    Raises:
        InputError: anything wrong in it.
    """
    return _preset(name, parse_toml(text))


def _read(path: Path, asked: str) -> dict[str, Any]:
    if not asked:
        raise InputError("PRESET: found '', allowed: a preset's name or a TOML file")
    try:
        if not path.exists():
            if path.suffix or len(path.parts) > 1:
                raise InputError(f"{asked}: no such file")
            raise InputError(unknown("preset", asked, known_files()))
        if found := other_than_file(path):
            raise InputError(f"{asked}: found {found}, allowed: a preset's name or a TOML file")
        raw = read_bytes(path, LARGEST_FILE)
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        if isinstance(error, OSError) and error.errno == errno.EFBIG:
            raise InputError(f"{asked}: {error.strerror}, allowed: a TOML file") from None
        why = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{asked[:200]}: cannot be read: {why}") from None
    try:
        return parse_toml(raw.decode())
    except (InputError, UnicodeDecodeError) as error:
        why = str(error) if isinstance(error, InputError) else f"not a TOML file: {error}"
        raise InputError(f"{asked}: {why}") from None


def _preset(name: str, table: dict[str, Any], rules: Sequence[object] | None = None) -> Preset:
    """The preset that a table describes; `rules` are the optimizers that its runs had before."""
    for key in table:
        if key not in FILE_KEYS:
            raise InputError(unknown("key", key, FILE_KEYS))
    top = {k: v for k, v in table.items() if k not in (*TABLES, "epochs")}
    if isinstance(top.get("seeds"), int):
        top["seeds"] = _seeds(top["seeds"])
    if "title" not in top:
        raise InputError("title is missing: a text")
    shared = _tables(table, "problem", single=True)[0]
    rows = _tables(table, "runs")
    if not rows:
        raise InputError("runs: found none, allowed: at least one [[runs]] table")
    if len(rows) > MOST_RUNS:
        raise InputError(f"runs: found {len(rows):,}, allowed: up to {MOST_RUNS:,}")
    epochs = _epochs(table, shared, rows)
    runs = tuple(_run(row, i, shared, epochs) for i, row in enumerate(rows, 1))
    claims = []
    for number, row in enumerate(_tables(table, "claims"), 1):
        with within(f"claims[{number}]"):
            claims.append(Claim.of(row))
    tries = []
    for number, row in enumerate(_tables(table, "try"), 1):
        with within(f"try[{number}]"):
            tries.append(Try.of(row))
    preset = Preset(name=name, runs=runs, claims=tuple(claims), tries=tuple(tries), **top)
    return preset if rules is None else with_runs(preset, follow_rules(rules, runs))


def _epochs(table: dict[str, Any], shared: dict[str, Any], rows: list[dict[str, Any]]) -> object:
    """What the runs take as `epochs`; on surfaces `steps` stands for it, taken out of `shared`."""
    if "steps" not in shared:
        return table.get("epochs", DEFAULT_EPOCHS)
    steps = shared.pop("steps")
    own = [row.get("problem") for row in rows]
    if not any("surface" in place for place in (shared, *own) if isinstance(place, dict)):
        raise InputError("problem: steps: found without surface, allowed: with it")
    if "epochs" in table:
        raise InputError("problem: steps: found with epochs, allowed: one of the two")
    try:
        return RunConfig(epochs=steps).epochs
    except InputError as error:
        raise InputError(f"problem: steps: {str(error).removeprefix('epochs: ')}") from None


def _seeds(found: int) -> object:
    if isinstance(found, bool):
        return found
    if not 1 <= found <= MOST_SEEDS:
        raise InputError(f"seeds: found {show(found)}, allowed: 1 to {MOST_SEEDS:,}, or a list")
    return tuple(range(found))


def _tables(table: dict[str, Any], key: str, *, single: bool = False) -> list[dict[str, Any]]:
    found = table.get(key, {} if single else [])
    rows = [found] if single else found
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        kind = f"a [{key}] table" if single else f"[[{key}]] tables"
        raise InputError(f"{key}: found {show(found)}, allowed: {kind}")
    return rows


def _run(row: dict[str, Any], number: int, shared: dict[str, Any], epochs: object) -> Run:
    where = f"runs[{number}]"
    if isinstance(row.get("label"), str):
        where += f" ({row['label'][:40]})"
    with within(where):
        special = {"label", "optimizer", "problem", "fork", *run_keys()}
        own = row.get("problem", {})
        if not isinstance(own, dict):
            raise InputError(f"problem: found {show(own)}, allowed: a table")
        if "steps" in own:
            raise InputError("problem: steps: the same for all runs, allowed in [problem]")
        if "label" not in row:
            raise InputError("label is missing: a text")
        optimizer = row.get("optimizer", DEFAULT_RULE)
        hyperparameters = {key: value for key, value in row.items() if key not in special}
        names = OPTIMIZERS.find(optimizer).knobs
        for key in hyperparameters:
            if key not in names:
                allowed = [*names, *sorted(special)]
                raise InputError(unknown(f"key of a run with {optimizer}", key, allowed))
        with within("problem"):
            problem = problem_of({**shared, **own})
        config = RunConfig(
            problem=problem, optimizer=optimizer, hyperparameters=hyperparameters,
            epochs=epochs, **fields_of(row),  # type: ignore[arg-type]  # RunConfig checks them
        )  # fmt: skip
        run = Run(label=row["label"], config=config, fork=row.get("fork"))
    return run
