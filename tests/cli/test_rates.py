"""`optplay rates`."""

import json

import numpy as np
import pytest

from optplay.experiments import load, run_preset
from optplay.experiments.quantiles import quantiles
from optplay.experiments.steps import distribution, step_taken

KEYS = ["0", "0.1", "0.25", "0.5", "0.75", "0.9", "1"]


def lines(out):
    """The rows of the tables, without the spaces between their cells."""
    return [" ".join(line.split()) for line in out.splitlines()]


def test_json(cli, small):
    code, out, err = cli("rates", small, "--steps", "5,60", "--json")
    assert (code, err, out.count("\n")) == (0, "", 1)
    found = json.loads(out, parse_constant=pytest.fail)
    results = run_preset(load(small))
    assert list(found) == ["preset", "title", "exact", "seeds", "distributions", "over_time"]
    assert found["seeds"] == [0, 1]
    pairs = [(d["label"], d["step"]) for d in found["distributions"]]
    assert pairs == [("SGD", 5), ("SGD", 60), ("Adam 0.5", 5), ("Adam 0.5", 60)]
    for one, other in zip(found["distributions"][:2], found["distributions"][2:], strict=True):
        expected = distribution(results.runs[other["label"]], other["step"])
        for kind in ("rates", "steps"):
            assert one[kind]["edges"] == other[kind]["edges"]
            assert other[kind]["quantiles"] == expected[kind]["quantiles"]
            assert sum(other[kind]["counts"]) == other["moved"] == expected["moved"]
    way = found["over_time"][1]
    assert list(way) == [
        "label", "no_rates", "epoch", "step", "moved", "idle", "rates", "steps",
    ]  # fmt: skip
    assert (way["label"], way["epoch"], way["step"]) == ("Adam 0.5", [1, 2, 3], [20, 40, 60])
    assert list(way["rates"]) == list(way["steps"]) == KEYS
    for i, step in enumerate(way["step"]):
        taken = [step_taken(history, step) for history in results.runs["Adam 0.5"]]
        values = np.concatenate([t.steps[t.steps > 0] for t in taken])
        assert way["steps"]["0.9"][i] == quantiles(values, [0.9])[0]
        assert way["moved"][i] == values.size


def test_the_tables(cli, small, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    code, out, err = cli("rates", small)
    assert (code, err) == (0, "")
    # Of 10, 50 and 200 the run has no 200.
    idle = distribution(run_preset(load(small)).runs["SGD"], 50)["idle"]
    assert f"SGD 50 multiplier 0.1 0.1 0.1 1 {idle}" in lines(out)
    assert not any(line.startswith("SGD 200") for line in lines(out))
    assert [line.split()[1] for line in lines(out) if line.startswith("SGD")] == [
        *["10"] * 2, *["50"] * 2, *["20"] * 2, *["40"] * 2, *["60"] * 2,
    ]  # fmt: skip


def test_the_presets_own_steps_are_those_of_run(cli, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    some = ("exercise-3-effective-rate", "--seeds", "2", "--epochs", "2")
    (_, run, _), (_, rates, _) = cli("run", *some), cli("rates", *some)
    asked = [line for line in lines(run) if line.startswith(("Adam 10 ", "SGD 200 "))]
    assert len(asked) == 4
    assert set(asked) <= set(lines(rates))


def test_plot(cli, small, monkeypatch):
    monkeypatch.setenv("COLUMNS", "130")
    code, out, err = cli("rates", small, "--steps", "5", "--plot")
    assert (code, err) == (0, "")
    assert "Multipliers at step 5" in out
    assert "|Δw| over time" in out
    assert "● SGD" in out
    chart = out.splitlines()[
        out.splitlines().index(next(x for x in out.splitlines() if "●" in x)) :
    ]
    assert max(map(len, chart)) <= 130


def test_plot_where_nothing_moves(cli, small):
    code, out, _ = cli("rates", small, "--set", "*.lr=0", "--plot")
    assert code == 0
    assert "no parameter moved" in out
    assert "no data yet" in out


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("0", "--steps: found 0, allowed: 1 to 60"),
        ("5,61", "--steps: found 61, allowed: 1 to 60"),
        ("ten", "--steps: found 'ten', allowed: numbers, as in 10,50,200"),
        ("5,,6", "--steps: found '5,,6'"),
        ("²", "--steps: found '²'"),
        ("9" * 5000, "--steps: found 99999999999999999999, allowed: 1 to 60"),
    ],
)
def test_wrong_steps(cli, small, asked, words):
    code, out, err = cli("rates", small, "--steps", asked)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert words in err


def test_steps_in_any_order_once_each(cli, small):
    _, out, _ = cli("rates", small, "--steps", "9, 3,9", "--json")
    assert [d["step"] for d in json.loads(out)["distributions"]] == [9, 3] * 2


def test_one_of_json_and_plot(cli, small):
    code, _, err = cli("rates", small, "--json", "--plot")
    assert (code, err) == (2, "optplay: --plot: found with --json, allowed: one of the two\n")


def test_a_rule_without_rates_says_why(cli, small):
    code, out, _ = cli("rates", small, "--steps", "5", "--set", "SGD.optimizer=muon", "--json")
    assert code == 0
    found = json.loads(out)["distributions"]
    assert [d["no_rates"] for d in found] == ["its step is a matrix product", None]
    assert found[0]["rates"]["quantiles"] == {}
    assert found[0]["steps"]["quantiles"]
    code, out, err = cli("rates", small, "--set", "*.optimizer=muon")
    assert (code, out) == (2, "")
    assert "Muon has no rate for each parameter: its step is a matrix product" in err
