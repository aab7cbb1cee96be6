"""Reading presets: defaults, overrides, edits; and one clear line for everything wrong."""

import os

import pytest

from optplay.errors import InputError
from optplay.experiments import load, preset_files, run_preset
from optplay.problems import Problem
from optplay.training import Clip, refuse_too_large

LEAST = 'title = "T"\n[[runs]]\nlabel = "A"\n'


def test_the_defaults_are_the_lessons(write):
    preset = load(write(LEAST))
    assert (preset.name, preset.title, preset.question, preset.lesson) == ("small", "T", "", "")
    assert (preset.seeds, preset.charts, preset.at_steps, preset.claims) == (
        (0,), ("loss", "accuracy"), (), (),
    )  # fmt: skip
    [run] = preset.runs
    assert (run.label, run.config.optimizer, run.config.epochs) == ("A", "adam", 300)
    assert run.config.problem == Problem(
        dataset="circle", samples=200, noise=0.0, data_seed=42, test_fraction=0.0, hidden=(8,),
        activation="relu", init="normal", init_scale=0.5, loss="bce", batch_size=1, shuffle=False,
    )  # fmt: skip
    assert (run.config.warmup, run.config.decay, run.config.clip, run.config.l2) == (
        0.0, "none", None, 0.0,
    )  # fmt: skip
    assert run.config.weight_decay == 0.0


def test_a_whole_preset(write):
    preset = load(write())
    assert preset.seeds == (0, 1)
    sgd, adam = (run.config for run in preset.runs)
    assert [run.label for run in preset.runs] == ["SGD", "Adam 0.5"]
    assert (sgd.optimizer, sgd.lr, sgd.epochs, sgd.clip) == ("sgd", 0.1, 3, None)
    assert adam.clip == Clip(norm=1.0)
    # A run's own [problem] keys go over those shared; the others stay.
    assert sgd.problem == Problem(samples=20, hidden=(4,))
    assert adam.problem == Problem(samples=20, hidden=(4,), noise=0.1)
    [claim] = preset.claims
    assert (claim.metric, claim.at, claim.left, claim.is_, claim.right, claim.source) == (
        "epochs_to_accuracy", 0.9, "SGD", "below", "Adam 0.5", "nobody",
    )  # fmt: skip


def test_a_list_of_seeds(write, small):
    preset = load(write(small.replace("seeds = 2", "seeds = [7, 3]")))
    assert preset.seeds == (7, 3)


def test_whole_numbers_where_numbers_are_wanted(write, small):
    preset = load(write(small.replace("lr = 0.1", "lr = 1").replace("norm = 1.0", "norm = 2")))
    assert preset.runs[0].config.lr == 1.0
    assert preset.runs[1].config.clip.norm == 2.0


def test_the_presets_that_come_along_are_valid():
    assert preset_files()
    for name in preset_files():
        preset = load(name)
        assert preset.name == name
        assert preset.claims
        refuse_too_large([run.config for run in preset.runs], len(preset.seeds))


def refused(*arguments, **named):
    with pytest.raises(InputError) as caught:
        load(*arguments, **named)
    message = str(caught.value)
    assert len(message.splitlines()) == 1
    assert len(message) < 1500
    return message


