"""Presets on surfaces: what they may say, what is refused, and how they are written."""

import json
import shlex

import pytest

from optplay.errors import InputError
from optplay.experiments import load, run_preset, settings
from optplay.experiments.reading import parse
from optplay.experiments.report import RunReport
from optplay.experiments.saving import command, to_toml
from optplay.experiments.tables import strict_json, write_csv
from optplay.problems import SurfaceProblem
from optplay.training import RunConfig

RAVINE = """
title = "Ravine"
charts = ["loss"]

[problem]
surface = "ravine"
condition = 50.0
steps = 40

[[runs]]
label = "SGD"
optimizer = "sgd"
lr = 0.02

[[runs]]
label = "noisy"
optimizer = "adam"
lr = 0.02
problem = { noise = 0.1 }

[[claims]]
text = "Adam is nearer"
metric = "distance"
left = "noisy"
is = "below"
right = "SGD"
"""


def changed(old, new):
    assert old in RAVINE
    return RAVINE.replace(old, new)


def test_a_surface_preset():
    preset = parse(RAVINE, "ravine")
    sgd, noisy = (run.config for run in preset.runs)
    assert sgd.problem == SurfaceProblem(surface="ravine", condition=50)
    assert noisy.problem == SurfaceProblem(surface="ravine", condition=50, noise=0.1)
    assert sgd.epochs == sgd.steps == 40
    assert preset.on_surface
    assert settings(noisy) == "lr=0.02, surface=ravine, condition=50.0, noise=0.1"


def test_it_is_written_as_it_is_read():
    assert "\n".join(to_toml(parse(RAVINE, "ravine")).splitlines()[2:8]) == (
        'charts = ["loss"]\n\n[problem]\nsurface = "ravine"\ncondition = 50.0\nsteps = 40'
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (changed('title = "Ravine"', 'title = "R"\nepochs = 3'),
         "problem: steps: found with epochs, allowed: one of the two"),
        (changed('surface = "ravine"\ncondition = 50.0', ""),
         "problem: steps: found without surface, allowed: with it"),
        (changed('surface = "ravine"\ncondition = 50.0\nsteps = 40', "condition = 3"),
         "runs[1] (SGD): problem: condition: found without surface, allowed: with it"),
        (changed("steps = 40", "steps = 0"), "problem: steps: found 0, allowed: a whole number"),
        (changed("noise = 0.1", "steps = 3"),
         "runs[2] (noisy): problem: steps: the same for all runs, allowed in [problem]"),
        (changed("noise = 0.1", "hidden = [3]"), "problem: hidden: found beside surface, but it"),
        (changed("noise = 0.1", "nois = 1"), "unknown key 'nois': did you mean 'noise'?"),
        (changed('surface = "ravine"\ncondition = 50.0\n', "").replace(
            "noise = 0.1", 'surface = "beale"'),
         "runs[2] (noisy): problem: found a surface of 2 coordinates beside a network of layers"),
        (changed('"distance"', '"final_accuracy"'),
         "claims[1]: metric: found final_accuracy, which is for networks, and noisy is on a "
         "surface of 2 coordinates; allowed: final_loss"),
        (RAVINE + '[[runs]]\nlabel = "f"\nfork = { run = "SGD", epoch = 3 }\n'
         'problem = { surface = "flat", condition = 50.0 }', "condition: found 50, but flat takes"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(text, message):
    with pytest.raises(InputError) as error:
        parse(text, "ravine")
    assert message in str(error.value)


def test_a_metric_of_surfaces_is_refused_on_networks():
    text = 'title = "T"\n[[runs]]\nlabel = "A"\n[[claims]]\ntext = "t"\nleft = "A"\nright = 1.0\n'
    with pytest.raises(InputError, match="found distance, which is for surfaces, and A is on a"):
        parse(text + 'metric = "distance"\nis = "below"', "t")


def test_a_fork_onto_a_surface_with_other_coordinates():
    text = changed("condition = 50.0\n", "") + (
        '[[runs]]\nlabel = "f"\nfork = { run = "SGD", epoch = 3 }\nproblem = { surface = "flat" }'
    )
    with pytest.raises(InputError, match="found a surface of 2 coordinates in SGD, allowed: a sur"):
        parse(text, "t")


@pytest.fixture
def written(tmp_path):
    path = tmp_path / "ravine.toml"
    path.write_text(RAVINE)
    return str(path)


@pytest.mark.parametrize(
    ("edits", "changes"),
    [
        (["*.problem.condition=100"], {"condition": 100.0}),
        (["*.problem.start=[1, 1]"], {"start": (1.0, 1.0)}),
        (["*.problem.condition=none"], {"condition": 100.0}),
        (["*.problem.condition=none", "*.problem.surface=beale"], {"surface": "beale"}),
    ],
)
def test_edits(tmp_path, edits, changes):
    path = tmp_path / "ravine.toml"
    path.write_text(
        RAVINE.replace("condition = 50.0\n", "").replace("{ noise", "{ condition = 50, noise")
        if "none" in edits[0] else RAVINE
    )  # fmt: skip
    problem = load(str(path), edits=edits).runs[1].config.problem
    wanted = {"surface": "ravine", "condition": 50, "noise": 0.1} | changes
    if wanted["surface"] == "beale":
        del wanted["condition"]
    assert problem == SurfaceProblem(**wanted)


def test_options_and_the_command_that_says_them(written):
    original, edited = load(written), load(written, epochs=90, edits=["*.problem.noise=0.5"])
    assert edited.runs[0].config.steps == 90
    line = command(edited, "p", original)
    assert line == "optplay run p --epochs 90 --set '*.problem.noise=0.5'"
    assert shlex.split(line)[-1] == "*.problem.noise=0.5"
    with pytest.raises(InputError, match="steps is the same for all runs: --epochs N"):
        load(written, edits=["*.problem.steps=3"])


def test_reports(written, tmp_path):
    results = run_preset(load(written))
    run = json.loads(strict_json(RunReport(results).document()))["runs"][0]
    assert run["history"]["accuracy"] == [None] * 40
    assert run["config"]["problem"] == {
        "surface": "ravine", "start": [2.0, 1.0], "condition": 50.0, "noise": 0.0, "spread": 0.0,
    }  # fmt: skip
    assert run["metrics"]["distance"] == pytest.approx(2 * 0.98**40, rel=1e-12)
    assert "steps_to_distance_0.01" in run["metrics"]
    assert not {m for m in run["metrics"] if "accuracy" in m or "test" in m}
    write_csv(RunReport(results).csv(), tmp_path)
    header = (tmp_path / "metrics.csv").read_text().splitlines()[0]
    assert "distance,final_x,convergence_factor,steps_to_distance_0.01" in header


def test_a_run_config_is_hashed_with_its_surface():
    one, other = (RunConfig(problem=SurfaceProblem(surface="ravine", noise=n)) for n in (0.0, 0.1))
    assert hash(one) != hash(other)
    assert one == RunConfig(problem={"surface": "ravine", "start": [2, 1]})
