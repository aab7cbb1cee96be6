"""Presets: TOML files, each with a question, runs to compare, and claims."""

import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from optplay.checked import Checked
from optplay.errors import InputError, inside, show, unknown
from optplay.experiments.claims import Claim
from optplay.optim import find_optimizer
from optplay.problems import Problem
from optplay.training import QUANTITIES, RunConfig, refuse_too_large

LARGEST_FILE = 1_000_000
RUN_KEYS = ("warmup", "decay", "clip", "weight_decay", "l2")
Seed = Annotated[int, Meta(ge=0, le=2**63 - 1)]


class Run(Checked, frozen=True, kw_only=True):
    """One run of a preset: its label, and its configuration for seed 0."""

    label: Annotated[str, Meta(min_length=1, max_length=60)]
    config: RunConfig


class Preset(Checked, frozen=True, kw_only=True):
    """A question, the runs that answer it, and what is claimed of them."""

    name: str
    title: Annotated[str, Meta(min_length=1, max_length=200)]
    question: str = ""
    lesson: str = ""
    seeds: Annotated[tuple[Seed, ...], Meta(min_length=1, max_length=10_000)] = (0,)
    charts: tuple[str, ...] = ("loss", "accuracy")
    at_steps: Annotated[tuple[Annotated[int, Meta(ge=1, le=10**12)], ...], Meta(max_length=20)] = ()
    runs: Annotated[tuple[Run, ...], Meta(min_length=1, max_length=1000)]
    claims: tuple[Claim, ...] = ()

    def configs(self) -> list[RunConfig]:
        """All runs with all seeds, run by run.

        Raises:
            InputError: more than this machine can hold or finish.
        """
        refuse_too_large([run.config for run in self.runs], len(self.seeds))
        configs = [
            msgspec.structs.replace(run.config, seed=seed)
            for run in self.runs
            for seed in self.seeds
        ]
        return configs


FILE_KEYS = (
    "title", "question", "lesson", "seeds", "epochs", "charts", "at_steps", "problem", "runs",
    "claims",
)  # fmt: skip


def preset_files() -> dict[str, Path]:
    """The presets that come with optplay, by name: from the wheel, or from a checkout."""
    for folder in (Path(str(files("optplay"))) / "presets", Path(__file__).parents[2] / "presets"):
        if folder.is_dir():
            return {path.stem: path for path in sorted(folder.glob("*.toml"))}
    return {}


def load(
    preset: str,
    *,
    seeds: int | None = None,
    epochs: int | None = None,
    edits: Sequence[str] = (),
) -> Preset:
    """The preset of this name or in this file.

    Args:
        preset: a name, or a path to a TOML file.
        seeds, epochs: in place of those of the preset.
        edits: `LABEL.key=value` for one run, `*.key=value` for all; the value is TOML.

    Raises:
        InputError: no such preset or file, or anything wrong in it.
    """
    known = preset_files()
    path = known.get(preset) or Path(preset)
    table = _read(path, preset, known)
    if seeds is not None:
        table["seeds"] = seeds
    if epochs is not None:
        table["epochs"] = epochs
    try:
        for edit in edits:
            try:
                _edit(table, edit)
            except InputError as error:
                raise inside(f"--set {edit}", error) from None
        return _preset(path.stem, table)
    except InputError as error:
        raise inside(preset, error) from None


def _read(path: Path, asked: str, known: Mapping[str, Path]) -> dict[str, Any]:
    try:
        if not path.exists():
            if path.suffix or len(path.parts) > 1:
                raise InputError(f"{asked}: no such file")
            raise InputError(unknown("preset", asked, known))
        if path.is_dir():
            raise InputError(f"{asked}: found a directory, allowed: a preset's name or a TOML file")
        with path.open("rb") as file:
            raw = file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{asked[:200]}: cannot be read: {reason}") from None
    if len(raw) > LARGEST_FILE:
        raise InputError(f"{asked}: found more than {LARGEST_FILE:,} bytes, allowed: a TOML file")
    try:
        return tomllib.loads(raw.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"{asked}: not a TOML file: {first}") from None