RUN = '[[runs]]\nlabel = "SGD"\n'
# What to replace in the small preset, by what, and what the message must tell.
BAD = [
    ("seeds = 2", "seed = 2", ("unknown key 'seed'", "did you mean 'seeds'", "epochs")),
    ("[problem]", "[problems]", ("unknown key 'problems'", "did you mean 'problem'")),
    ("samples = 20", "sample = 20", ("SGD", "problem", "'sample'", "did you mean 'samples'")),
    ("lr = 0.1", "lrr = 0.1", ("runs[1] (SGD)", "'lrr'", "did you mean 'lr'")),
    ("lr = 0.1", "beta1 = 0.1", ("runs[1] (SGD)", "key of a run with sgd", "'beta1'", "lr")),
    ("norm = 1.0", "nrom = 1.0", ("runs[2] (Adam 0.5)", "clip", "'nrom'", "'norm'")),
    ("noise = 0.1", "nose = 0.1", ("runs[2]", "problem", "'nose'", "'noise'")),
    ('is = "below"', 'is = "below"\nwho = "me"', ("claims[1]", "'who'")),
    ('title = "Small"', "", ("title is missing",)),
    ('title = "Small"', "title = 3", ("title: found 3", "a text")),
    ('title = "Small"', 'title = ""', ("title: found ''", "1 to 200")),
    ('label = "SGD"', "", ("runs[1]", "label is missing")),
    ('label = "SGD"', "label = 5", ("runs[1]", "label: found 5", "a text")),
    ('label = "SGD"', 'label = ""', ("runs[1]", "label: found ''", "1 to 60")),
    ('label = "SGD"', 'label = "Adam 0.5"', ("runs", "'Adam 0.5' twice", "once")),
    ('label = "SGD"', f'label = "{"x" * 61}"', ("runs[1]", "label", "1 to 60")),
    ('is = "below"', 'is = "belo"', ("claims[1]", "unknown is 'belo'", "did you mean 'below'?")),
    ("clip = { norm = 1.0 }", "clip = 1.0", ("as clip = { norm = 1.0 }",)),
    ("lr = 0.1", "learning_rate = 0.1", ("it is called 'lr' here",)),
    ("lr = 0.1", "momentum = 0.9", ("it is an optimizer of its own here",)),
    ("lr = 0.01", "betas = 0.9", ("it is called 'beta1' here",)),
    ("lr = 0.01", "wd = 0.1", ("it is called 'weight_decay' here",)),
    ("lr = 0.01", "min_lr = 0.1", ("it is the floor of a decay here", "decay.floor")),
    ("lr = 0.01", "eps = 0.1", ("it is called 'epsilon' here",)),
    ("lr = 0.01", 'decay = "cosine_annealing"', ("it is called 'cosine' here",)),
    ("noise = 0.1", 'init = "he"', ("it is called 'kaiming' here",)),
    ("noise = 0.1", 'init = "glorot"', ("it is called 'xavier' here",)),
    ("noise = 0.1", 'loss = "binary_crossentropy"', ("it is called 'bce' here",)),
    ("lr = 0.1", "lr = 1e-400", ("found '1e-400'", "at least 5e-324")),
    ("lr = 0.1", "lr = 1e400", ("found '1e400'", "up to 1.8e+308")),
    ("lr = 0.1", "lr = 1000.11111111111", ("lr: found 1000.11…, allowed: a number in [0, 1000]",)),
    ("seeds = 2", "seeds = 0", ("seeds: found 0", "1 to 10,000")),
    ("seeds = 2", "seeds = -1", ("seeds: found -1", "1 to 10,000")),
    ("seeds = 2", "seeds = 10001", ("seeds: found 10001", "1 to 10,000")),
    ("seeds = 2", "seeds = true", ("seeds: found True", "a list")),
    ("seeds = 2", "seeds = 2.0", ("seeds: found 2.0", "a list")),
    ("seeds = 2", "seeds = []", ("seeds: found []", "1 to 10,000 of them")),
    ("seeds = 2", "seeds = [1, 1]", ("seeds: found [1, 1]", "once")),
    ("seeds = 2", "seeds = [-1]", ("seeds: found [-1]", "whole number, 0 or more")),
    ("seeds = 2", "seeds = [9223372036854775808]", ("seeds", "9223372036854775808")),
    ("epochs = 3", "epochs = 0", ("epochs: found 0", "[1, 10,000,000]")),
    ("epochs = 3", "epochs = 1.5", ("epochs: found 1.5", "a whole number")),
    ("epochs = 3", 'epochs = "3"', ("epochs: found '3'", "a whole number")),
    ("epochs = 3", "epochs = 99999999999", ("epochs: found 99999999999",)),
    ("lr = 0.1", "lr = nan", ("runs[1] (SGD)", "lr: found nan", "[0, 1000]")),
    ("lr = 0.1", "lr = inf", ("lr: found inf", "[0, 1000]")),
    ("lr = 0.1", "lr = -0.1", ("lr: found -0.1", "[0, 1000]")),
    ("lr = 0.1", 'lr = "high"', ("lr: found 'high'", "a number in")),
    ("lr = 0.1", "lr = true", ("lr: found True", "a number in")),
    ("lr = 0.1", "lr = 1979-05-27", ("lr: found 1979-05-27", "a number in")),
    ("lr = 0.1", f"lr = {'9' * 400}", ("lr: found 999", "a number in")),
    ("lr = 0.01", "beta1 = 1.0", ("runs[2]", "beta1: found 1.0", "[0, 1)")),
    ("lr = 0.01", "epsilon = -1", ("epsilon: found -1", "[0, 1]")),
    ("lr = 0.01", "bias_correction = 1", ("bias_correction: found 1", "true or false")),
    ("lr = 0.01", "warmup = 1.1", ("warmup: found 1.1", "[0, 1]")),
    ("lr = 0.01", "warmup = -inf", ("warmup: found -inf", "[0, 1]")),
    ("lr = 0.01", 'decay = "cosin"', ("decay", "'cosin'", "did you mean 'cosine'", "one_cycle")),
    ("lr = 0.01", "decay = 1", ("decay: found 1", "a text")),
    ("lr = 0.01", "l2 = nan", ("l2: found nan", "[0, 1,000]")),
    ("lr = 0.01", "weight_decay = -1", ("weight_decay: found -1", "[0, 1,000]")),
    ("clip = { norm = 1.0 }", "clip = 1.0", ("clip: found 1.0", "a table", "norm")),
    ("norm = 1.0", "norm = 0", ("clip", "norm: found 0", "(0, 1,000,000,000")),
    ("norm = 1.0", "norm = nan", ("clip", "norm: found nan")),
    ('"sgd"', '"sdg"', ("runs[1] (SGD)", "optimizer 'sdg'", "did you mean 'sgd'", "adam")),
    ('"sgd"', '"nadamm"', ("'nadamm'", "did you mean 'nadam'")),
    ('"sgd"', "7", ("runs[1] (SGD)", "optimizer 7", "adam")),
    ('"sgd"', "[1]", ("optimizer [1]", "adam")),
    ('"sgd"', "{ a = 1 }", ("optimizer", "adam")),
    ("samples = 20", 'dataset = "cicle"', ("dataset 'cicle'", "did you mean 'circle'", "moons")),
    ("samples = 20", "samples = 0", ("problem: samples: found 0", "[1, 1,000,000]")),
    ("samples = 20", "samples = 20.5", ("samples: found 20.5", "a whole number")),
    ("samples = 20", "test_fraction = 1.0", ("test_fraction: found 1.0", "[0, 1)")),
    ("samples = 20", "samples = 1\ntest_fraction = 0.9", ("test_fraction: found 0.9", "none")),
    ("samples = 20", "init_scale = inf", ("init_scale: found inf",)),
    ("samples = 20", 'shuffle = "no"', ("shuffle: found 'no'", "true or false")),
    ("samples = 20", 'loss = "bcee"', ("loss", "'bcee'", "did you mean 'bce'", "mse")),
    ("samples = 20", 'activation = "rely"', ("activation", "did you mean 'relu'")),
    ("hidden = [4]", "hidden = 4", ("hidden: found 4", "a list", "whole number")),
    ("hidden = [4]", "hidden = [0]", ("hidden: found [0]", "[1, 10,000]")),
    ("hidden = [4]", 'hidden = ["a"]', ("hidden: found ['a']",)),
    ("hidden = [4]", "hidden = [[4]]", ("hidden: found [[4]]",)),
    ('["loss"]', '["los"]', ("charts", "'los'", "did you mean 'loss'", "weight_norm")),
    ('["loss"]', '"loss"', ("charts: found 'loss'", "a list")),
    ('["loss"]', "[1]", ("charts: found [1]",)),
    ('["loss"]', '["loss"]\nat_steps = [0]', ("at_steps: found [0]", "[1,")),
    ('["loss"]', '["loss"]\nat_steps = 10', ("at_steps: found 10", "a list")),
    ('metric = "epochs_to_accuracy"', 'metric = "epochs_to_acuracy"', ("did you mean",)),
    ('metric = "epochs_to_accuracy"', "metric = 1", ("claims[1]", "metric: found 1")),
    ('metric = "epochs_to_accuracy"', "", ("claims[1]", "metric is missing")),
    ('metric = "epochs_to_accuracy"', 'metric = "weight_norm"', ("at: found 0.9", "none")),
    ("at = 0.9", "", ("claims[1]", "at is missing", "a fraction")),
    ("at = 0.9", "at = nan", ("claims[1]", "at: found nan", "a number")),
    ('left = "SGD"', 'left = "SDG"', ("claims[1]", "left", "'SDG'", "SGD, Adam 0.5")),
    ('right = "Adam 0.5"', 'right = "Adam"', ("claims[1]", "right", "'Adam'", "SGD")),
    ('right = "Adam 0.5"', "right = [1]", ("claims[1]", "right: found [1]", "a text or a number")),
    ('right = "Adam 0.5"', "right = inf", ("claims[1]", "right: found inf")),
    ('is = "below"', 'is = "belwo"', ("claims[1]", "is", "'belwo'", "did you mean 'below'")),
    ('is = "below"', "", ("claims[1]", "is is missing", "below or above")),
    ("[[claims]]", "[claims]", ("claims", "[[claims]] tables")),
    ("problem = { noise = 0.1 }", "problem = 3", ("runs[2]", "problem: found 3", "a table")),
    ('title = "Small"', 'title = "Small', ("not a TOML file", "line 2")),
    ('title = "Small"', 'title = "a"\ntitle = "b"', ("not a TOML file",)),
    ("lr = 0.1", f"lr = {'9' * 5000}", ("small.toml",)),
    ("samples = 20", f"x{'.a' * 1200} = 1", ("small.toml",)),
    ("samples = 20", f"noise = {'[' * 5000}{']' * 5000}", ("small.toml",)),
]


