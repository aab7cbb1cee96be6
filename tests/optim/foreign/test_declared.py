"""Classes of PyTorch's kind as declarations: what their signatures make of them."""

import json
import tomllib
from importlib.resources import files

import pytest
from jsonschema import Draft202012Validator

from optplay.errors import InputError
from optplay.experiments.keys import key_of, run_keys
from optplay.experiments.reading import changed
from optplay.optim import OPTIMIZERS
from optplay.optim.foreign import declared
from optplay.training import RunConfig

pytestmark = pytest.mark.usefixtures("packages")

TEXT = """
title = "Own"
seeds = 1
epochs = 2
problem = { samples = 4, hidden = [2], batch_size = 4 }

[[runs]]
label = "A"
optimizer = "mine:Averaging"
betas = [0.8, 0, 0.25]
warmup_ = 5
warmup = 0.5
"""


def test_arguments_that_are_numbers_or_switches_are_hyperparameters():
    rule = OPTIMIZERS.find("mine:Averaging")
    defaults = {h.name: h.default for h in rule.hyperparameters}
    assert defaults == {"lr": 0.001, "betas_1": 0.9, "betas_3": 0.5, "fast": True, "warmup_": 3.0}
    assert rule.title == "Averaging"
    assert not rule.compiled
    # A rate that is left to whoever makes one has a default; nothing has a range.
    assert rule.complete({"betas_1": -1e300})["betas_1"] == -1e300


def test_what_a_class_says_of_itself_commands_no_terminal():
    assert OPTIMIZERS.find("mine:Averaging").summary == (
        r"Keeps tensors, \u001b[31mlists\u001b[0m of them, numbers, and a count in its group."
    )
    assert OPTIMIZERS.find("torch.optim:SGD").summary == "Goes down."
    assert OPTIMIZERS.find("mine:Own").summary == "Own of mine."
    assert OPTIMIZERS.find("torch.optim:SGD").paper == r"the package torch 0.0 (a stand-in)"


def test_no_list_has_them():
    OPTIMIZERS.find("mine:Own")
    assert not any(":" in name for name in OPTIMIZERS)


def test_names_that_a_run_has_itself_are_taken():
    assert set(run_keys()) - {declared.DECAY} <= declared.TAKEN
    assert set(RunConfig.__struct_fields__) - {declared.DECAY} <= declared.TAKEN


def test_a_list_sets_several():
    rule = OPTIMIZERS.find("mine:Averaging")
    assert rule.complete({"betas": [0.8, 0, 0.25]})["betas_3"] == 0.25
    # The last one counts, as in edits.
    assert rule.complete({"betas": [0.8, 0, 0.25], "betas_1": 0.7})["betas_1"] == 0.7
    for wrong in ([0.8], 0.8, "all", [0.8, 0, True]):
        with pytest.raises(InputError, match=r"betas.*allowed: a"):
            rule.complete({"betas": wrong})


def test_presets_and_edits_take_them():
    preset = changed(TEXT, "own", epochs=None, edits=["A.betas_1=0.7", "fast=false"])
    config = preset.runs[0].config
    assert config.warmup == 0.5
    assert config.hyperparameters == {
        "lr": 0.001, "betas_1": 0.7, "betas_3": 0.25, "fast": False, "warmup_": 5.0,
    }  # fmt: skip
    other = changed(TEXT, "own", epochs=None, edits=["A.optimizer=adam", "A.beta1=0.5"])
    assert other.runs[0].config.hyperparameters["beta1"] == 0.5
    back = changed(TEXT, "own", epochs=None, edits=["A.optimizer=torch.optim:SGD"])
    assert back.runs[0].config.hyperparameters == {"lr": 0.1, "momentum": 0.0}


def test_they_fit_the_schema():
    schema = json.loads((files("optplay") / "schemas" / "preset.json").read_text())
    faults = Draft202012Validator(schema).iter_errors
    assert not list(faults(tomllib.loads(TEXT)))
    assert list(faults(tomllib.loads(TEXT.replace("mine:Averaging", "mine:"))))
    assert list(faults(tomllib.loads(TEXT.replace("mine:Averaging", "adam"))))


