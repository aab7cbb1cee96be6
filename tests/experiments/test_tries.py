"""What a preset proposes to try, and what becomes of a preset that is saved as one's own."""

import msgspec
import pytest

from optplay.errors import InputError
from optplay.experiments.owning import OF_ANOTHER, as_own, attributed
from optplay.experiments.preset import Try
from optplay.experiments.reading import parse
from optplay.experiments.report import RunReport
from optplay.experiments.saving import to_toml
from optplay.experiments.tries import as_command, lesson, possible, tried

TRIES = """
[[try]]
text = "Faster."
set = ["SGD.lr=0.5", "*.decay=cosine"]

[[try]]
text = "Another rule, longer."
set = ["SGD.optimizer=adam"]
epochs = 7

[[try]]
text = "Elsewhere."
preset = "compare"

[[try]]
text = "Not there."
set = ["Lion.lr=1"]
"""


@pytest.fixture
def preset(small):
    """A preset that proposes four things, of which the last can't be done."""
    return parse(small + TRIES, "p")


def test_doing_it(preset):
    found = tried(preset, 0)
    assert [run.config.lr for run in found.runs] == [0.5, 0.01]
    assert {run.config.decay for run in found.runs} == {"cosine"}
    found = tried(preset, 1)
    assert [run.label for run in found.runs] == ["Adam", "Adam 0.5"]
    assert found.runs[0].config.epochs == 7
    assert found.tries == preset.tries
    with pytest.raises(InputError, match=r"try\[4\]: --set Lion.lr=1: unknown run 'Lion'"):
        tried(preset, 3)


def test_as_a_command(preset):
    assert [as_command(one, "my p.toml") for one in preset.tries[:3]] == [
        "optplay run 'my p.toml' --set SGD.lr=0.5 --set '*.decay=cosine'",
        "optplay run 'my p.toml' --epochs 7 --set SGD.optimizer=adam",
        "optplay run compare",
    ]


def test_in_the_lesson(preset):
    assert lesson(preset, " (how)").endswith(
        "None.\n\n**What to try next** (how)\n\n1. Faster.\n2. Another rule, longer.\n"
        "3. Elsewhere.\n4. Not there.\n"
    )
    assert lesson(msgspec.structs.replace(preset, tries=())) == preset.lesson


def test_in_a_file_and_a_report(preset, cli, write):
    assert parse(to_toml(preset), "p") == preset
    from optplay.experiments import run_preset  # noqa: PLC0415

    document = RunReport(run_preset(preset)).document()
    assert document["try"][1] == {
        "text": "Another rule, longer.", "set": ("SGD.optimizer=adam",), "epochs": 7, "preset": "",
    }  # fmt: skip
    path = write(to_toml(possible(preset)), "p.toml")
    code, out, _ = cli("show", path)
    assert code == 0
    assert "Try 2: Another rule, longer." in out
    assert "--epochs 7 --set SGD.optimizer=adam" in "".join(out.split("\n"))
    code, _, err = cli("show", write(to_toml(preset), "q.toml"))
    assert code == 2
    assert "try[4]: --set Lion.lr=1: unknown run" in err


@pytest.mark.parametrize("table", [
    {"text": "x"}, {"text": "x", "preset": "p", "epochs": 3},
    {"text": "x", "preset": "p", "set": ["a"]},
    {"text": ""}, {"text": "x", "epochs": 0}, {"set": ["a"]}, {"text": "x", "keys": "n"},
])  # fmt: skip
def test_what_can_not_be_tried(table):
    with pytest.raises(InputError):
        Try.of(table)


TABLE = "Before.\n\n| run | loss |\n|---|---|\n| SGD | 0.1 |\n\nAfter.\n"
WORDS = "| a | b |\n|---|---|\n| c | d |\n"


def test_figures_are_those_of_the_preset_that_they_were_measured_of():
    said = f"Before.\n\n*{OF_ANOTHER} “T”, from which this preset was made.*\n\n| run"
    assert attributed(TABLE, "T").startswith(said)
    assert attributed(attributed(TABLE, "T"), "other") == attributed(TABLE, "T")
    assert attributed(TABLE + TABLE, "T").count(OF_ANOTHER) == 2
    assert attributed(WORDS, "T") == WORDS


def test_a_preset_of_ones_own(preset):
    preset = msgspec.structs.replace(preset, lesson=TABLE, group="facts")
    [sgd, adam] = preset.runs
    faster = msgspec.structs.replace(
        sgd, config=msgspec.structs.replace(sgd.config, hyperparameters={"lr": 0.5})
    )
    edited = msgspec.structs.replace(preset, runs=(faster, adam))
    own = as_own(edited, preset, "mine", "Title", "Why?")
    assert (own.name, own.title, own.question, own.group) == ("mine", "Title", "Why?", "mine")
    assert OF_ANOTHER in own.lesson
    assert [one.text for one in own.tries] == ["Faster.", "Another rule, longer.", "Elsewhere."]
    assert as_own(preset, preset, "mine", "Title", "").lesson == TABLE
    with pytest.raises(InputError):
        as_own(edited, preset, "mine", "", "")
