"""`--set LABEL.key=value`."""

import pytest

from optplay.errors import InputError
from optplay.experiments import load
from optplay.training import Clip, RunConfig

CLIP = Clip(norm=1.0)


@pytest.fixture
def edited(write, small):
    """The configs of the small preset's runs, by label, after some edits."""
    small += '\n[[runs]]\nlabel = "Adam"\n\n[[runs]]\nlabel = "a = b"\n'

    def edited(*edits):
        return {run.label: run.config for run in load(write(small), edits=edits).runs}

    return edited


def test_one_run(edited):
    configs = edited("SGD.lr=0.5")
    assert (configs["SGD"].lr, configs["Adam"].lr) == (0.5, 0.001)


def test_a_label_with_spaces_and_dots(edited):
    configs = edited("Adam 0.5.lr=0.7", "Adam.lr=0.3")
    assert (configs["Adam 0.5"].lr, configs["Adam"].lr) == (0.7, 0.3)


@pytest.mark.parametrize(
    ("text", "lr"),
    [("1/3", 1 / 3), ("0,05", 0.05), ("5%", 0.05), ("1,5e-3", 0.0015), ("1e-3", 0.001)],
)
def test_a_number_as_people_type_it(edited, text, lr):
    assert edited(f"SGD.lr={text}")["SGD"].lr == lr


def test_a_list_keeps_its_commas(edited):
    assert edited("*.problem.hidden=16,8")["SGD"].problem.hidden == (16, 8)


def test_all_runs(edited):
    assert {c.lr for c in edited("*.lr=0.25").values()} == {0.25}


def test_later_edits_win(edited):
    configs = edited("*.lr=0.25", "SGD.lr=0.5")
    assert (configs["SGD"].lr, configs["Adam"].lr) == (0.5, 0.25)
    assert edited("SGD.lr=0.5", "*.lr=0.25")["SGD"].lr == 0.25


def test_nested_keys(edited):
    configs = edited("*.problem.hidden=[16, 2]", "SGD.clip.norm=1", "Adam 0.5.clip.norm=9")
    assert {c.problem.hidden for c in configs.values()} == {(16, 2)}
    assert {c.problem.samples for c in configs.values()} == {20}
    assert configs["Adam 0.5"].problem.noise == 0.1
    assert (configs["SGD"].clip, configs["Adam 0.5"].clip) == (Clip(norm=1.0), Clip(norm=9.0))
    assert configs["Adam"].clip is None


@pytest.mark.parametrize("text", ["cosine", '"cosine"', " cosine ", "'cosine'"])
def test_bare_words_are_texts(edited, text):
    assert edited(f"SGD.decay={text}")["SGD"].decay == "cosine"


def test_kinds_of_values(edited):
    configs = edited("Adam.bias_correction=false", "SGD.clip={norm = 2}", "*.lr = 1")
    assert configs["Adam"].hyperparameters["bias_correction"] is False
    assert configs["SGD"].clip == Clip(norm=2.0)
    assert configs["a = b"].lr == 1


def test_a_new_label(edited):
    assert list(edited("Adam.label=x = y")) == ["SGD", "Adam 0.5", "x = y", "a = b"]


def test_none_takes_a_key_out(edited):
    before, after = edited(), edited("Adam 0.5.clip=none", "Adam 0.5.lr=none", "SGD.l2=none")
    assert before["Adam 0.5"].clip == CLIP
    assert after["Adam 0.5"].clip is None
    assert after["Adam 0.5"].lr == 0.001  # Adam's default
    assert after["SGD"] == before["SGD"]  # which never had an l2
    assert edited("Adam 0.5.problem.noise=none")["Adam 0.5"].problem.noise == 0.0
    assert edited("SGD.clip.norm=none") == before
    assert edited("SGD.decay=cosine", "*.decay=none") == before
    assert "none" in edited('Adam.label="none"')


def test_a_new_optimizer_drops_what_only_the_old_one_has(edited):
    assert edited("SGD.optimizer=rmsprop")["RMSProp"].lr == 0.001
    assert edited("SGD.optimizer=sgd")["SGD"].lr == 0.1
    # In whichever order it is said.
    assert edited("SGD.lr=0.5", "SGD.optimizer=rmsprop")["RMSProp"].lr == 0.5
    configs = edited("Adam.beta1=0.5", "Adam.epsilon=0.5", "Adam.optimizer=rmsprop")
    assert configs["RMSProp"].hyperparameters["epsilon"] == 0.5
    assert "beta1" not in configs["RMSProp"].hyperparameters
    with pytest.raises(InputError, match="unknown key of a run with rmsprop 'beta1'"):
        edited("Adam.optimizer=rmsprop", "Adam.beta1=0.5")
    with pytest.raises(InputError, match="unknown key of a run with rmsprop 'bta1'"):
        edited("Adam.bta1=0.5", "Adam.optimizer=rmsprop")