def test_a_run_that_is_named_after_its_rule_follows_it():
    text = TEXT.replace('label = "A"', 'label = "Averaging"')
    (run,) = changed(text, "own", epochs=None, edits=["*.optimizer=torch.optim:SGD"]).runs
    assert run.label == "torch.optim:SGD"
    (run,) = changed(TEXT.replace('"A"', '"Averaging"'), "own", epochs=None,
                     edits=["*.optimizer=mine:Own", "*.lr=0.5"]).runs  # fmt: skip
    assert run.label == "Own"


def test_knobs_move():
    config = RunConfig(optimizer="mine:Averaging")
    betas, warmup = key_of(config, "betas_1"), key_of(config, "warmup_")
    assert betas.scale.nudge(0.9, 1) == 0.93
    assert warmup.scale.nudge(3.0, 1) == 5.0
    assert warmup.scale.nudge(0.0, -1) == -0.001
    assert warmup.scale.nudge(-0.001, 1) == 0.0
    assert warmup.scale.nudge(-3.0, 1) == -2.0
    key = key_of(config, "optimizer")
    assert "mine:Averaging" in key.scale.names
    assert key.text == OPTIMIZERS.find("mine:Averaging").summary


def test_its_weight_decay_is_the_runs():
    rule = OPTIMIZERS.find("torch.optim:SGD")
    assert rule.decays
    assert not rule.has("weight_decay")
    config = RunConfig(optimizer="torch.optim:SGD", weight_decay=0.5)
    assert config.pipeline_decay == 0
    assert RunConfig(optimizer="mine:Own", weight_decay=0.5).pipeline_decay == 0.5


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (":", "optimizer: found ':', allowed: package.module:Class"),
        ("mine:Own()", "optimizer: found 'mine:Own()', allowed: package.module:Class"),
        ("../mine:Own", "optimizer: found '../mine:Own', allowed: package.module:Class"),
        ("a:b:c", "optimizer: found 'a:b:c', allowed: package.module:Class"),
        ("a" * 300 + ":A", "allowed: package.module:Class"),
        ("nobodys:Adam", "nobodys:Adam: nobodys is not installed: pip install nobodys"),
        ("torch.optm:Adam", "torch.optm:Adam: there is no module torch.optm"),
        ("broken:Adam", "broken:Adam: it raised ModuleNotFoundError: No module named 'not_there_"),
        ("torch.optim:Sgd", "unknown class of torch.optim 'Sgd': did you mean 'SGD'?"),
        ("torch.nn:Linear", "unknown class of torch.nn 'Linear': allowed: none"),
        ("mine:function", "mine:function: it is not of torch.optim.Optimizer's kind"),
        ("mine:Searching", "mine:Searching: its step evaluates the loss again"),
        ("mine:Unmakeable", "it can't be made without total, which is not a knob"),
        ("mine:Rateless", "mine:Rateless: it has no lr"),
    ],
)
def test_what_is_none_is_refused_in_a_line(name, told):
    with pytest.raises(InputError) as refused:
        OPTIMIZERS.find(name)
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)


def test_what_the_class_refuses_is_refused_where_it_stands(cli, write):
    path = write(TEXT.replace("mine:Averaging", "torch.optim:SGD").replace("betas = [0.8, 0, 0.25]",
                              "momentum = -1").replace("warmup_ = 5\n", ""))  # fmt: skip
    code, _, told = cli("run", path)
    assert code == 2
    assert "runs[1] (A): torch.optim:SGD: it raised ValueError: Invalid momentum value" in told


def test_the_command_tells_of_one(cli):
    code, out, _ = cli("optimizers", "torch.optim:SGD")
    assert code == 0
    assert "momentum" in out
    assert "weight_decay" in out


@pytest.mark.parametrize("name", ["os:system", "antigravity:Adam", "idlelib.idle:SGD"])
def test_nothing_of_python_itself_is_imported(name):
    with pytest.raises(InputError, match="is of Python itself, allowed: a package with optimizers"):
        OPTIMIZERS.find(name)
