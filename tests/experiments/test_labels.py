"""A run named after its rule follows it, and claims about a rule that is gone are void."""

from pathlib import Path

import pytest

from optplay.errors import InputError
from optplay.experiments import figures, run_preset
from optplay.experiments.labels import follow_rules, free
from optplay.experiments.preset import Fork, Run
from optplay.experiments.reading import load, parse
from optplay.experiments.report import RunReport
from optplay.experiments.saving import command, to_toml
from optplay.training import RunConfig


def run(label, optimizer, fork=None):
    return Run(label=label, config=RunConfig(optimizer=optimizer), fork=fork)


@pytest.mark.parametrize(
    ("label", "was", "now", "after"),
    [
        ("SGD", "sgd", "adam", "Adam"), ("SGD 2", "sgd", "adam", "Adam"),
        ("sgd", "sgd", "adam", "Adam"), ("SGD + clip", "sgd", "adam", "Adam + clip"),
        ("SGD, noise", "sgd", "lion", "Lion, noise"), ("Hot Adam", "adam", "sgd", "Hot SGD"),
        ("Momentum, SGD's rate", "momentum", "adam", "Adam, SGD's rate"),
        ("Adam, β₂ = 0.9", "adam", "adamw", "AdamW, β₂ = 0.9"),
        ("AdamW", "adam", "sgd", "AdamW"), ("Too high", "sgd", "adam", "Too high"),
        ("SGD", "sgd", "sgd", "SGD"), ("NAdam", "adam", "sgd", "NAdam"),
        ("x" * 56 + " SGD", "sgd", "adamw", "x" * 50),
    ],
)  # fmt: skip
def test_a_label_with_the_rule_in_it(label, was, now, after):
    [found] = follow_rules([was], [run(label, now)])
    assert found.label == after


def test_labels_stay_apart_and_forks_follow():
    runs = [
        run("SGD", "adam"), run("Adam", "sgd"), run("SGD from 5", "adam", Fork(run="SGD", epoch=5)),
    ]  # fmt: skip
    found = follow_rules(["sgd", "adam", "sgd"], runs)
    assert [one.label for one in found] == ["Adam 2", "SGD", "Adam from 5"]
    assert found[2].fork.run == "Adam 2"


def test_a_free_label():
    assert free("SGD", []) == "SGD"
    assert free("SGD", ["SGD", "SGD 2"]) == "SGD 3"
    assert len(free("x" * 60, ["x" * 60])) <= 60


def test_another_rule_from_the_command_line(write):
    path = write()
    original = load(path)
    found = load(path, edits=["SGD.optimizer=adam"])
    assert [one.label for one in found.runs] == ["Adam", "Adam 0.5"]
    assert found.runs[0].config == RunConfig(
        optimizer="adam", problem=original.runs[0].config.problem, epochs=3
    )
    assert found.gone == ("SGD",)
    assert parse(to_toml(found), found.name) == found
    assert command(found, "p", original) == "optplay run p --set SGD.optimizer=adam"


@pytest.mark.parametrize("gone", ["5", "[5, [2]]"])
def test_what_a_file_calls_gone_is_looked_at_before_another_rule_is_taken(write, gone):
    path = write()
    text = Path(path).read_text()
    Path(path).write_text(f"gone = {gone}\n{text}")
    with pytest.raises(InputError, match=r"gone: found .*5.*, allowed: a list, each a text"):
        load(path, edits=["SGD.optimizer=adam"])


def test_the_verdict_on_it(write, cli):
    path = write()
    results = run_preset(load(path, edits=["SGD.optimizer=adam"]))
    [verdict] = results.verdicts
    assert (verdict.verdict, verdict.of) == ("void", 0)
    assert figures(verdict) == "SGD is no longer there"
    [claim] = RunReport(results).document()["claims"]
    assert (claim["verdict"], claim["left"]["run"]) == ("void", "SGD")
    code, out, _ = cli("run", path, "--set", "SGD.optimizer=adam")
    assert code == 0
    assert "– void" in out
    assert "SGD is no longer there" in out


def test_a_run_that_never_was_is_still_an_error(write, small, cli):
    code, _, err = cli("run", write(small.replace('left = "SGD"', 'left = "SGDD"')))
    assert code == 2
    assert "did you mean 'SGD'" in err
