"""What the screen shows is what `optplay run --json` computes, bit for bit."""

import json
import shlex
from math import isfinite

import pytest

from optplay.cli import invoke
from optplay.experiments import QUANTITIES, number
from optplay.experiments.report import RunReport
from optplay.experiments.tables import strict_json
from optplay.training import RECORDED

ALL_SEEDS = ["m"]
# Keys that make a state which a command can give, and such that only a file can.
EDITS = {
    "as opened": [],
    "another seed": ["r", "r"],
    "warmup, decay and clipping": ["w", "d", "j", "c"],
    "another rule": ["o", *"rms", "enter"],
    "all seeds": ALL_SEEDS,
    "all seeds, edited": ["d", *ALL_SEEDS],
}
SAVED = {
    "a fork": ["home", *["full_stop"] * 5, "f", "d"],
    "runs added, copied and deleted": ["a", *"lion", "enter", "b", "w", "j", "delete"],
    "a fork, all seeds": ["left", "f", "w", *ALL_SEEDS],
}


@pytest.fixture
def report(capsys):
    """The JSON document of a command line; not while an app runs, which takes what is printed."""

    def run(command):
        capsys.readouterr()
        assert invoke([*command, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    return run


@pytest.mark.parametrize("keys", EDITS.values(), ids=list(EDITS))
async def test_the_copied_command_computes_the_same(playground, report, keys):
    async with playground() as p:
        await p.press(*keys, "y")
    optplay, *command = shlex.split(p.app.clipboard)
    assert optplay == "optplay"
    same(p, report(command))


@pytest.mark.parametrize("keys", SAVED.values(), ids=list(SAVED))
async def test_the_saved_preset_computes_the_same(playground, report, tmp_path, keys):
    path = tmp_path / "mine.toml"
    async with playground() as p:
        await p.press(*keys)
        await p.press("end", "s", "enter", "enter")
        p.app.screen.query_one("Input").value = str(path)
        await p.press("enter")
    seed = [] if p.app.stage.all_seeds else ["--seed", str(p.app.session.state.seed)]
    same(p, report(["run", str(path), *seed]))


@pytest.mark.parametrize("name", ["exercise-4-clipping", "compare"])
async def test_presets_with_one_seed(playground, report, name):
    async with playground(name) as p:
        await p.press("y")
    same(p, report(shlex.split(p.app.clipboard)[1:]))
    assert json.loads(strict_json(RunReport(p.app.stage.results).document())) == report(
        ["run", name]
    )


def same(p, document):
    """The app holds what the document says, and the screen shows it."""
    stage = p.app.stage
    assert stage.labels == list(dict.fromkeys(run["label"] for run in document["runs"]))
    found = {label: list(stage.found(label)) for label in stage.labels}
    for run in document["runs"]:
        history = next(h for h in found[run["label"]] if h.config.seed == run["seed"])
        for quantity in RECORDED:
            assert strict(history[quantity]) == run["history"][quantity]
        assert strict(history.current) == run["final_params"]
        assert history.outcome == run["outcome"]
    for place, label in enumerate(stage.labels):
        shown = p.app.workspace.runs.get_option_at_index(place).prompt.plain
        for quantity in ("loss", "accuracy"):
            assert f" {last(stage, document, label, quantity)} " in f" {shown} "
        for quantity in stage.charts:
            reading = stage.readings(quantity)[place]
            assert reading.value == last(stage, document, label, quantity)
            assert reading.value in p.left


def strict(row):
    """Numbers as JSON gives them."""
    return [value if isfinite(value) else None for value in row.tolist()]


def last(stage, document, label, quantity):
    """The last value of a run in words, of several seeds the median."""
    ends = sorted(run["history"][quantity][-1] for run in document["runs"] if run["label"] == label)
    assert len(ends) == (len(stage.session.preset.seeds) if stage.all_seeds else 1)
    low, high = ends[(len(ends) - 1) // 2], ends[len(ends) // 2]
    value = low if low == high else (low + high) / 2
    return number(value, percent=QUANTITIES[quantity].percent)
