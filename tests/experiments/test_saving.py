"""Presets as files, and as commands: what is read again is what was written."""

import re
import shlex

import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import assume, given, strategies as st

from optplay.cli.commands import run as command_file
from optplay.errors import InputError
from optplay.experiments.claims import Claim
from optplay.experiments.folders import preset_files
from optplay.experiments.labels import follow_rules
from optplay.experiments.metrics import METRICS
from optplay.experiments.preset import Fork, Preset, Run, Try, missing, with_runs
from optplay.experiments.reading import load, parse
from optplay.experiments.saving import command, save, to_toml
from optplay.optim import OPTIMIZERS, SCHEDULES, WRAPPERS
from optplay.problems import DATASETS, SURFACES, Problem, SurfaceProblem
from optplay.problems.problem import ACTIVATIONS
from optplay.training import RECORDED, Clip, RunConfig

ANYWHERE = sorted(name for name, rule in OPTIMIZERS.items() if rule.anywhere)

texts = st.text(max_size=30) | st.sampled_from(
    [
        'a "q"',
        '"""',
        'end"',
        "a\r\nb",
        "a\nb\\",
        "\n",
        "\n\n \t",
        '\\"\n"""""',
        "\x7f\n\x00",
        "é\u2028",
    ]
)
texts = texts.filter(lambda t: not any("\ud800" <= c <= "\udfff" for c in t))
labels = st.sampled_from(
    ["A", "Adam", "a.b", "Adam.problem", "x = y", "*", "A.lr=0", 'q"', " s ", "ü\n"]
)
numbers = st.floats(0.001, 0.99) | st.sampled_from([1e-05, 0.5, 1 / 3, 5e-324])


@st.composite
def problems(draw, hidden=None):
    return Problem(
        dataset=draw(st.sampled_from(sorted(DATASETS))),
        samples=draw(st.sampled_from([200, 2, 30])),
        noise=draw(st.sampled_from([0.0, 0.1])),
        data_seed=draw(st.sampled_from([42, 2**63 - 1])),
        test_fraction=draw(st.sampled_from([0.0, 0.3])),
        hidden=draw(st.sampled_from([(8,), (), (3, 4)])) if hidden is None else hidden,
        activation=draw(st.sampled_from(list(ACTIVATIONS))),
        init_scale=draw(st.sampled_from([0.5, 1e-07])),
        shuffle=draw(st.booleans()),
    )


@st.composite
def slopes(draw, dimension=None):
    """Surface problems; with a dimension, of so many coordinates."""
    fitting = [s for s in SURFACES.values() if dimension in (None, s.dimension)]
    surface = draw(st.sampled_from(fitting))
    start = st.lists(st.floats(-3, 3), min_size=surface.dimension, max_size=surface.dimension)
    return SurfaceProblem(
        surface=surface.name,
        start=draw(st.none() | start.map(tuple)),
        condition=surface.condition and draw(st.sampled_from([None, 1.0, 3000.0])),
        noise=draw(st.sampled_from([0.0, 0.1])),
        spread=draw(st.sampled_from([0.0, 1e-07])),
    )


@st.composite
def knobs_of(draw, declared):
    """Some hyperparameters of a rule, a decay or a wrapper."""
    knobs = {}
    for h in draw(st.sets(st.sampled_from(declared)) if declared else st.just(())):
        if h.names:
            knobs[h.name] = draw(st.sampled_from(h.names))
        elif isinstance(h.default, bool):
            knobs[h.name] = draw(st.booleans())
        elif isinstance(h.default, tuple):
            knobs[h.name] = tuple(sorted(draw(st.sets(numbers, min_size=1, max_size=3))))
        elif h.whole:
            knobs[h.name] = draw(st.integers(int(h.low), 9))
        else:
            knobs[h.name] = draw(numbers.map(lambda x, h=h: x * (h.high - h.low) + h.low))
    return knobs


WARMUPS = (
    {}, {"warmup": 0.1}, {"warmup": 1.0, "warmup_start": 0.25}, {"warmup_steps": 200},
    {"warmup_steps": 7, "warmup_start": 0.01},
)  # fmt: skip
CLIPS = (
    None, Clip(norm=1.0), Clip(norm=0.3), Clip(norm=1.0, per="tensor"), Clip(value=1.0),
    Clip(value=0.3),
)  # fmt: skip


