"""What decides a run is checked, and a refusal says what would do."""

import os
import pickle

import msgspec
import pytest

import optplay
from optplay.errors import InputError
from optplay.optim import OPTIMIZERS
from optplay.problems import Problem
from optplay.problems.wide import wide_scratch
from optplay.training import Clip, RunConfig, refuse_too_large

ANYWHERE = sorted(name for name, rule in OPTIMIZERS.items() if rule.anywhere)

NOT_A_NUMBER = float("nan")


def refused(make, *parts):
    """Calls `make`, which must raise one line with all `parts` in this order."""
    with pytest.raises(InputError) as caught:
        make()
    message, at = str(caught.value), 0
    assert "\n" not in message
    for part in parts:
        assert part in message[at:], f"{part!r} not in {message[at:]!r}"
        at = message.index(part, at) + len(part)


@pytest.mark.parametrize(
    ("given", "parts"),
    [
        (
            {"dataset": "circel"},
            ["dataset", "'circel'", "did you mean 'circle'?", "allowed", "xor"],
        ),
        ({"dataset": 3}, ["dataset", "3", "allowed"]),
        ({"samples": 0}, ["samples", "found 0", "allowed", "[1, 1,000,000]"]),
        ({"samples": 1_000_001}, ["samples", "found 1000001", "[1, 1,000,000]"]),
        ({"samples": "many"}, ["samples", "found 'many'", "a whole number"]),
        ({"samples": 2.5}, ["samples", "found 2.5", "a whole number"]),
        ({"samples": True}, ["samples", "found True", "a whole number"]),
        ({"noise": -0.1}, ["noise", "found -0.1", "a number in [0, 10]"]),
        ({"noise": NOT_A_NUMBER}, ["noise", "found nan", "a number"]),
        ({"noise": "loud"}, ["noise", "found 'loud'", "a number"]),
        ({"data_seed": -1}, ["data_seed", "found -1", "0 or more"]),
        ({"test_fraction": 1}, ["test_fraction", "found 1", "[0, 1)"]),
        ({"test_fraction": 0.999}, ["test_fraction", "found 0.999", "none of 200 samples"]),
        ({"samples": 1, "test_fraction": 0.6}, ["test_fraction", "none of 1 sample "]),
        ({"hidden": 8}, ["hidden", "found 8", "a list", "a whole number"]),
        ({"hidden": [0]}, ["hidden", "found [0]", "[1, 10,000]"]),
        ({"hidden": [8, "x"]}, ["hidden", "found [8, 'x']", "a whole number"]),
        ({"hidden": [1] * 101}, ["hidden", "found", "100"]),
        ({"activation": "rleu"}, ["activation", "'rleu'", "did you mean 'relu'?", "tanh"]),
        ({"activation": 1}, ["activation", "found 1", "relu, tanh, sigmoid, identity"]),
        ({"init": "xaver"}, ["init", "'xaver'", "did you mean 'xavier'?", "zeros"]),
        ({"init_scale": float("inf")}, ["init_scale", "found inf", "[0, 1,000]"]),
        ({"loss": "mae"}, ["loss", "'mae'", "bce, mse"]),
        ({"batch_size": 0}, ["batch_size", "found 0", "[1, "]),
        ({"shuffle": 1}, ["shuffle", "found 1", "true or false"]),
    ],
)
def test_a_wrong_problem(given, parts):
    refused(lambda: Problem(**given), *parts)
    refused(lambda: RunConfig(problem=given), "problem: ", *parts)


