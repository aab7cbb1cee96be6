"""`--set LABEL.key=value`."""

import pytest

from optplay.errors import InputError
from optplay.experiments import load
from optplay.training import Clip

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
