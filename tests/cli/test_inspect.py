"""`optplay inspect`."""

import json

import pytest
from rich.cells import cell_len

from optplay.experiments import load
from optplay.experiments.forks import train_one
from optplay.experiments.wording import precise
from optplay.instruments.inspect.measure import take_apart

FORKED = """
[[runs]]
label = "later"
optimizer = "momentum"
lr = 0.01
fork = { run = "SGD", epoch = 2 }
"""


@pytest.fixture
def forked(small, tmp_path):
    """The small preset with a run that goes on from another one."""
    path = tmp_path / "forked.toml"
    with open(small, encoding="utf-8") as file:
        path.write_text(file.read().replace("\n[[claims]]", FORKED + "\n[[claims]]", 1), "utf-8")
    return str(path)


def lines(out):
    """The rows of the table, without the spaces between their cells."""
    return [" ".join(line.split()) for line in out.splitlines()]


def test_the_first_run_and_step_and_the_largest_step(cli, small):
    code, out, err = cli("inspect", small)
    assert (code, err) == (0, "")
    found = take_apart(train_one(load(small), "SGD", 0, until=1), 1)
    i, u = found.largest, found.update
    name = found.config.problem.parameter_names[i]
    for line in (
        "Small",
        "SGD: SGD, lr=0.1, samples=20, hidden=[4], seed 0",
        "step 1 of 60, in epoch 1 of 3",
        f"t = 1, lr = 0.1, loss {precise(u.loss)} of sample 0",
        f"parameter {i}: {name}, which moves most",
        f"gradient g = ∂loss/∂w, mean over the batch {precise(u.gradient[i])}",
        "clipping off",
        "L2 off",
        f"rule Δ = -lr·g {precise(u.delta[i])}",
        "decay off",
        f"weight w ← w + Δ {precise(u.before[i])} {precise(u.after[i])}",
    ):
        assert line in lines(out)


def test_everything_on(cli, small):
    edits = ["clip.norm=0.1", "l2=0.01", "weight_decay=0.5", "warmup=0.5"]
    sets = [word for edit in edits for word in ("--set", f"Adam 0.5.{edit}")]
    code, out, err = cli(
        "inspect", small, "--run", "Adam 0.5", "--step", "15", "--parameter", "LAYER 1 b[2]",
        "--seed", "3", *sets,
    )  # fmt: skip
    assert (code, err) == (0, "")
    found = take_apart(train_one(load(small, edits=sets[1::2]), "Adam 0.5", 3), 15)
    i, u = 10, found.update
    assert "t = 15, lr = 0.005, loss" in out
    assert "beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, bias_correction = true" in out
    assert "parameter 10: layer 1 b[2]" in lines(out)
    for line in (
        f"clipping ‖g‖ = √Σg², over all parameters {precise(u.norm)}",
        f"g ← g·c/‖g‖, c = 0.1 {precise(u.gradient[i])} {precise(u.clipped_gradient[i])}",
        f"L2 λ₂·w, λ₂ = 0.01 {precise(found.l2_term[i])}",
        f"rule m ← β₁·m + (1-β₁)·g {precise(u.state_before[0, i])} {precise(u.state_after[0, i])}",
        f"rate = lr/(√v̂ + ε) {precise(found.terms['rate'][i])}",
        f"Δ = -rate·m̂ {precise(u.delta[i])}",
        f"decay -lr·λ·w, λ = 0.5 {precise(found.decay[i])}",
        f"weight w ← w + Δ - lr·λ·w {precise(u.before[i])} {precise(u.after[i])}",
    ):
        assert line in lines(out)