@pytest.mark.parametrize(("old", "new", "words"), BAD, ids=[new[:40] for _, new, _ in BAD])
def test_one_line_for_each_mistake(write, small, old, new, words):
    assert small.count(old) >= 1
    message = refused(write(small.replace(old, new, 1)))
    assert message.count("small.toml") == 1
    for word in words:
        # The file's path holds the words of this test.
        assert word in message.partition("/test_")[2].partition("/")[2]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('left = "SGD"', 'left = "SDG"', ("mean 'SGD'",)),
        ("lr = 0.1", f"lr = 0x{'f' * 5000}", ("lr",)),
        ("seeds = 2", f"seeds = 0x{'f' * 5000}", ("seeds",)),
        ("samples = 20", f"noise{'.a' * 1200} = 1", ("noise",)),
    ],
    ids=["capitals", "huge number", "huge seeds", "deep table"],
)
def test_hostile_values(write, small, old, new, words):
    message = refused(write(small.replace(old, new, 1)))
    for word in words:
        # The file's path holds the words of this test.
        assert word in message.partition("small.toml")[2]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ("title is missing",)),
        ('title = "T"', ("runs: found none", "[[runs]]")),
        ('title = "T"\nruns = []', ("runs: found none",)),
        ('title = "T"\nruns = 3', ("runs: found 3", "[[runs]] tables")),
        ('title = "T"\nruns = [3]', ("runs: found [3]", "[[runs]] tables")),
        ('title = "T"\n[runs]\nlabel = "A"', ("runs: found", "[[runs]] tables")),
        (LEAST + "[[problem]]", ("problem: found", "a [problem] table")),
        ("\ufeff" + LEAST, ("not a TOML file",)),
    ],
)
def test_wrong_as_a_whole(write, text, words):
    message = refused(write(text))
    for word in words:
        assert word in message


