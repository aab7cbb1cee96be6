"""Presets: TOML files, each with a question, runs to compare, and claims."""

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from optplay.analysis.steps import CORRECTION
from optplay.checked import Checked, describe
from optplay.errors import InputError, inside, show, unknown
from optplay.experiments.claims import Claim
from optplay.experiments.metrics import METRICS
from optplay.optim import find_optimizer, optimizers
from optplay.problems import problem_of
from optplay.training import QUANTITIES, RunConfig, refuse_too_large

LARGEST_FILE = 1_000_000
MOST_SEEDS = 10_000
DEFAULT_EPOCHS = RunConfig().epochs
RUN_KEYS = ("warmup", "decay", "clip", "weight_decay", "l2")
# What a run can't have of its own, and the option that sets it for all.
OPTIONS = {
    "epochs": "--epochs", "problem.steps": "--epochs", "seed": "--seed", "seeds": "--seeds",
}  # fmt: skip
Seed = Annotated[int, Meta(ge=0, le=2**63 - 1)]


class Fork(Checked, frozen=True, kw_only=True):
    """Where a run leaves another one, to go on from there with its own configuration."""

    run: Annotated[str, Meta(description="the run that this one goes on from")]
    epoch: Annotated[
        int, Meta(ge=1, le=10_000_000, description="the epoch after which it leaves that run")
    ]


class Run(Checked, frozen=True, kw_only=True):
    """One run of a preset: its label, its configuration for seed 0, and where it forks."""

    label: Annotated[str, Meta(min_length=1, max_length=60)]
    config: RunConfig
    fork: Fork | None = None

    @property
    def forked_at(self) -> int:
        """How many of its epochs it takes over from another run."""
        return self.fork.epoch if self.fork else 0