def test_json(cli, small):
    code, out, err = cli("inspect", small, "--run", "Adam 0.5", "--step", "7", "--json")
    assert (code, err, out.count("\n")) == (0, "", 1)
    found = json.loads(out)
    d = take_apart(train_one(load(small), "Adam 0.5", 0), 7)
    u, names = d.update, list(d.config.problem.parameter_names)
    assert list(found) == [
        "preset", "title", "exact", "label", "seed", "optimizer", "formula", "wrappers", "step",
        "epoch", "t", "lr", "samples", "loss", "gradient_norm", "clip_factor", "parameter", "rows",
        "parameters", "first_gradient", "gradient", "clipped_gradient", "l2_term", "rule_gradient",
        "states", "terms", "delta", "decay", "weights",
    ]  # fmt: skip
    assert found["parameter"] == {"index": d.largest, "name": names[d.largest]}
    assert found["parameters"] == names
    assert (found["step"], found["epoch"], found["t"], found["lr"]) == (7, 1, 7, 0.01)
    assert (found["samples"], found["loss"], found["gradient_norm"]) == ([6], u.loss, u.norm)
    assert found["weights"] == {"before": u.before.tolist(), "after": u.after.tolist()}
    assert found["states"]["v"]["size"] == "parameter"
    assert found["states"]["v"]["after"] == u.state_after[1].tolist()
    assert found["terms"]["m̂"] == d.terms["m̂"].tolist()
    assert found["delta"] == u.delta.tolist()
    assert found["rows"][-1] == {
        "part": "weight", "name": "w", "formula": "w ← w + Δ",
        "before": u.before[d.largest], "value": u.after[d.largest], "form": "",
    }  # fmt: skip


def test_what_is_not_finite_is_null(cli, small):
    code, out, _ = cli(
        "inspect", small, "--set", "SGD.lr=1000", "--set", "SGD.l2=1000", "--step", "27", "--json"
    )
    assert code == 0
    found = json.loads(out, parse_constant=pytest.fail)
    assert None in [found["loss"], found["gradient_norm"], *found["weights"]["after"]]


def test_a_term_for_all_parameters_is_one_number(cli, small):
    *_, out, _ = cli("inspect", small, "--set", "SGD.optimizer=radam", "--step", "9", "--json")
    terms = json.loads(out)["terms"]
    assert terms["ρ∞"] == pytest.approx(1999)
    assert 0 < terms["r"] < 1


def test_a_fork(cli, forked):
    code, out, err = cli("inspect", forked, "--run", "later", "--step", "41")
    assert (code, err) == (0, "")
    assert "t = 1, lr = 0.01" in out
    assert any(line.startswith("rule v ← β·v + g 0 ") for line in lines(out))
    code, out, err = cli("inspect", forked, "--run", "later", "--step", "40")
    assert (code, out) == (2, "")
    assert err == "optplay: later: step: found 40, allowed: 41 to 60 (those after the fork)\n"


@pytest.mark.parametrize(("width", "part"), [(90, True), (62, False), (40, False)])
def test_in_a_narrow_terminal(cli, small, monkeypatch, width, part):
    monkeypatch.setenv("COLUMNS", str(width))
    code, out, _ = cli("inspect", small, "--run", "Adam 0.5", "--set", "Adam 0.5.weight_decay=0.1")
    assert code == 0
    assert all(cell_len(line) <= width for line in out.splitlines())
    assert ("Part" in out, "clipping:" in out) == (part, not part)
    assert "w ← w + Δ" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--run", "Adam"], "unknown run 'Adam': did you mean 'Adam 0.5'? allowed: SGD, Adam 0.5"),
        (["--step", "0"], "step: found 0, allowed: 1 to 60"),
        (["--step", "61"], "step: found 61, allowed: 1 to 60"),
        (["--parameter", "17"], "unknown parameter '17': allowed: 0 to 16, or a name from"),
        (["--parameter", "-1"], "unknown parameter '-1': allowed: 0 to 16"),
        (["--parameter", "layer 1 w[4,0]"], "did you mean 'layer 1 w[3,0]'? allowed: 0 to 16"),
        (["--parameter", "²"], "unknown parameter '²'"),
        (
            ["--step", "60", "--set", "SGD.lr=1000", "--set", "SGD.l2=1000"],
            "SGD: step: found 60, allowed: 1 to 27 (it diverged there)",
        ),
    ],
)  # fmt: skip
def test_wrong_input_is_one_line_and_2(cli, small, arguments, words):
    code, out, err = cli("inspect", small, *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert words in err