@pytest.mark.parametrize(
    ("given", "parts"),
    [
        ({"optimizer": "adm"}, ["optimizer", "'adm'", "did you mean 'adam'?", "allowed", "sgd"]),
        ({"optimizer": "Adam"}, ["optimizer", "'Adam'", "did you mean 'adam'?"]),
        ({"optimizer": None}, ["optimizer", "None", "allowed"]),
        (
            {"hyperparameters": {"beta3": 0.9}},
            ["hyperparameter of adam", "'beta3'", "did you mean"],
        ),
        ({"hyperparameters": {"momentum": 0.9}}, ["hyperparameter of adam", "'momentum'", "beta1"]),
        ({"hyperparameters": {"lr": -1}}, ["lr", "-1", "allowed", "[0, 1000]"]),
        ({"hyperparameters": {"lr": 1001}}, ["lr", "1001", "[0, 1000]"]),
        ({"hyperparameters": {"lr": "fast"}}, ["lr", "fast", "a number"]),
        ({"hyperparameters": {"lr": NOT_A_NUMBER}}, ["lr", "nan", "a number"]),
        ({"hyperparameters": {"lr": True}}, ["lr", "True", "a number"]),
        ({"hyperparameters": {"beta1": 1.0}}, ["beta1", "1.0", "[0, 1)"]),
        ({"hyperparameters": {"epsilon": -1e-9}}, ["epsilon", "-1e-09", "[0, 1]"]),
        ({"hyperparameters": {"bias_correction": 1}}, ["bias_correction", "1", "true or false"]),
        ({"hyperparameters": [0.9]}, ["hyperparameters", "found [0.9]", "a table"]),
        ({"warmup": 1.1}, ["warmup", "found 1.1", "[0, 1]"]),
        ({"warmup": -0.1}, ["warmup", "found -0.1", "[0, 1]"]),
        ({"decay": "cosin"}, ["'cosin'", "did you mean 'cosine'?", "allowed", "linear"]),
        ({"clip": {"norm": 0}}, ["clip", "norm", "found 0", "(0, 1,000,000,000]"]),
        ({"clip": {"nrm": 1}}, ["clip", "'nrm'", "did you mean 'norm'?"]),
        ({"clip": 1.0}, ["clip", "found 1.0", "a table with the keys norm", "as clip = { norm"]),
        ({"weight_decay": -1}, ["weight_decay", "found -1", "[0, 1,000]"]),
        ({"weight_decay": "some"}, ["weight_decay", "found 'some'", "a number"]),
        ({"l2": 1e4}, ["l2", "found 10000.0", "[0, 1,000]"]),
        ({"epochs": 0}, ["epochs", "found 0", "[1, 10,000,000]"]),
        ({"epochs": 10_000_001}, ["epochs", "found 10000001", "[1, 10,000,000]"]),
        ({"seed": -1}, ["seed", "found -1", "0 or more"]),
        ({"seed": 2**63}, ["seed", "found 9223372036854775808"]),
        ({"problem": 3}, ["problem", "found 3", "a table with the keys dataset"]),
        ({"problem": {"sample": 3}}, ["problem", "'sample'", "did you mean 'samples'?"]),
    ],
)
def test_a_wrong_run(given, parts):
    refused(lambda: RunConfig(**given), *parts)
    refused(lambda: RunConfig.of(given), *parts)


def test_a_wrong_decay_names_its_key():
    refused(lambda: RunConfig(decay="cosin"), "decay", "'cosin'")


@pytest.mark.parametrize("found", [None, 3, [], "adam"])
def test_not_a_table(found):
    refused(lambda: RunConfig.of(found), f"found {found!r}", "a table")


def test_a_key_that_is_not_there():
    refused(lambda: RunConfig.of({"epoch": 3}), "key 'epoch'", "did you mean 'epochs'?", "seed")


def test_a_long_wrong_value_is_cut_short():
    with pytest.raises(InputError) as caught:
        Problem(samples="x" * 10_000)
    assert len(str(caught.value)) < 200


def test_stepping_by_hand_is_checked_too():
    refused(lambda: optplay.optimizer("adamm"), "'adamm'", "did you mean 'adam")
    refused(lambda: optplay.optimizer("sgd", beta=0.9), "hyperparameter of sgd", "'beta'", "lr")
    refused(lambda: optplay.optimizer("sgd", clip=-1.0), "norm", "found -1.0")


def test_what_is_left_out_is_completed():
    config = RunConfig(hyperparameters={"lr": 1})
    assert config.hyperparameters == {
        "lr": 1.0, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "bias_correction": True,
        "nesterov": False,
    }  # fmt: skip
    assert next(iter(config.hyperparameters)) == "lr"
    assert (config.optimizer, config.lr, config.epochs, config.seed) == ("adam", 1.0, 300, 0)
    assert (config.clip, config.l2, config.weight_decay, config.warmup) == (None, 0, 0, 0)
    assert config.problem == Problem(samples=200, data_seed=42, hidden=(8,), batch_size=1)


def test_what_rules_take_are_the_hyperparameters_after_lr():
    config = RunConfig(hyperparameters={"lr": 0.5, "bias_correction": False, "beta2": 0.99})
    assert config.hyper.tolist() == [0.9, 0.99, 1e-8, 0.0, 0.0]
    assert RunConfig(optimizer="sgd").hyper.shape == (0,)


@pytest.mark.parametrize("name", ANYWHERE)
def test_every_optimizer_has_defaults_in_its_own_ranges(name):
    rule = OPTIMIZERS.find(name)
    assert rule.hyperparameters[0].name == "lr"
    config = RunConfig(optimizer=name)
    assert config.weight_decay == (0.01 if name == "adamw" else 0)
    assert list(config.hyperparameters) == [h.name for h in rule.hyperparameters]
    for knob in rule.hyperparameters:
        if not isinstance(knob.default, bool):
            refused(lambda k=knob: k.check(k.low - 1), knob.name, "allowed")
            refused(lambda k=knob: k.check(k.high + 1), knob.name, "allowed")


@pytest.mark.parametrize(
    ("warmup", "epochs", "samples", "batch_size", "warm", "steps"),
    [
        (0.1, 300, 200, 1, 6000, 60_000),
        (0.5, 3, 7, 3, 4, 9),
        (1, 1, 1, 1, 1, 1),
        (0, 2, 5, 9, 0, 2),
    ],
)
def test_steps(warmup, epochs, samples, batch_size, warm, steps):
    problem = Problem(samples=samples, batch_size=batch_size)
    config = RunConfig(problem=problem, warmup=warmup, epochs=epochs)
    assert (config.warm(config.steps), config.steps) == (warm, steps)