@st.composite
def configs(draw, epochs, like=None):
    """Runs; `like` a problem, on one that a fork of it can have."""
    rule = OPTIMIZERS.find(draw(st.sampled_from(ANYWHERE)))
    knobs = draw(knobs_of(rule.hyperparameters))
    schedule = SCHEDULES[draw(st.sampled_from(sorted(SCHEDULES)))]
    wrapped = draw(st.sets(st.sampled_from(sorted(WRAPPERS)), max_size=2))
    if isinstance(like, SurfaceProblem):
        problem = draw(slopes(like.parameter_count))
    else:
        problem = draw(problems(like and like.hidden))
    given = dict(
        problem=problem, optimizer=rule.name, hyperparameters=knobs, epochs=epochs,
        decay=schedule.name, decay_knobs=draw(knobs_of(schedule.knobs)),
        clip=draw(st.sampled_from(CLIPS)),
        decay_biases=draw(st.booleans()), decay_by_lr=draw(st.booleans()),
        wrappers={name: draw(knobs_of(WRAPPERS[name].hyperparameters)) for name in wrapped},
        **draw(st.sampled_from(WARMUPS)),
        weight_decay=draw(st.sampled_from([None, 0.0, 0.01, 0.2])),
        l2=draw(st.sampled_from([0.0, 1e-06])),
    )  # fmt: skip
    try:
        return RunConfig(**given)
    except InputError:  # A rule that wants matrices, or wrappers that exclude each other.
        others = {"optimizer": "sgd", "hyperparameters": {}, "wrappers": {}}
        return RunConfig(**given | others)


def fits(metric, on_surfaces):
    # One is of rules with a bias correction only, which a drawn run need not have.
    return not re.search("test|uncorrected", metric.name) and metric.on in (
        "any", "surface" if on_surfaces else "network",
    )  # fmt: skip


@st.composite
def seeds(draw):
    few = st.lists(st.integers(0, 2**63 - 1), min_size=1, max_size=4, unique=True).map(tuple)
    return draw(st.integers(1, 20).map(range).map(tuple) | few)


tries = st.builds(
    Try, text=texts.map("t".__add__), set=st.lists(texts, max_size=2).map(tuple),
    epochs=st.integers(1, 9),
) | st.builds(Try, text=st.just("t"), preset=texts.map("p".__add__))  # fmt: skip


@st.composite
def presets(draw):
    """Valid presets; where two runs have layers of the same sizes, the later may be a fork."""
    epochs, runs = draw(st.sampled_from([300, 1, 7])), []
    on_surfaces = draw(st.booleans())
    for label in draw(st.lists(labels, min_size=1, max_size=4, unique=True)):
        config, fork = draw(configs(epochs, draw(slopes()) if on_surfaces else None)), None
        parents = [r.label for r in runs if r.config.problem.sizes == config.problem.sizes]
        if parents and draw(st.booleans()):
            fork = Fork(run=draw(st.sampled_from(parents)), epoch=draw(st.integers(1, epochs)))
        runs.append(Run(label=label, config=config, fork=fork))
    lost = draw(st.sampled_from([(), ("SGD",)]))
    ends = st.sampled_from([*[run.label for run in runs], *lost])
    kinds = st.sampled_from([m for m in METRICS.values() if fits(m, on_surfaces)])
    others, claims = st.sampled_from([0.0, 1e300, 3, -0.5]), []
    for kind in draw(st.lists(kinds, max_size=2)):
        at = None if not kind.needs else 1.0 if kind.needs == "a step" else draw(numbers)
        left = draw(ends)
        claims.append(
            Claim(
                text="t" + draw(texts), source=draw(texts), metric=kind.name, at=at,
                left=left, is_=draw(st.sampled_from(["below", "above"])),
                right=draw((ends | others).filter(lambda right, left=left: right != left)),
            )
        )  # fmt: skip
    order = draw(st.permutations(runs))
    return Preset(
        name="mine", title="T" + draw(texts), question=draw(texts), lesson=draw(texts),
        seeds=draw(seeds()), charts=tuple(draw(st.lists(st.sampled_from(RECORDED), max_size=3))),
        at_steps=draw(st.sampled_from([(), (3, 1)])), runs=tuple(order), claims=tuple(claims),
        group=draw(st.sampled_from(["mine", "facts"])), gone=missing(claims, runs),
        tries=tuple(draw(st.lists(tries, max_size=2))),
    )  # fmt: skip


@given(presets())
def test_what_is_written_is_read(tmp_path_factory, preset):
    path = tmp_path_factory.mktemp("saved") / "mine.toml"
    path.write_text(to_toml(preset), encoding="utf-8", newline="")
    assert load(str(path)) == preset


@pytest.mark.parametrize("name", preset_files())
def test_presets_that_come_along(name):
    preset = load(name)
    text = to_toml(preset)
    assert parse(text, name) == preset
    # A lesson is there as it was written, line by line.
    assert preset.lesson in text