@pytest.mark.parametrize(
    "raw",
    [
        bytes(range(256)) * 10,
        b"\x7fELF\x02\x01\x01" + bytes(100),
        b"\xff\xfe" + LEAST.encode("utf-16-le"),
        LEAST.encode("utf-16"),
        b'title = "\xe4"',
    ],
)
def test_binary_files(tmp_path, raw):
    path = tmp_path / "binary.toml"
    path.write_bytes(raw)
    assert "not a TOML file" in refused(str(path))


def test_ten_megabytes_of_noise(tmp_path):
    path = tmp_path / "noise.toml"
    path.write_bytes(os.urandom(10_000_000))
    assert "found more than 1,000,000 bytes" in refused(str(path))


def test_not_a_file(tmp_path):
    assert "no such file" in refused(str(tmp_path / "none.toml"))
    assert "directory" in refused(str(tmp_path))
    assert "cannot be read" in refused("x" * 5000 + ".toml")
    refused("nul\0.toml")


def test_a_path_with_a_line_break(tmp_path):
    refused(str(tmp_path / "two\nlines.toml"))


def test_a_label_with_a_line_break(write, small):
    refused(write(small.replace('label = "SGD"', 'label = "S\\nGD"\nwrong = 1')))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(write):
    path = write()
    os.chmod(path, 0)
    assert "cannot be read: Permission denied" in refused(path)


def test_the_nearest_preset():
    message = refused("exercise-2-warmp")
    assert "unknown preset" in message
    assert "did you mean 'exercise-2-warmup'" in message


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"hidden = [4]": "hidden = [10000, 10000, 10000]"}, ("GB", "memory")),
        ({"samples = 20": "samples = 1000000", "epochs = 3": "epochs = 10000000"}, ("days",)),
        ({"hidden = [4]": "hidden = [10000, 1]", "samples = 20": "samples = 1000000",
          "epochs = 3": "epochs = 1000", "seeds = 2": "seeds = 4"}, ("days", "one day")),
    ],
)  # fmt: skip
def test_too_large(write, small, changes, words):
    for old, new in changes.items():
        small = small.replace(old, new)
    preset = load(write(small))
    with pytest.raises(InputError) as caught:
        run_preset(preset)
    for word in ("allowed", *words):
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("named", "words"),
    [
        ({"seeds": 0}, ("seeds: found 0", "1 to 10,000")),
        ({"seeds": -3}, ("seeds: found -3",)),
        ({"epochs": 0}, ("epochs: found 0",)),
        ({"epochs": 10**30}, ("epochs: found 1000",)),
    ],
)
def test_wrong_overrides(write, named, words):
    message = refused(write(), **named)
    for word in words:
        assert word in message