def _edit(table: dict[str, Any], edit: str) -> None:
    left, equals, text = edit.partition("=")
    runs = table.get("runs")
    runs = [r for r in runs if isinstance(r, dict)] if isinstance(runs, list) else []
    labels = ["*", *(str(r.get("label")) for r in runs)]
    fitting = [label for label in labels if left.startswith(label + ".")]
    if not equals or not fitting:
        wanted = left.rpartition(".")[0] or left
        raise InputError(unknown("run", wanted, labels) + " (LABEL.key=value)")
    label = max(fitting, key=len)
    keys = left[len(label) + 1 :].strip().split(".")
    for run in runs:
        if label in ("*", str(run.get("label"))):
            place = run
            for key in keys[:-1]:
                place = place.setdefault(key, {})
                if not isinstance(place, dict):
                    raise InputError(f"{key}: found {show(place)}, allowed: a table")
            place[keys[-1]] = _value(text.strip())


def _value(text: str) -> Any:
    """A TOML value; a bare word is a text."""
    try:
        found = tomllib.loads(f"value = {text}")
    except tomllib.TOMLDecodeError:
        return text
    except (ValueError, RecursionError):
        raise InputError(f"found {show(text)}, allowed: a number, a text or a list") from None
    if len(found) > 1:
        raise InputError(f"found {show(text)}, allowed: one value")
    return found["value"]


def _preset(name: str, table: dict[str, Any]) -> Preset:
    for key in table:
        if key not in FILE_KEYS:
            raise InputError(unknown("key", key, FILE_KEYS))
    top = {k: v for k, v in table.items() if k not in ("problem", "runs", "claims", "epochs")}
    if "seeds" in top:
        top["seeds"] = _seeds(top["seeds"])
    if "title" not in top:
        raise InputError("title is missing: a text")
    shared = _tables(table, "problem", single=True)[0]
    rows = _tables(table, "runs")
    if not rows:
        raise InputError("runs: found none, allowed: at least one [[runs]] table")
    runs = tuple(_run(row, i, shared, table.get("epochs", 300)) for i, row in enumerate(rows, 1))
    labels = [run.label for run in runs]
    for label, count in Counter(labels).items():
        if count > 1:
            raise InputError(f"runs: found the label {label!r} twice, allowed: once")
    claims = tuple(_claim(row, i, runs) for i, row in enumerate(_tables(table, "claims"), 1))
    preset = Preset(name=name, runs=runs, claims=claims, **top)
    for chart in preset.charts:
        if chart not in QUANTITIES:
            raise inside("charts", InputError(unknown("chart", chart, QUANTITIES)))
    return preset


def _seeds(found: object) -> object:
    if isinstance(found, int) and not isinstance(found, bool):
        if not 1 <= found <= 10_000:
            raise InputError(f"seeds: found {show(found)}, allowed: 1 to 10,000, or a list")
        return tuple(range(found))
    if isinstance(found, list) and len(set(map(repr, found))) < len(found):
        raise InputError(f"seeds: found {show(found)}, allowed: each seed once")
    return found


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
    try:
        special = {"label", "optimizer", "problem", *RUN_KEYS}
        own = row.get("problem", {})
        if not isinstance(own, dict):
            raise InputError(f"problem: found {show(own)}, allowed: a table")
        if "label" not in row:
            raise InputError("label is missing: a text")
        given = {key: row[key] for key in RUN_KEYS if key in row}
        optimizer = row.get("optimizer", "adam")
        knobs = {key: value for key, value in row.items() if key not in special}
        names = [h.name for h in find_optimizer(optimizer).hyperparameters]
        for key in knobs:
            if key not in names:
                allowed = [*names, *sorted(special)]
                raise InputError(unknown(f"key of a run with {optimizer}", key, allowed))
        try:
            problem = Problem.of({**shared, **own})
        except InputError as error:
            raise inside("problem", error) from None
        config = RunConfig(
            problem=problem, optimizer=optimizer, hyperparameters=knobs,
            epochs=epochs, **given,  # type: ignore[arg-type]  # RunConfig checks them
        )  # fmt: skip
        return Run(label=row["label"], config=config)
    except InputError as error:
        raise inside(where, error) from None


def _claim(row: dict[str, Any], number: int, runs: Sequence[Run]) -> Claim:
    try:
        claim = Claim.of(row)
        problems = {run.label: run.config.problem for run in runs}
        for name, end in (("left", claim.left), ("right", claim.right)):
            if isinstance(end, str) and end not in problems:
                raise inside(name, InputError(unknown("run", end, problems)))
            if "test" in claim.metric and isinstance(end, str) and not problems[end].test_count:
                raise InputError(
                    f"metric: found {claim.metric}, but {end} holds out no samples (test_fraction)"
                )
        return claim
    except InputError as error:
        raise inside(f"claims[{number}]", error) from None