def test_what_it_looks_like(write, small):
    small = small.replace('lesson = "None."', 'lesson = "One\\n\\"two\\"\\n"')
    small += '\n[[runs]]\nlabel = "on"\nlr = 0.001\nfork = { run = "SGD", epoch = 2 }\n'
    preset = load(write(small), seed=7)
    assert to_toml(preset) == (
        '''\
title = "Small"
question = "Which is lower?"
lesson = """
One
"two"
"""
seeds = [7]
epochs = 3
charts = ["loss"]

[problem]
samples = 20
hidden = [4]

[[runs]]
label = "SGD"
optimizer = "sgd"
lr = 0.1

[[runs]]
label = "Adam 0.5"
optimizer = "adam"
lr = 0.01
clip = { norm = 1.0 }
problem = { noise = 0.1 }

[[runs]]
label = "on"
optimizer = "adam"
lr = 0.001
fork = { run = "SGD", epoch = 2 }

[[claims]]
text = "SGD ends lower"
source = "nobody"
metric = "epochs_to_accuracy"
at = 0.9
left = "SGD"
is = "below"
right = "Adam 0.5"
'''
    )


@pytest.fixture
def preset(write):
    return load(write())


def test_saving(preset, tmp_path):
    path = tmp_path / "new" / "folder" / "small.toml"
    save(preset, path)
    assert load(str(path)) == preset
    assert list(path.parent.iterdir()) == [path]
    assert path.stat().st_mode == (tmp_path / "small.toml").stat().st_mode


def test_a_file_in_the_way(preset, tmp_path):
    path = tmp_path / "there.toml"
    path.write_text("old")
    with pytest.raises(InputError, match=r"there\.toml: there is such a file already"):
        save(preset, path)
    assert path.read_text() == "old"
    save(preset, path, overwrite=True)
    assert load(str(path)).runs == preset.runs


def test_what_would_not_load_is_not_written(preset, tmp_path, monkeypatch):
    monkeypatch.setattr("optplay.experiments.saving.LARGEST_FILE", 100)
    path = tmp_path / "there.toml"
    path.write_text("old")
    with pytest.raises(InputError, match="would not load as the same preset"):
        save(preset, path, overwrite=True)
    assert path.read_text() == "old"


def test_a_full_disk_leaves_the_old_file(preset, tmp_path, full_disk):
    path = tmp_path / "there.toml"
    path.write_text("old")
    before = sorted(tmp_path.iterdir())
    with full_disk, pytest.raises(OSError, match=r"No space left.*there\.toml"):
        save(preset, path, overwrite=True)
    assert path.read_text() == "old"
    assert sorted(tmp_path.iterdir()) == before