def test_without_a_label_a_key_is_that_of_all_runs(edited):
    assert edited("lr=0.25", "clip.norm=3") == edited("*.lr=0.25", "*.clip.norm=3")
    assert edited("problem.hidden=[3]") == edited("*.problem.hidden=[3]")
    assert edited(" decay = cosine") == edited("*.decay=cosine")


def test_a_label_with_an_equals_sign(edited):
    assert edited("a = b.lr=0.5")["a = b"].lr == 0.5
    # The longest label that leaves a key and a value.
    configs = edited("Adam.label=SGD.lr=0", "SGD.lr=0.25", "SGD.lr=0.l2=0.5")
    assert (configs["SGD"].lr, configs["SGD.lr=0"].l2) == (0.25, 0.5)


def hard(edit):
    return pytest.param(edit, ("lr",), id=edit[:12])


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        ("SGD.lr=1,000", ("found '1,000'", "1000 or 1.000")),
        ("SGD.lr=1e-400", ("found '1e-400'", "at least 5e-324")),
        ("SGD.lr=1/0", ("found '1/0'", "a number")),
        ("SDG.lr=1", ("unknown run 'SDG'", "*", "Adam 0.5")),
        ("SGD.lr", ("the value is missing", "no '='")),
        ("*.epochs=3", ("epochs", "all runs", "--epochs N")),
        ("SGD.seed=3", ("seed", "all runs", "--seed N")),
        ("SGD.seeds=3", ("seeds", "--seeds N")),
        ("SGD.label=none", ("label is missing",)),
        ("SGD.lr.x=none", ("lr: found 0.1", "a table")),
        ("lrr=1", ("unknown run 'lrr'", "LABEL.key=value")),
        ("epochs=3", ("epochs", "all runs", "--epochs N")),
        ("lr", ("LABEL.key=value",)),
        ("", ("LABEL.key=value",)),
        ("=", ("LABEL.key=value",)),
        ("SGD.=1", ("unknown key", "lr")),
        ("SGD.lr=", ("lr: found ''", "a number in")),
        ("SGD.lr=fast", ("lr: found 'fast'", "a number in")),
        ("SGD.lr=nan", ("lr: found nan",)),
        ("SGD.beta1=0.5", ("'beta1'", "lr")),
        ("SGD.lr.x=1", ("lr: found 0.1", "a table")),
        ("SGD.clip.nrm=1", ("clip", "'nrm'", "norm")),
        ("SGD.problem.samples=0", ("samples: found 0",)),
        ("SGD.optimizer=adm", ("'adm'", "did you mean 'adam'")),
        ("SGD.label=Adam", ("'Adam' twice",)),
        ("*.label=X", ("'X' twice",)),
        hard(f"SGD.lr={'9' * 5000}"),
        hard(f"SGD.lr=0x{'f' * 5000}"),
        hard(f"SGD.lr={'[' * 5000}"),
        (f"SGD.lr{'.x' * 1200}=1", ("lr",)),
        (f"SGD.clip{'.x' * 1200}=1", ("clip",)),
        hard("SGD.lr=1\nepochs=3"),
    ],
)
def test_wrong_edits(edited, edit, words):
    with pytest.raises(InputError) as caught:
        edited(edit)
    message = str(caught.value)
    assert "\n" not in message
    for word in ("small.toml", *words):
        assert word in message


def test_a_run_may_lose_a_key_that_all_runs_have(tmp_path):
    path = tmp_path / "two.toml"
    path.write_text(
        'title = "T"\n[problem]\nsurface = "ravine"\ncondition = 50\n'
        '[[runs]]\nlabel = "A"\noptimizer = "sgd"\n[[runs]]\nlabel = "B"\noptimizer = "sgd"\n'
    )
    edits = ["A.problem.surface=saddle", "A.problem.condition=none"]
    first, second = (run.config.problem for run in load(str(path), edits=edits).runs)
    assert (first.surface, first.condition) == ("saddle", None)
    assert (second.surface, second.condition) == ("ravine", 50)


def run_of(write, row, *edits):
    """The config of a run that has these keys, after some edits."""
    path = write(f'title = "T"\nepochs = 3\n[[runs]]\nlabel = "A"\n{row}\n')
    return load(path, edits=edits).runs[0].config


