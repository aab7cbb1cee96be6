"""Fills in the tables of the documents: `python docs/make_tables.py [--check]`.

A table between `<!-- table: NAME -->` and `<!-- end -->` has a row for each thing of a kind. The
order of its rows is kept, and so is what stands in columns behind those that are made here; what
is new is added to the last table of its name, and what is gone is taken out.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import click
import msgspec
from writing import ROOT, write

from optplay.cli import app
from optplay.experiments import METRICS, plain
from optplay.experiments.places import INNER_FIELDS, WARMUP_FIELDS, allowed_of
from optplay.experiments.preset import MINE
from optplay.experiments.shelf import listed
from optplay.optim import OPTIMIZERS, SCHEDULES, WRAPPERS, Hyperparameter
from optplay.problems import (
    ACTIVATIONS,
    DATASETS,
    LOSSES,
    SURFACES,
    Problem,
    SurfaceProblem,
)
from optplay.records import Record, describe
from optplay.registry import INSTRUMENTS, has_part
from optplay.training import Clip, RunConfig

# By what stands in a row's first column, what the columns behind it hold.
Rows = Mapping[str, tuple[str, ...]]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"(<!-- table: ([\w-]+) -->\n(?:\|.*\n){2})((?:\|.*\n)*)(<!-- end -->)")
APP = "play"
# Keys of a RunConfig that a run of a preset has not of its own, or that are told elsewhere.
NOT_OF_A_RUN = ("problem", "optimizer", "hyperparameters", "epochs", "seed")
# Keys that hold the name of something declared, which has a table of its own.
NAMES = ("decay", "dataset", "surface", "activation", "loss")


def commands() -> dict[str, click.Command]:
    """Every command by its name."""
    context = click.Context(app)
    found = {name: app.get_command(context, name) for name in app.list_commands(context)}
    return {name: command for name, command in found.items() if command}


def usage(name: str, command: click.Command) -> str:
    """How a command is called, without its options."""
    words = [] if name == APP else [name]
    for one in command.params:
        if isinstance(one, click.Argument):
            metavar = str(one.metavar or one.name).upper().replace("|FILE", "")
            words.append(metavar if one.required else f"[{metavar.strip('[]')}]")
    return " ".join(["optplay", *words])


def options(command: click.Command) -> dict[str, str]:
    """What each option of a command does, by how it is given."""
    found = {}
    for one in command.params:
        if isinstance(one, click.Option):
            metavar = "" if one.is_flag else f" {one.metavar}"
            found[one.opts[0] + metavar] = (one.help or "").rstrip(".")
    return found


def _common() -> dict[str, str]:
    """The options of all commands that report."""
    each = [options(c) for c in commands().values() if "--json" in options(c)]
    return {k: v for k, v in each[0].items() if all(k in other for other in each)}


def _own_options() -> Rows:
    return {
        f"`{name} {option}`": (text,)
        for name, command in commands().items()
        if name != APP
        for option, text in options(command).items()
        if option not in _common()
    }


def _keys(kind: type[Record], without: tuple[str, ...] = ()) -> Rows:
    rows = {}
    for field in msgspec.structs.fields(kind):
        if field.name in without:
            continue
        default: Any = "" if field.default is msgspec.NODEFAULT else field.default
        default = list(default) if isinstance(default, tuple) else default
        if isinstance(default, bool | int | float):
            default = plain(default)
        allowed = "a name" if field.name in NAMES else describe(field.type)
        shown = f"`{default}`" if default not in ("", None) else ""
        rows[f"`{field.name}`"] = (shown, allowed, _text(field.type))
    return rows


def _run_keys() -> Rows:
    """Those of a run's table, and those of the tables in it."""
    rows = dict(_keys(RunConfig, (*NOT_OF_A_RUN, *INNER_FIELDS)))
    found: dict[str, tuple[str, ...]] = {}
    for name, cells in rows.items():
        found[name] = cells
        key = name.strip("`")
        if key == "warmup":
            inner = {f: i for i, f in WARMUP_FIELDS.items() if i != "part"}
            of_run = _keys(RunConfig, NOT_OF_A_RUN)
            found |= {f"`warmup.{i}`": of_run[f"`{f}`"] for f, i in inner.items()}
        if key == "clip":
            found |= {f"`clip.{n.strip('`')}`": c for n, c in _keys(Clip).items()}
    for wrapper in WRAPPERS.values():
        found[f"`{wrapper.name}`"] = ("", allowed_of(wrapper), wrapper.text)
    return found