def test_a_file_in_place_of_the_folder(preset, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(FileExistsError):
        save(preset, tmp_path / "file" / "small.toml")


def rerun(line):
    """The preset that `optplay run` would train, given a line of shell."""
    from optplay.cli import app  # noqa: PLC0415

    program, *arguments = shlex.split(line)
    assert program == "optplay"
    loaded = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(command_file, "run", lambda preset, out: loaded.append(preset))
        CliRunner().invoke(app, arguments, standalone_mode=False, catch_exceptions=False)
    return loaded[0]


@given(st.data())
def test_the_command_gives_the_same_preset(tmp_path_factory, data):
    """Any change of configs, seeds and epochs; also all runs alike, one knob alone, and none."""
    original = data.draw(presets())
    path = tmp_path_factory.mktemp("opened") / "mine.toml"
    path.write_text(to_toml(original), encoding="utf-8", newline="")
    epochs = data.draw(st.just(original.runs[0].config.epochs) | st.integers(7, 9))
    first = original.runs[0].config.problem
    alike = data.draw(st.booleans()) and data.draw(configs(epochs, first))
    runs = []
    for run in original.runs:
        # Forks need networks of one size, or surfaces of as many coordinates.
        new = data.draw(configs(epochs, run.config.problem))
        if alike and alike.problem.sizes == run.config.problem.sizes:
            new = alike
        only = data.draw(
            st.none() | st.sets(st.sampled_from(["problem", "warmup", "decay", "clip", "l2"]))
        )
        if only is not None:
            more = {"warmup": ["warmup_steps", "warmup_start"], "decay": ["decay_knobs"]}
            names = [part for name in only for part in (name, *more.get(name, ()))]
            part = {name: getattr(new, name) for name in names}
            new = msgspec.structs.replace(run.config, epochs=epochs, **part)
        runs.append(msgspec.structs.replace(run, config=new))
    # As everything that edits does: a run named after its rule gets the new one's name.
    runs = follow_rules([run.config.optimizer for run in original.runs], runs)
    assume(all(run.forked_at <= epochs for run in runs))
    state = msgspec.structs.replace(
        with_runs(original, runs), seeds=data.draw(seeds() | st.just(original.seeds))
    )
    line = command(state, str(path), original)
    sayable = state.seeds in (original.seeds, tuple(range(len(state.seeds))), state.seeds[:1])
    if line is None:
        awkward = {"*", "Adam.problem", "A.lr=0"} & {run.label for run in original.runs}
        assert not sayable or awkward
    else:
        assert sayable
        assert rerun(line) == state


def test_every_label_but_the_star_can_be_said():
    """The file may say more than what is not at its default: an optimizer's own knobs."""
    text = 'title = "T"\n' + "".join(
        f"[[runs]]\nlabel = {label}\noptimizer = 'momentum'\nlr = 0.01\nbeta = 0.9\n"
        for label in ("'x = y'", "'a.b'", "'q\"'", '"ü\\n"', "'a'")
    )
    original = parse(text, "p")
    for i, run in enumerate(original.runs):
        runs = list(original.runs)
        runs[i] = msgspec.structs.replace(run, config=RunConfig(optimizer="adam"))
        state = msgspec.structs.replace(original, runs=tuple(runs))
        assert command(state, "p", original)


@pytest.mark.parametrize("new", ["adam", "sgd", "nesterov", "adagrad", "adamw"])
def test_an_optimizer_whose_knobs_the_file_gives(write, new):
    path = write(
        'title = "T"\n[[runs]]\nlabel = "A"\noptimizer = "adamw"\nlr = 0.001\nbeta1 = 0.9\n'
        "epsilon = 1e-8\nbias_correction = true\nweight_decay = 0.01\n"
    )
    original = load(path)
    run = original.runs[0]
    for knobs in ({}, {"lr": 0.001}, {"lr": 0.5}):
        config = RunConfig(optimizer=new, hyperparameters=knobs)
        state = msgspec.structs.replace(
            original, runs=(msgspec.structs.replace(run, config=config),)
        )
        assert rerun(command(state, path, original)) == state


EXAMPLES = [
    (["*.problem.hidden=[16, 2]", "Adam 0.5.clip=none"], {},
     "optplay run p.toml --set '*.problem.hidden=[16, 2]' --set 'Adam 0.5.clip=none'"),
    (["SGD.decay=cosine", "SGD.lr=0.5"], {"seeds": 3, "epochs": 9},
     "optplay run p.toml --seeds 3 --epochs 9 --set SGD.lr=0.5 --set SGD.decay=cosine"),
    (["*.clip.norm=2.0"], {"seed": 4}, "optplay run p.toml --seed 4 --set '*.clip.norm=2.0'"),
    (["SGD.lr=0.1"], {}, "optplay run p.toml"),
]  # fmt: skip


@pytest.mark.parametrize(("edits", "named", "line"), EXAMPLES)
def test_what_commands_look_like(write, edits, named, line):
    original = load(write(name="p.toml"))
    state = load(write(name="p.toml"), edits=edits, **named)
    assert command(state, "p.toml", original) == line
    assert "'my presets/p.toml'" in command(state, "my presets/p.toml", original)


def test_what_no_command_can_say(preset):
    first, second = preset.runs
    renamed, [claim] = msgspec.structs.replace(first, label="sgd"), preset.claims
    forked = msgspec.structs.replace(second, fork=Fork(run="SGD", epoch=1))
    for changes in (
        {"runs": (second, first)},
        {"runs": (renamed, second), "claims": ()},
        {"runs": (first, forked)},
        {"runs": (first, second, renamed)},
        {"runs": (first,), "claims": ()},
        {"runs": (renamed, second), "claims": (msgspec.structs.replace(claim, left="sgd"),)},
        {"seeds": (3, 1)},
        {"claims": ()},
        {"charts": ()},
        {"lesson": "x"},
    ):
        assert command(msgspec.structs.replace(preset, **changes), "p", preset) is None
    assert command(preset, "p", preset) == "optplay run p"
    star = msgspec.structs.replace(first, label="*")
    faster = msgspec.structs.replace(
        star, config=msgspec.structs.replace(first.config, hyperparameters={"lr": 0.7})
    )
    before, after = (
        msgspec.structs.replace(preset, runs=(run, second), claims=()) for run in (star, faster)
    )
    assert command(after, "p", before) is None


def test_a_label_that_reads_as_another_and_a_key():
    text = 'title = "T"\n[[runs]]\nlabel = "Adam"\n[[runs]]\nlabel = "Adam.problem"\n'
    original = parse(text, "p")
    first, second = original.runs
    config = msgspec.structs.replace(first.config, problem=Problem(samples=9))
    state = msgspec.structs.replace(
        original, runs=(msgspec.structs.replace(first, config=config), second)
    )
    assert command(state, "p", original) is None