def decays(config):
    """The decay, and its knobs that are not as usual."""
    usual = RunConfig(decay=config.decay).decay_knobs
    return config.decay, {k: v for k, v in config.decay_knobs.items() if v != usual[k]}


def warmups(config):
    return config.warmup, config.warmup_steps, config.warmup_start


FLOOR = 'decay = { name = "cosine", floor = 0.1 }'
SLOW = "warmup = { steps = 200, start = 0.01 }"


@pytest.mark.parametrize(
    ("row", "edits", "expected"),
    [
        ('decay = "cosine"', [], ("cosine", {})),
        (FLOOR, [], ("cosine", {"floor": 0.1})),
        ('decay = "cosine"', ["A.decay.floor=10 %"], ("cosine", {"floor": 0.1})),
        ("", ["A.decay=cosine", "A.decay.floor=0.1"], ("cosine", {"floor": 0.1})),
        ("", ["A.decay.floor=0.1", "A.decay=cosine"], ("cosine", {"floor": 0.1})),
        (FLOOR, ["A.decay=linear"], ("linear", {"floor": 0.1})),
        (FLOOR, ["A.decay=step"], ("step", {})),
        (FLOOR, ["A.decay=none"], ("none", {})),
        (FLOOR, ["A.decay.floor=none"], ("cosine", {})),
        (FLOOR, ["A.decay={name = 'wsd', cooldown = 0.5}"], ("wsd", {"cooldown": 0.5})),
        ('decay = { name = "exponential", end = 0.5 }', ["A.decay=one_cycle"],
         ("one_cycle", {"end": 0.5})),
        ('decay = { name = "exponential", end = 0.01 }', ["A.decay=one_cycle"], ("one_cycle", {})),
        ('decay = { name = "one_cycle", end = 0.0 }', ["A.decay=exponential"], ("exponential", {})),
        ('decay = "milestones"', ["A.decay.at=0.2, 0.5"], ("milestones", {"at": (0.2, 0.5)})),
        ('decay = "one_cycle"', ["A.decay.shape=linear"], ("one_cycle", {"shape": "linear"})),
    ],
)  # fmt: skip
def test_a_decay_and_its_knobs(write, row, edits, expected):
    assert decays(run_of(write, row, *edits)) == expected


@pytest.mark.parametrize(
    ("row", "edits", "expected"),
    [
        ("warmup = 0.1", [], (0.1, None, 0.0)),
        (SLOW, [], (0.0, 200, 0.01)),
        ("warmup = { part = 0.1, start = 0.01 }", [], (0.1, None, 0.01)),
        (SLOW, ["A.warmup=0.1"], (0.1, None, 0.01)),
        (SLOW, ["A.warmup.part=5 %"], (0.05, None, 0.01)),
        ("warmup = 0.1", ["A.warmup.steps=7"], (0.0, 7, 0.0)),
        ("warmup = 0.1", ["A.warmup.start=0.5"], (0.1, None, 0.5)),
        ("", ["A.warmup.start=0.5", "A.warmup.steps=7"], (0.0, 7, 0.5)),
        (SLOW, ["A.warmup=none"], (0.0, None, 0.0)),
        ("warmup = { steps = 200 }", ["A.warmup.steps=none"], (0.0, None, 0.0)),
    ],
)
def test_a_warmup_in_parts_and_in_steps(write, row, edits, expected):
    assert warmups(run_of(write, row, *edits)) == expected


WRAPPED = "sam = { rho = 0.1, adaptive = true }"


@pytest.mark.parametrize(
    ("row", "edits", "expected"),
    [
        ("sam = true", [], {"sam": {"rho": 0.05, "adaptive": False}}),
        ("sam = 0.2", [], {"sam": {"rho": 0.2, "adaptive": False}}),
        (WRAPPED, [], {"sam": {"rho": 0.1, "adaptive": True}}),
        ("sam = false", [], {}),
        (WRAPPED, ["A.sam=none"], {}),
        (WRAPPED, ["A.sam=false"], {}),
        (WRAPPED, ["A.sam=true"], {"sam": {"rho": 0.1, "adaptive": True}}),
        (WRAPPED, ["A.sam=0.2"], {"sam": {"rho": 0.2, "adaptive": True}}),
        (WRAPPED, ["A.sam.adaptive=none"], {"sam": {"rho": 0.1, "adaptive": False}}),
        ("sam = 0.2", ["A.sam.adaptive=true"], {"sam": {"rho": 0.2, "adaptive": True}}),
        ("", ["A.sam.adaptive=true"], {"sam": {"rho": 0.05, "adaptive": True}}),
        ("sam = false", ["A.sam.rho=0.3"], {"sam": {"rho": 0.3, "adaptive": False}}),
        ("sam = false", ["A.sam.rho=none"], {}),
        ("", ["cautious=true"], {"cautious": {}}),
        ("cautious = true", ["A.cautious=false"], {}),
        ("lookahead = { every = 3 }\nsam = true", [],
         {"sam": {"rho": 0.05, "adaptive": False}, "lookahead": {"every": 3, "alpha": 0.5}}),
    ],
)  # fmt: skip
def test_wrappers(write, row, edits, expected):
    assert run_of(write, row, *edits).wrappers == expected