def _tuned(knobs: Iterable[Hyperparameter]) -> str:
    """What something is tuned by, with the defaults."""
    return ", ".join(f"{h.name} {plain(h.default)}" for h in knobs)


def _text(kind: Any) -> str:
    """What is said of a field of this type."""
    schema = msgspec.json.schema(kind)
    kinds = (schema, *schema.get("anyOf", ()), *schema.get("$defs", {}).values())
    return next((k["description"].rstrip(".") for k in kinds if "description" in k), "")


def _views() -> Rows:
    found = {}
    for about in INSTRUMENTS.values():
        if has_part(about.name, "view") or about.order == 1:
            found[f"`{about.order}`"] = (about.title, about.text)
    return found


TABLES: Mapping[str, Callable[[], Rows]] = {
    "presets": lambda: {
        f"`{one.name}`": (one.group, one.question) for one in listed() if one.group != MINE
    },
    "commands": lambda: {
        # Behind a semicolon stands in which other way it is called.
        f"`{usage(name, command)}`": (command.get_short_help_str(200).rstrip(".").split(";")[0],)
        for name, command in commands().items()
    },
    "common-options": lambda: {f"`{option}`": (text,) for option, text in _common().items()},
    "options": _own_options,
    "app-options": lambda: {f"`{o}`": (text,) for o, text in options(commands()[APP]).items()},
    "views": _views,
    "metrics": lambda: {f"`{m.name}`": (m.text, m.needs, m.on) for m in METRICS.values()},
    "run-keys": _run_keys,
    "network-keys": lambda: _keys(Problem),
    "surface-keys": lambda: _keys(SurfaceProblem),
    "optimizers": lambda: {
        f"`{o.name}`": (
            _tuned(o.hyperparameters),
            o.summary,
            o.paper,
        )
        for o in OPTIMIZERS.values()
    },
    "schedules": lambda: {f"`{s.name}`": (_tuned(s.knobs), s.text) for s in SCHEDULES.values()},
    "wrappers": lambda: {
        f"`{w.name}`": (_tuned(w.hyperparameters), w.text, w.paper) for w in WRAPPERS.values()
    },
    "datasets": lambda: {f"`{d.name}`": (d.text,) for d in DATASETS.values()},
    "surfaces": lambda: {f"`{s.name}`": (s.text,) for s in SURFACES.values()},
    "activations": lambda: {f"`{a.name}`": (a.text,) for a in ACTIVATIONS.values()},
    "losses": lambda: {f"`{loss.name}`": (loss.text,) for loss in LOSSES.values()},
}


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip())[1:-1]]


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells).replace("  ", " ").strip() + " |\n"


def filled(text: str, *, add: bool = True) -> str:
    """A document with its tables as the program has them, with or without rows for what is new."""
    listed: dict[str, set[str]] = {}
    last: dict[str, int] = {}
    for block in BLOCK.finditer(text):
        listed.setdefault(block[2], set()).update(_cells(line)[0] for line in block[3].splitlines())
        last[block[2]] = block.start()

    def fill(block: re.Match[str]) -> str:
        known = {_escaped((name,))[0]: cells for name, cells in TABLES[block[2]]().items()}
        width = len(_cells(block[1].splitlines()[1]))
        rows = []
        for line in block[3].splitlines():
            name, *rest = _cells(line)
            if name in known:
                rows.append([name, *_escaped(known[name]), *rest[len(known[name]) :]])
        if add and block.start() == last[block[2]]:
            new = [name for name in known if name not in listed[block[2]]]
            rows += [[name, *_escaped(known[name])] for name in new]
        padded = (row + [""] * (width - len(row)) for row in rows)
        return block[1] + "".join(map(_line, padded)) + block[4]

    return BLOCK.sub(fill, text)


def _escaped(cells: tuple[str, ...]) -> list[str]:
    return [re.sub(r"(?<!\\)\|", r"\|", cell) for cell in cells]


def made() -> dict[Path, str]:
    """The text of each document."""
    return {path: filled(path.read_text(encoding="utf-8")) for path in DOCUMENTS}


if __name__ == "__main__":
    write(made())