class Preset(Checked, frozen=True, kw_only=True):
    """A question, the runs that answer it, and what is claimed of them.

    Raises:
        InputError: on construction, also where one part doesn't fit another, such as a claim on a
            run that isn't there.
    """

    name: str
    title: Annotated[str, Meta(min_length=1, max_length=200)]
    question: str = ""
    lesson: str = ""
    seeds: Annotated[tuple[Seed, ...], Meta(min_length=1, max_length=MOST_SEEDS)] = (0,)
    charts: tuple[str, ...] = ("loss", "accuracy")
    at_steps: Annotated[tuple[Annotated[int, Meta(ge=1, le=10**12)], ...], Meta(max_length=20)] = ()
    runs: Annotated[tuple[Run, ...], Meta(min_length=1, max_length=1000)]
    claims: tuple[Claim, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(set(self.seeds)) < len(self.seeds):
            raise InputError(f"seeds: found {show(list(self.seeds))}, allowed: each seed once")
        for chart in self.charts:
            if chart not in QUANTITIES:
                raise inside("charts", InputError(unknown("chart", chart, QUANTITIES)))
        for label, count in Counter(run.label for run in self.runs).items():
            if count > 1:
                raise InputError(f"runs: found the label {label!r} twice, allowed: once")
        runs = {run.label: run for run in self.runs}
        for number, run in enumerate(self.runs, 1):
            try:
                self._check_run(run, runs)
            except InputError as error:
                raise inside(f"runs[{number}] ({run.label[:40]})", error) from None
        for number, claim in enumerate(self.claims, 1):
            try:
                _check_claim(claim, runs)
            except InputError as error:
                raise inside(f"claims[{number}]", error) from None

    def _check_run(self, run: Run, runs: Mapping[str, Run]) -> None:
        epochs = self.runs[0].config.epochs
        if run.config.epochs != epochs:
            raise InputError(f"epochs: found {run.config.epochs}, allowed: {epochs}, as all runs")
        if run.config.seed:
            raise InputError(f"seed: found {run.config.seed}, allowed: 0; a preset has `seeds`")
        if run.config.on_surface != self.on_surface:
            raise InputError(
                f"problem: found {run.config.problem.form} beside "
                f"{self.runs[0].config.problem.form}, allowed: networks only, or surfaces only"
            )
        try:
            _check_fork(run, runs)
        except InputError as error:
            raise inside("fork", error) from None

    @property
    def on_surface(self) -> bool:
        """Whether its runs go down on surfaces, where an epoch is a step; else on networks."""
        return self.runs[0].config.on_surface

    @property
    def unit(self) -> str:
        """What a person calls an epoch of its runs."""
        return "step" if self.on_surface else "epoch"

    @property
    def steps(self) -> int:
        """All the updates that running it takes; a fork makes only those after its epoch."""
        return len(self.seeds) * sum(
            run.config.steps - run.forked_at * run.config.problem.steps_per_epoch
            for run in self.runs
        )

    def configs(self) -> list[RunConfig]:
        """All runs with all seeds, run by run.

        Raises:
            InputError: more than this machine can hold or finish.
        """
        refuse_too_large([run.config for run in self.runs], len(self.seeds))
        return [
            msgspec.structs.replace(run.config, seed=seed)
            for run in self.runs
            for seed in self.seeds
        ]


def _check_fork(run: Run, runs: Mapping[str, Run]) -> None:
    if run.fork is None:
        return
    way = [run.label]
    while fork := runs[way[-1]].fork:
        if fork.run not in runs:
            # If it is another run's fork that leads nowhere, that run says so.
            if len(way) > 1:
                return
            others = [label for label in runs if label != run.label]
            raise inside("run", InputError(unknown("run", fork.run, others)))
        if fork.run in way:
            circle = " → ".join([*way, fork.run])
            raise InputError(f"run: found {circle}, allowed: no circle")
        way.append(fork.run)
    parent, epochs = runs[run.fork.run].config, run.config.epochs
    if run.fork.epoch > epochs:
        raise InputError(f"epoch: found {run.fork.epoch}, allowed: 1 to {epochs}")
    if parent.problem.sizes != run.config.problem.sizes:
        raise InputError(
            f"found {parent.problem.form} in {run.fork.run}, "
            f"allowed: {run.config.problem.form}, as in this run"
        )


def _check_claim(claim: Claim, runs: Mapping[str, Run]) -> None:
    for name, end in (("left", claim.left), ("right", claim.right)):
        if not isinstance(end, str):
            continue
        if end not in runs:
            raise inside(name, InputError(unknown("run", end, runs)))
        config = runs[end].config
        if not claim.kind.fits(config.problem):
            fitting = [m.name for m in METRICS.values() if m.fits(config.problem)]
            raise InputError(
                f"metric: found {claim.metric}, which is for {claim.kind.on}s, and {end} is on "
                f"{config.problem.form}; allowed: {', '.join(fitting)}"
            )
        if "test" in claim.metric and not config.problem.test_count:
            raise InputError(
                f"metric: found {claim.metric}, but {end} holds out no samples (test_fraction)"
            )
        if claim.metric == "uncorrected_ratio" and CORRECTION not in config.hyperparameters:
            able = [o.name for o in optimizers().values() if o.has(CORRECTION)]
            raise InputError(
                f"metric: found {claim.metric}, but {config.optimizer} of {end} has no "
                f"{CORRECTION}; allowed: {', '.join(able)}"
            )
        if claim.kind.needs == "a step" and (claim.at or 0) > (last := config.steps):
            raise InputError(f"at: found {claim.at:g}, but {end} ends with step {last}")


FILE_KEYS = (
    "title", "question", "lesson", "seeds", "epochs", "charts", "at_steps", "problem", "runs",
    "claims",
)  # fmt: skip


def preset_files() -> dict[str, Path]:
    """The presets that come with optplay, by name: from the wheel, or from a checkout."""
    for folder in (Path(str(files("optplay"))) / "presets", Path(__file__).parents[2] / "presets"):
        if folder.is_dir():
            return {
                path.stem: path
                for path in sorted(folder.glob("*.toml"), key=lambda path: path.stem)
            }
    return {}


def load(
    preset: str,
    *,
    seeds: int | None = None,
    seed: int | None = None,
    epochs: int | None = None,
    edits: Sequence[str] = (),
) -> Preset:
    """The preset of this name or in this file.

    Args:
        preset: a name, or a path to a TOML file.
        seeds, epochs: in place of those of the preset.
        seed: the one seed to use, in place of `seeds`.
        edits: `LABEL.key=value` for one run, `*.key=value` for all. The value is TOML, a bare
            word is a text, and `none` takes the key out. A new optimizer drops the
            hyperparameters that only the old one has.

    Raises:
        InputError: no such preset or file, or anything wrong in it.
    """
    known = preset_files()
    path = known.get(preset) or Path(preset)
    table = _read(path, preset, known)
    try:
        if seeds is not None:
            if not 1 <= seeds <= MOST_SEEDS:
                raise InputError(f"--seeds: found {show(seeds)}, allowed: 1 to {MOST_SEEDS:,}")
            table["seeds"] = seeds
        if seed is not None:
            if seed not in range(2**63):
                raise InputError(f"--seed: found {show(seed)}, allowed: {describe(Seed)}")
            table["seeds"] = [seed]
        if epochs is not None:
            try:
                table["epochs"] = RunConfig(epochs=epochs).epochs
            except InputError as error:
                raise InputError(f"--{error}") from None
            if isinstance(table.get("problem"), dict):
                table["problem"].pop("steps", None)
        for edit in edits:
            try:
                _edit(table, edit)
            except InputError as error:
                raise inside(f"--set {edit}", error) from None
        return _preset(path.stem, table)
    except InputError as error:
        raise inside(preset, error) from None


def parse(text: str, name: str) -> Preset:
    """The preset that this text of a TOML file describes.

    Raises:
        InputError: anything wrong in it.
    """
    return _preset(name, _table(text))


def _read(path: Path, asked: str, known: Mapping[str, Path]) -> dict[str, Any]:
    if not asked:
        raise InputError("PRESET: found '', allowed: a preset's name or a TOML file")
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
        return _table(raw.decode())
    except (InputError, UnicodeDecodeError) as error:
        reason = error if isinstance(error, InputError) else f"not a TOML file: {error}"
        raise InputError(f"{asked}: {reason}") from None


def _table(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (RecursionError, ValueError) as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"not a TOML file: {first}") from None


def split_edit(edit: str, labels: Iterable[str]) -> tuple[str, list[str], str]:
    """Label, key by key, and value of a `LABEL.key=value`, with `*` as the label of all runs.

    Raises:
        InputError: there is no such label, or no value.
    """
    names = ["*", *labels]
    fitting = [name for name in names if edit.startswith(name + ".")]
    if not fitting:
        wanted = edit.partition("=")[0]
        wanted = wanted.rpartition(".")[0] or wanted
        raise InputError(unknown("run", wanted, names) + " (LABEL.key=value)")
    # Labels may hold dots and equals signs: the longest one that leaves a key and a value.
    ways = [(name, *edit[len(name) + 1 :].partition("=")) for name in fitting]
    whole = [way for way in ways if way[2]]
    if not whole:
        raise InputError("the value is missing (LABEL.key=value): found no '='")
    label, key, _, text = max(whole, key=lambda way: len(way[0]))
    return label, key.strip().split("."), text.strip()


def _edit(table: dict[str, Any], edit: str) -> None:
    runs = table.get("runs")
    runs = [r for r in runs if isinstance(r, dict)] if isinstance(runs, list) else []
    label, keys, text = split_edit(edit, [str(r.get("label")) for r in runs])
    if option := OPTIONS.get(".".join(keys)):
        raise InputError(f"{keys[-1]} is the same for all runs: {option} N")
    for run in runs:
        if label not in ("*", str(run.get("label"))):
            continue
        place = run
        for key in keys[:-1]:
            # Taking out a key of a table that isn't there leaves things as they are.
            place = place.get(key, {}) if text == "none" else place.setdefault(key, {})
            if not isinstance(place, dict):
                raise InputError(f"{key}: found {show(place)}, allowed: a table")
        if text == "none":
            place.pop(keys[-1], None)
        else:
            value = edit_value(text)
            if keys == ["optimizer"]:
                _drop_hyperparameters(run, value)
            place[keys[-1]] = value


def _drop_hyperparameters(run: dict[str, Any], optimizer: object) -> None:
    """Takes out what only the optimizer that is replaced has."""
    known = {o.name: {h.name for h in o.hyperparameters} for o in optimizers().values()}
    old = known.get(str(run.get("optimizer", "adam")), set())
    for name in old - known.get(str(optimizer), old):
        run.pop(name, None)


def edit_value(text: str) -> Any:
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
    if isinstance(top.get("seeds"), int):
        top["seeds"] = _seeds(top["seeds"])
    if "title" not in top:
        raise InputError("title is missing: a text")
    shared = _tables(table, "problem", single=True)[0]
    rows = _tables(table, "runs")
    if not rows:
        raise InputError("runs: found none, allowed: at least one [[runs]] table")
    epochs = _epochs(table, shared, rows)
    runs = tuple(_run(row, i, shared, epochs) for i, row in enumerate(rows, 1))
    claims = tuple(_claim(row, i) for i, row in enumerate(_tables(table, "claims"), 1))
    return Preset(name=name, runs=runs, claims=claims, **top)


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
    try:
        special = {"label", "optimizer", "problem", "fork", *RUN_KEYS}
        own = row.get("problem", {})
        if not isinstance(own, dict):
            raise InputError(f"problem: found {show(own)}, allowed: a table")
        if "steps" in own:
            raise InputError("problem: steps: the same for all runs, allowed in [problem]")
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
            problem = problem_of({**shared, **own})
        except InputError as error:
            raise inside("problem", error) from None
        config = RunConfig(
            problem=problem, optimizer=optimizer, hyperparameters=knobs,
            epochs=epochs, **given,  # type: ignore[arg-type]  # RunConfig checks them
        )  # fmt: skip
        return Run(label=row["label"], config=config, fork=row.get("fork"))
    except InputError as error:
        raise inside(where, error) from None


def _claim(row: dict[str, Any], number: int) -> Claim:
    try:
        return Claim.of(row)
    except InputError as error:
        raise inside(f"claims[{number}]", error) from None