@pytest.mark.parametrize(
    ("row", "edits", "expected"),
    [
        ("clip = { value = 2 }", [], Clip(value=2.0)),
        ('clip = { norm = 1, per = "tensor" }', [], Clip(norm=1.0, per="tensor")),
        ('clip = { norm = 1, per = "tensor" }', ["A.clip.value=2"], Clip(value=2.0)),
        ("clip = { value = 2 }", ["A.clip.norm=3"], Clip(norm=3.0)),
        ("", ["A.clip.norm=3", "A.clip.per=tensor"], Clip(norm=3.0, per="tensor")),
        ("", ["A.clip.per=tensor", "A.clip.norm=3"], Clip(norm=3.0, per="tensor")),
        ("clip = { norm = 1 }", ["A.clip.norm=none"], None),
    ],
)
def test_ways_of_clipping(write, row, edits, expected):
    assert run_of(write, row, *edits).clip == expected


def test_what_decay_takes(write):
    config = run_of(write, "decay_biases = false", "A.decay_by_lr=false")
    assert (config.decay_biases, config.decay_by_lr) == (False, False)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("decay = { floor = 0.1 }", ("decay: none has no floor", "cosine", "as in decay=")),
        ('decay = { name = "step", floor = 0.1 }', ("step has no floor", "linear, polynomial")),
        ('decay = { name = "cosine", flor = 0.1 }', ("unknown knob of cosine", "'floor'")),
        ('decay = { name = "cosin" }', ("decay: unknown decay 'cosin'", "'cosine'")),
        ('decay = { name = "cosine", floor = 2 }', ("decay: floor: found 2", "[0, 1]")),
        ("decay = { name = 3 }", ("decay: unknown decay 3",)),
        ("decay = 3", ("decay: found 3",)),
        ("warmup = 1.5", ("warmup: found 1.5", "[0, 1]", "a table, as { steps = 200")),
        ("warmup = { start = 0.01 }", ("found start alone", "as { steps = 200, start = 0.01 }")),
        ("warmup = { part = 0.1, steps = 3 }", ("warmup: found a part and steps",)),
        ("warmup = { stps = 3 }", ("warmup: unknown key 'stps'", "'steps'")),
        ("warmup = { steps = 0 }", ("warmup: steps: found 0", "[1,")),
        ("warmup = { steps = 2.5 }", ("warmup: steps: found 2.5",)),
        ('sam = "on"', ("sam: found 'on'", "rho alone", "a table with rho, adaptive")),
        ("sam = -1", ("sam: rho: found -1",)),
        ("sam = { roh = 1 }", ("sam: unknown", "'rho'")),
        ("cautious = 3", ("cautious: found 3", "true or false")),
        ("lookahaed = true", ("'lookahaed'", "did you mean 'lookahead'")),
        ("clip = {}", ("clip: found neither norm nor value", "{ norm = 1.0 }")),
        ("clip = { norm = 1, value = 1 }", ("clip: found both norm and value",)),
        ('clip = { value = 1, per = "tensor" }', ("clip: per: found 'tensor' with value",)),
        ('clip = { norm = 1, per = "tensr" }', ("clip: unknown per 'tensr'", "'tensor'")),
        ("clip = 1.0", ("clip: found 1.0", "as clip = { norm = 1.0 }")),
        ("decay_biases = 3", ("decay_biases: found 3", "true or false")),
    ],
)
def test_one_line_for_what_is_wrong_in_the_pipeline(write, row, words):
    with pytest.raises(InputError) as error:
        run_of(write, row)
    assert len(str(error.value).splitlines()) == 1
    assert all(word in str(error.value) for word in words)


def test_a_knob_that_the_decay_has_not_is_told_what_to_set(write):
    with pytest.raises(InputError, match=r"none has no floor, .* as in decay=linear$"):
        run_of(write, "", "A.decay.floor=0.1")
    with pytest.raises(InputError, match=r"found start alone, .* { steps = 200, start = 0.01 }$"):
        run_of(write, "", "A.warmup.start=0.01")
