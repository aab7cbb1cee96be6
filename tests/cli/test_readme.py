"""What the README says of the command line, against the command line."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from optplay.cli import app
from optplay.experiments import METRICS, load, preset_files
from optplay.optim import optimizers, schedules
from optplay.problems import datasets, surfaces
from optplay.tui.views import views
from optplay.tui.widgets.view import View

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
REPORTS = dict(
    re.findall(
        r"^`optplay ([\w-]+) PRESET --json`.*?\n```\n(.*?)^```$", README, re.MULTILINE | re.DOTALL
    )
)
# Their keys are names of metrics, slots, quantiles …, or stand elsewhere in the README.
OPEN = (
    "config", "metrics", "history", "quantiles", "states", "terms", "rates", "steps",
    "final_accuracy", "epochs_to_accuracy_0.9", "final_test_loss",
)  # fmt: skip
COMMANDS = {name: app.get_command(None, name) for name in app.list_commands(None)}
OPTIONS = [
    (name, option)
    for name, command in COMMANDS.items()
    for parameter in command.params
    for option in parameter.opts
    if option.startswith("--") and name != "play"
]
PRESET = """
title = "Small"
question = "Which is lower?"
seeds = 2
epochs = 4
at_steps = [10]

[problem]
samples = 20
hidden = [3]
test_fraction = 0.3

[[runs]]
label = "SGD"
optimizer = "sgd"
lr = 0.1

[[runs]]
label = "Slower"
optimizer = "sgd"
lr = 0.05

[[claims]]
text = "It ends lower"
metric = "final_loss"
left = "Slower"
is = "below"
right = "SGD"
"""
FORK = 'lr = 0.05\nfork = { run = "SGD", epoch = 2 }'


def documented(text):
    """Each key of the README's way to write a document, with those above it: `runs.label`."""
    found, stack, key, before = set(), [], None, ""
    for token in re.findall(r'"[^"]*"|[][{},:|]', text):
        if token in "{[":
            stack.append((token, key))
            key = None
        elif token in "}]":
            key = stack.pop()[1]
        elif token[0] == '"' and before in "{," and stack[-1][0] == "{":
            key = token[1:-1]
            found.add((*(above for _, above in stack if above), key))
        before = token
    assert not stack
    return closed(found)


def printed(value, above=()):
    """The same of a document."""
    found = set()
    for inner in value if isinstance(value, list) else ():
        found |= printed(inner, above)
    for key, inner in value.items() if isinstance(value, dict) else ():
        found |= {(*above, key)} | printed(inner, (*above, key))
    return closed(found)


def closed(found):
    return {path for path in found if not {*path[:-1]} & {*OPEN}}


def test_every_report_is_documented():
    with_json = {name for name, option in OPTIONS if option == "--json"}
    assert set(REPORTS) == with_json


@pytest.mark.parametrize("command", REPORTS)
def test_a_report_has_the_documented_keys(cli, tmp_path, command):
    path = tmp_path / "small.toml"
    preset = PRESET.replace("lr = 0.05", FORK) if command == "run" else PRESET
    path.write_text(preset, encoding="utf-8")
    more = ("--lr", "0.01:0.1:2", "--confirm") if command == "sweep" else ()
    reports = [cli(command, str(path), "--json", *more)]
    if command == "run":
        reports.append(cli(command, "momentum-rates", "--epochs", "3", "--json"))
    assert [code for code, _, _ in reports] == [0] * len(reports)
    found = set().union(*(printed(json.loads(out)) for _, out, _ in reports))
    assert found == documented(REPORTS[command])


@pytest.mark.parametrize(("command", "option"), OPTIONS)
def test_options_are_documented(command, option):
    tables = [line.split("|")[1] for line in README.splitlines() if line.startswith("| `")]
    common = {"--seeds", "--seed", "--epochs", "--set", "--json"}
    wanted = f"`{option}" if option in common else f"`{command} {option}"
    in_table = any(re.search(rf"{re.escape(wanted)}\b", cell) for cell in tables)
    assert in_table or (command, option) == ("show", "--toml")


def test_commands_presets_metrics_and_declarations_are_documented():
    for name in COMMANDS:
        assert name == "play" or re.search(rf"^\| `optplay {name}\b", README, re.MULTILINE)
    listed = dict(re.findall(r"^\| `([\w-]+)` \| ([^|]*\?) \|$", README, re.MULTILINE))
    assert listed == {name: load(name).question for name in preset_files()}
    for name in [*METRICS, *surfaces(), *datasets(), *schedules()]:
        assert re.search(rf"\b{name}\b", README), name
    for number, view in enumerate(views().values(), 2):
        assert f"| `{number}` | {view.title} |" in README
    assert (len(optimizers()), len(views())) == (13, 7)
    for counted in ("AdamW and seven more", "Eight views"):
        assert counted in README


def test_the_files_shown_are_declarations():
    declared = {}
    for file in re.findall(r"^```python\n(\"{3}.*?)^```$", README, re.MULTILINE | re.DOTALL):
        exec(file, declared)
    assert declared["optimizer"].complete({}) == {"lr": 0.001}
    surface, w, g = declared["surface"], np.array([1.5, -2.0]), np.zeros(2)
    value = surface.gradient(w, g, np.ones(1))
    for i, step in enumerate(np.eye(2) * 1e-6):
        assert surface.gradient(w + step, np.zeros(2), np.ones(1)) == pytest.approx(
            value + 1e-6 * g[i], abs=1e-9
        )
    assert surface.gradient(np.array(surface.minima[0]), g, np.ones(1)) == 0
    assert issubclass(declared["view"], View)
    assert declared["view"].order > max(view.order for view in views().values())


def test_the_presets_shown_are_valid(tmp_path):
    network, surface = re.findall(r"^```toml\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    path = tmp_path / "shown.toml"
    path.write_text(network, encoding="utf-8")
    assert [run.config.network.hidden for run in load(str(path)).runs] == [(8,), (32,), (8,)]
    run = '[[runs]]\nlabel = "SGD"\noptimizer = "sgd"'
    path.write_text(f'title = "Shown"\nquestion = "?"\n{surface}\n{run}', encoding="utf-8")
    assert load(str(path)).on_surface


@pytest.mark.parametrize("link", re.findall(r"\]\((docs/[^)]+)\)", README))
def test_pictures_are_there(link):
    assert (Path(__file__).parents[2] / link).is_file()