def test_equal_runs_are_one_key():
    a = RunConfig(hyperparameters={"lr": 0.001}, clip={"norm": 1}, problem={"hidden": [8]})
    b = RunConfig(hyperparameters={}, clip=Clip(norm=1.0), problem=Problem())
    assert a == b
    assert hash(a) == hash(b)
    assert len({a, b}) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"seed": 1},
        {"hyperparameters": {"lr": 0.002}},
        {"clip": Clip(norm=1.0)},
        {"problem": Problem(noise=0.1)},
        {"weight_decay": 0.1},
        {"optimizer": "amsgrad"},
    ],
)
def test_unequal_runs_are_two(other):
    assert RunConfig() != RunConfig(**other)
    assert len({RunConfig(), RunConfig(**other)}) == 2


@pytest.mark.parametrize("name", ["l2", "warmup"])
def test_equal_runs_hash_alike_also_with_a_negative_zero(name):
    a, b = RunConfig(**{name: 0.0}), RunConfig(**{name: -0.0})
    assert a == b
    assert hash(a) == hash(b)


def test_a_run_is_frozen_and_survives_a_trip():
    config = RunConfig(optimizer="lion", clip=Clip(norm=2.0), decay="cosine")
    with pytest.raises(AttributeError):
        config.seed = 3
    assert pickle.loads(pickle.dumps(config)) == config
    assert RunConfig.of(msgspec.json.decode(msgspec.json.encode(config))) == config


@pytest.fixture
def machine(monkeypatch):
    """A machine of two cores and two gigabytes."""
    sizes = {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 2 * 10**9 // 4096}
    monkeypatch.setattr(os, "sysconf", sizes.__getitem__)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)


@pytest.mark.usefixtures("machine")
def test_what_fits_is_not_refused():
    refuse_too_large([])
    refuse_too_large([RunConfig(seed=s) for s in range(100)])


@pytest.mark.usefixtures("machine")
def test_more_than_half_of_the_memory_is_refused():
    # 128 bytes an epoch, and what is kept of 33 weights and two slots: up to 256 MB.
    refuse_too_large([RunConfig(epochs=5_800_000)])
    refused(
        lambda: refuse_too_large([RunConfig(epochs=6_000_000)]),
        "1 run of up to 6,000,000 epochs would need", "1.0 GB", "allowed: 1.0 GB",
    )  # fmt: skip
    refused(lambda: refuse_too_large([RunConfig(epochs=300_000)] * 4), "4 runs", "1.1 GB")
    refuse_too_large([RunConfig(epochs=300_000)] * 4, most=0)


@pytest.mark.usefixtures("machine")
def test_what_a_step_works_on_counts():
    # 25 million weights and as many of scratch, state and copies: 0.2 GB each.
    wide = RunConfig(problem=Problem(samples=1, hidden=[5000, 5000]), epochs=1, optimizer="sgd")
    assert wide.bytes_needed() < 0.5e9
    refused(lambda: refuse_too_large([wide]), "1 run of up to 1 epoch would need 1.7 GB")


@pytest.mark.usefixtures("machine")
def test_what_blas_works_on_counts_and_does_not_grow_with_the_samples():
    # Three numbers of 4096 samples and 10,003 neurons: 1.0 GB.
    wide = Problem(samples=1_000_000, hidden=[5000, 5000], batch_size=4096)
    few = Problem(samples=1, hidden=[5000, 5000])
    many, one = (RunConfig(problem=p, epochs=1, optimizer="sgd") for p in (wide, few))
    assert many.bytes_at_work - one.bytes_at_work == pytest.approx(0.98e9, rel=0.01)
    narrow = RunConfig(problem=Problem(samples=1, hidden=[64, 64])).bytes_at_work
    for held_out, batch in ((0.0, 1_000_000), (0.9, 200)):
        large = Problem(
            samples=1_000_000, hidden=[64, 64], batch_size=batch, test_fraction=held_out
        )
        counted = RunConfig(problem=large).bytes_at_work - narrow
        assert counted == pytest.approx(wide_scratch(large).nbytes, rel=0.01)
        assert counted < 20e6


@pytest.mark.usefixtures("machine")
def test_more_than_a_day_is_refused():
    wide = Problem(samples=1_000_000, hidden=[250])  # 1001 parameters
    refuse_too_large([RunConfig(problem=wide, epochs=10_000, optimizer="sgd")])
    refused(
        lambda: refuse_too_large([RunConfig(problem=wide, epochs=50_000, optimizer="sgd")] * 2),
        "2 runs of 100,000,000,000 steps", "1.2 days", "allowed: one day",
    )  # fmt: skip
