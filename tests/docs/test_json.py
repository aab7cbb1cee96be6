"""The page on JSON and the schemas, against what the program prints and reads."""

import copy
import json
import re
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest
import tomli_w
from jsonschema import Draft202012Validator

from optplay.experiments import preset_files

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
REPORTS = dict(
    re.findall(
        r"^`optplay ([\w-]+) PRESET --json`.*?\n```\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL
    )
)
# Their keys are names of metrics, slots, quantiles …, or stand elsewhere on the page.
OPEN = (
    "config", "metrics", "history", "quantiles", "states", "terms", "rates", "steps",
    "final_accuracy", "epochs_to_accuracy_0.9", "final_test_loss",
)  # fmt: skip
SCHEMAS = {
    path.name.removesuffix(".json"): json.loads(path.read_text(encoding="utf-8"))
    for path in (files("optplay") / "schemas").iterdir()
}
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
clip = { norm = 1.0 }

[[claims]]
text = "It ends lower"
metric = "final_loss"
left = "Slower"
is = "below"
right = "SGD"
"""
FORK = 'lr = 0.05\nfork = { run = "SGD", epoch = 2 }'
SURFACE = ("momentum-rates", "--epochs", "30", "--seeds", "1")
MORE = {"sweep": ("--lr", "0.01:0.1:2", "--confirm"), "rates": ("--steps", "2")}


def documented(text):
    """Each key of the page's way to write a document, with those above it: `runs.label`."""
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


def faults(schema, value):
    found = Draft202012Validator(SCHEMAS[schema]).iter_errors(value)
    return [f"{error.json_path}: {error.message[:200]}" for error in found]


@pytest.mark.parametrize("command", REPORTS)
def test_a_report_has_the_documented_keys_and_fits_its_schema(cli, tmp_path, command):
    path = tmp_path / "small.toml"
    preset = PRESET.replace("lr = 0.05", FORK) if command == "run" else PRESET
    path.write_text(preset, encoding="utf-8")
    asked = [(str(path), *MORE.get(command, ()))]
    if command not in ("curvature", "landscape"):
        asked.append((*SURFACE, *MORE.get(command, ())))
    reports = []
    for arguments in asked:
        code, out, _ = cli(command, *arguments, "--json")
        assert code == 0
        reports.append(json.loads(out))
        assert not faults(command, reports[-1])
    if command != "run":  # whose path is that of a surface
        del reports[1:]
    assert set().union(*map(printed, reports)) == documented(REPORTS[command])


def test_a_documented_report_has_a_schema_and_is_one(cli):
    assert set(REPORTS) == set(SCHEMAS) - {"preset"}
    for name in REPORTS:
        _, out, _ = cli(name, "--help")
        assert "--json" in out


@pytest.mark.parametrize("name", SCHEMAS)
def test_schemas_are_valid_and_describe_what_they_hold(name):
    Draft202012Validator.check_schema(SCHEMAS[name])
    assert SCHEMAS[name]["$id"].endswith(f"/{name}.json")


def within(old, new):
    """Whether nothing is in `old` that is not in `new`; what is new in `new` doesn't matter."""
    if isinstance(old, dict) and isinstance(new, dict):
        return all(key in new and within(value, new[key]) for key, value in old.items())
    if isinstance(old, list) and isinstance(new, list):
        left = iter(new)
        return all(any(within(value, other) for other in left) for value in old)
    return old == new


def test_schemas_say_what_the_program_checks(make_schemas):
    for path, text in make_schemas.made().items():
        # What is new in the program only is no fault here, but for `make_schemas.py --check`.
        assert within(json.loads(path.read_text(encoding="utf-8")), json.loads(text)), path


@pytest.mark.parametrize("name", preset_files())
def test_presets_fit_their_schema(make_schemas, name):
    # As the program would make it now: a preset may use what has only just come.
    schema = make_schemas.preset()
    table = tomllib.loads(preset_files()[name].read_text(encoding="utf-8"))
    assert not list(Draft202012Validator(schema).iter_errors(table))


WRONG = {
    "no title": lambda t: t.pop("title"),
    "no runs": lambda t: t.pop("runs"),
    "an unknown key": lambda t: t.update(seed=3),
    "an unknown chart": lambda t: t.update(charts=["speed"]),
    "no seed": lambda t: t.update(seeds=0),
    "a seed twice": lambda t: t.update(seeds=[1, 1]),
    "steps without a surface": lambda t: t["problem"].update(steps=3),
    "a condition without a surface": lambda t: t["problem"].update(condition=2.0),
    "a network's key on a surface": lambda t: t["problem"].update(surface="ravine"),
    "too many samples": lambda t: t["problem"].update(samples=10**9),
    "an unknown optimizer": lambda t: t["runs"][0].update(optimizer="sdg"),
    "another optimizer's key": lambda t: t["runs"][0].update(beta1=0.9),
    "a rate too high": lambda t: t["runs"][0].update(lr=1e9),
    "a run without a label": lambda t: t["runs"][0].pop("label"),
    "a fork from nothing": lambda t: t["runs"][1].update(fork={"epoch": 2}),
    "a clip of nothing": lambda t: t["runs"][1].update(clip={"norm": 0}),
    "an unknown metric": lambda t: t["claims"][0].update(metric="loss"),
    "at without need": lambda t: t["claims"][0].update(at=0.9),
    "no at": lambda t: t["claims"][0].update(metric="epochs_to_accuracy"),
    "half a step": lambda t: t["claims"][0].update(metric="step_size", at=1.5),
    "neither below nor above": lambda t: t["claims"][0].update({"is": "beside"}),
}


@pytest.mark.parametrize("change", WRONG)
def test_the_schema_of_presets_refuses_what_the_program_refuses(cli, tmp_path, change):
    table = tomllib.loads(PRESET)
    assert not faults("preset", table)
    wrong = copy.deepcopy(table)
    WRONG[change](wrong)
    assert faults("preset", wrong)
    path = tmp_path / "wrong.toml"
    path.write_text(tomli_w.dumps(wrong), encoding="utf-8")
    assert cli("show", str(path))[0] == 2
