"""Edits, undo and redo."""

from math import inf, nan

import msgspec
import pytest
from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from optplay.errors import InputError
from optplay.experiments.keys import keys, pipeline, value_at
from optplay.experiments.preset import Fork
from optplay.experiments.reading import parse
from optplay.experiments.saving import to_toml
from optplay.optim import OPTIMIZERS, WRAPPERS
from optplay.training import RunConfig
from optplay.tui import session as module
from optplay.tui.session import COALESCE_SECONDS, MOST_RUNS, Session

ANYWHERE = sorted(name for name, rule in OPTIMIZERS.items() if rule.anywhere)

# A wrapper is there in more ways: see test_what_comes_with_it_comes_on_where_it_was.
SWITCHED = [
    key for key in pipeline(RunConfig())
    if key.switched and key.name.partition(".")[0] not in WRAPPERS
]  # fmt: skip
PRESET = """
title = "Small"
seeds = 3
epochs = 20
problem = { samples = 20, hidden = [4] }
runs = [
  { label = "SGD", optimizer = "sgd" },
  { label = "Adam", optimizer = "adam" },
  { label = "on", optimizer = "adam", fork = { run = "Adam", epoch = 5 } },
]
claims = [
  { text = "one", metric = "final_loss", left = "SGD", is = "below", right = "Adam" },
  { text = "two", metric = "final_loss", left = "on", is = "below", right = 1.0 },
]
"""
LATER = COALESCE_SECONDS + 0.1


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    """The session's clock."""
    return Clock()


@pytest.fixture
def session(clock):
    """A session on a preset of three runs and two claims."""
    return Session(parse(PRESET, "small"), "small", clock)


@pytest.fixture
def refuses(session):
    """Checks that an edit is refused, for a reason, and changes nothing."""

    def check(edit, words):
        before = session.state, list(session._undo), list(session._redo)
        with pytest.raises(InputError) as caught:
            edit()
        assert words in str(caught.value)
        assert (session.state, session._undo, session._redo) == before

    return check


def values(session, key):
    """What a knob stands at in each run."""
    return [value_at(run.config, key) for run in session.preset.runs]


def labels(session):
    """The runs in order."""
    return [run.label for run in session.preset.runs]


def test_it_opens_on_the_first_run_and_seed():
    preset = msgspec.structs.replace(parse(PRESET, "small"), seeds=(7, 3))
    session = Session(preset, "small")
    assert (session.run.label, session.value("seed"), session.edited) == ("SGD", 7, False)
    assert (session.undo(), session.redo()) == (False, False)


@pytest.mark.parametrize(
    ("key", "value", "after"),
    [
        ("lr", 0.5, [0.5, 0.001, 0.001]), ("clip.norm", 2.0, [2.0, None, None]),
        ("epochs", 9, [9, 9, 9]), ("problem.noise", 0.1, [0.1] * 3),
        ("problem.hidden", (3, 2), [(3, 2)] * 3), ("optimizer", "lion", ["lion", "adam", "adam"]),
    ],
)  # fmt: skip
def test_a_knob_turns_one_run_or_all(session, key, value, after):
    session.turn(key, value)
    assert session.value(key) == value
    assert values(session, key) == after
    assert session.edited
    assert session.undo()
    assert not session.edited


def test_a_problem_for_this_run_only(session):
    session.whole_problem = False
    session.turn("problem.noise", 0.1)
    assert values(session, "problem.noise") == [0.1, 0, 0]
    session.turn("epochs", 9)
    assert values(session, "epochs") == [9, 9, 9]


def test_a_seed_is_that_of_the_curves(session):
    session.turn("seed", 5)
    assert (session.value("seed"), session.state.seed) == (5, 5)
    assert session.preset == session.original
    session.undo()
    assert session.value("seed") == 0


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("lr", -1.0, "lr: found -1.0"), ("lr", nan, "lr: found nan"), ("seed", -1, "seed: found"),
        ("clip.norm", inf, "norm: found inf"), ("epochs", 4, "epoch: found 5, allowed: 1 to 4"),
        ("optimizer", "adamm", "did you mean 'adam'"), ("beta1", 0.5, "with sgd 'beta1'"),
        ("problem.samples", 0, "samples: found 0"), ("epochs", 10**7, "half of this machine"),
    ],
)  # fmt: skip
def test_refused_turns_change_nothing(monkeypatch, session, refuses, key, value, words):
    # As on a machine of four gigabytes.
    monkeypatch.setattr("os.sysconf", lambda name: {"SC_PAGE_SIZE": 4096}.get(name, 10**6))
    refuses(lambda: session.turn(key, value), words)


def test_a_fork_has_the_network_of_its_parent(session, refuses):
    session.whole_problem = False
    session.select(2)
    refuses(lambda: session.turn("problem.hidden", (5,)), "a network of layers (2, 4, 1) in Adam")
    session.turn("problem.noise", 0.2)
    assert values(session, "problem.noise") == [0, 0, 0.2]


@pytest.mark.parametrize("key", SWITCHED, ids=lambda key: key.name)
def test_what_is_switched_off_comes_on_where_it_was(session, key):
    name = key.name
    session.switch(name)
    assert session.value(name) == session.last_on(name) == key.on
    other = {"decay": "linear", "warmup.steps": 7}.get(name, 0.3)
    session.turn(name, other)
    session.switch(name)
    assert (session.value(name), session.last_on(name)) == (key.off, other)
    session.select(1)
    assert session.last_on(name) == key.on
    session.select(0)
    session.switch(name)
    assert session.value(name) == other


def test_what_comes_with_it_comes_on_where_it_was(session):
    session.turn("decay", "cosine")
    session.turn("decay.floor", 0.25)
    session.switch("decay")
    assert session.run.config.decay_knobs == {}
    session.switch("decay")
    assert (session.value("decay"), session.value("decay.floor")) == ("cosine", 0.25)
    session.turn("decay", "linear")
    assert session.value("decay.floor") == 0.25
    session.switch("warmup")
    session.turn("warmup.start", 0.5)
    session.switch("warmup")
    session.switch("warmup")
    assert (session.value("warmup"), session.value("warmup.start")) == (0.1, 0.5)


def test_a_key_switches_whichever_way_is_on(session):
    session.switch("warmup.steps")
    session.turn("warmup.steps", 7)
    session.switch_any("warmup")
    assert (session.value("warmup"), session.value("warmup.steps")) == (0.0, None)
    session.switch_any("warmup")
    assert (session.value("warmup"), session.value("warmup.steps")) == (0.0, 7)
    session.switch("warmup")
    assert (session.value("warmup"), session.value("warmup.steps")) == (0.1, None)
    session.switch_any("warmup")
    session.switch_any("warmup")
    assert session.value("warmup") == 0.1
    session.switch_any("clip.norm")
    assert session.value("clip.norm") == 1.0


@pytest.mark.parametrize("copy", [
    lambda s: s.rename("X"), lambda s: s.duplicate(), lambda s: s.fork(3),
])  # fmt: skip
def test_a_renamed_run_and_a_copy_come_on_where_it_was(session, copy):
    session.turn("clip.norm", 7.0)
    session.switch("clip.norm")
    copy(session)
    session.switch("clip.norm")
    assert session.value("clip.norm") == 7.0


def test_selecting_goes_round_and_is_no_edit(session):
    session.select(-1)
    assert session.run.label == "on"
    session.select(4)
    assert session.run.label == "Adam"
    assert not session.undo()
    assert not session.edited


def test_adding(session):
    session.turn("problem.noise", 0.1)
    session.add("adam")
    assert labels(session) == ["SGD", "Adam", "on", "Adam 2"]
    problem = session.preset.runs[0].config.problem
    assert session.run.config == RunConfig(optimizer="adam", problem=problem, epochs=20)
    assert problem.noise == 0.1
    session.undo()
    assert session.run.label == "SGD"


def test_duplicating(session):
    session.turn("lr", 0.5)
    session.duplicate()
    session.duplicate()
    assert labels(session) == ["SGD", "Adam", "on", "SGD 2", "SGD 2 2"]
    assert values(session, "lr") == [0.5, 0.001, 0.001, 0.5, 0.5]
    session.select(2)
    session.duplicate()
    assert session.run.fork == Fork(run="Adam", epoch=5)


def test_forking(session):
    session.select(1)
    session.turn("lr", 0.5)
    for label in ("Adam from 7", "Adam from 7 from 7"):
        session.fork(7)
        assert session.run.label == label
        assert session.value("lr") == 0.5
    assert session.run.fork == Fork(run="Adam from 7", epoch=7)


def test_a_fork_that_can_not_be(session, refuses):
    refuses(lambda: session.fork(0), "epoch: found 0")
    refuses(lambda: session.fork(21), "epoch: found 21, allowed: 1 to 20")


@pytest.mark.parametrize("label", ["x" * 60, "Adam", "é" * 60])
def test_labels_stay_short_and_apart(session, label):
    session.select(1)
    session.rename(label)
    for _ in range(11):
        session.select(1)
        session.fork(20)
        session.select(1)
        session.duplicate()
    assert len(set(labels(session))) == 25


def test_deleting_drops_the_claims_on_a_run(session):
    session.delete()
    assert labels(session) == ["Adam", "on"]
    assert [claim.text for claim in session.preset.claims] == ["two"]
    session.select(1)
    session.delete()
    assert (session.run.label, session.preset.claims) == ("Adam", ())
    while session.undo():
        pass
    for _ in range(2):
        session.select(-1)
        session.delete()
    assert (labels(session), session.preset.claims) == (["SGD"], ())


def test_deletions_that_are_refused(session, refuses):
    session.select(1)
    refuses(session.delete, "on goes on from Adam: delete on first")
    for place in (2, 0):
        session.select(place)
        session.delete()
    refuses(session.delete, "this is the last run")


def test_a_new_label_is_that_of_claims_and_forks_too(session):
    session.select(1)
    session.rename(" Bob ")
    assert labels(session) == ["SGD", "Bob", "on"]
    assert session.preset.runs[2].fork == Fork(run="Bob", epoch=5)
    assert [(c.left, c.right) for c in session.preset.claims] == [("SGD", "Bob"), ("on", 1.0)]
    assert session.run.label == "Bob"


@pytest.mark.parametrize("label", ["", "  ", "on", "Adam", "x" * 61])
def test_labels_that_are_refused(session, refuses, label):
    refuses(lambda: session.rename(label), "")


def test_the_same_label_is_no_edit(session):
    session.rename("SGD ")
    assert not session.undo()


def test_charts(session, refuses):
    session.show_charts(["loss", "weight_norm"])
    assert session.preset.charts == ("loss", "weight_norm")
    refuses(lambda: session.show_charts(["los"]), "did you mean 'loss'")
    session.undo()
    assert session.preset == session.original


def test_there_are_only_so_many_runs(session, refuses):
    for _ in range(MOST_RUNS - 3):
        session.duplicate()
    refuses(session.duplicate, f"found {MOST_RUNS} runs")
    refuses(lambda: session.add("sgd"), f"found {MOST_RUNS} runs")


def test_quick_notches_of_one_knob_are_one_edit(session, clock):
    for value in (0.2, 0.3, 0.4):
        clock.now += COALESCE_SECONDS / 2
        session.turn("lr", value)
    clock.now += LATER
    session.turn("lr", 0.5)
    seen = []
    while session.undo():
        seen.append(session.value("lr"))
    assert seen == [0.4, 0.01]
    assert session.redo()
    assert session.value("lr") == 0.4


@pytest.mark.parametrize("between", [
    lambda s: s.turn("l2", 0.1), lambda s: (s.select(1), s.turn("lr", 0.7), s.select(0)),
    lambda s: s.rename("X"), lambda s: (s.select(1), s.select(0)), lambda s: (s.undo(), s.redo()),
])  # fmt: skip
def test_with_something_between_they_are_two(session, between):
    session.turn("lr", 0.2)
    between(session)
    session.turn("lr", 0.3)
    session.undo()
    assert session.value("lr") == 0.2


def test_notches_up_and_down_again_are_no_edit(session):
    for value in (0.2, 0.01):
        session.turn("lr", value)
    assert not session.undo()
    session.turn("lr", 0.3)
    session.undo()
    assert session.value("lr") == 0.01


def test_a_turn_to_where_it_is_is_no_edit(session):
    session.turn("lr", 0.2)
    session.undo()
    session.turn("lr", 0.01)
    assert not session.undo()
    assert session.redo()


def test_an_edit_ends_what_could_be_redone(session):
    session.turn("lr", 0.2)
    session.undo()
    session.turn("l2", 0.2)
    assert not session.redo()


def test_only_so_many_edits_are_kept(session, monkeypatch):
    monkeypatch.setattr(module, "MOST_UNDO", 3)
    for n in range(1, 6):
        session.rename(f"SGD {n}")
    assert [session.undo() for _ in range(4)] == [True, True, True, False]
    assert session.run.label == "SGD 2"


def test_what_was_saved_is_not_edited(session):
    session.turn("lr", 0.2)
    mine = msgspec.structs.replace(session.preset, title="Mine")
    session.saved(mine, "mine.toml")
    assert not session.edited
    assert (session.opened, session.preset.title, session.unsaved) == ("mine.toml", "Mine", [])
    session.undo()
    assert session.edited
    assert session.opened == "mine.toml"


OTHER = parse(PRESET.replace("Small", "Other").replace("epochs = 20", "epochs = 30"), "other")


def test_undo_reaches_across_presets(session):
    session.turn("lr", 0.2)
    edited = session.preset
    session.open(OTHER, "other.toml")
    assert (session.preset, session.opened, session.edited) == (OTHER, "other.toml", False)
    session.turn("lr", 0.3)
    assert session.undo()
    assert session.undo()
    assert (session.preset, session.opened, session.edited) == (edited, "small", True)
    assert session.undo()
    assert not session.edited
    for _ in range(3):
        assert session.redo()
    assert (session.opened, session.value("lr")) == ("other.toml", 0.3)


def test_what_is_unsaved_of_every_preset_that_was_opened(session):
    session.turn("lr", 0.2)
    first = session.preset
    session.open(OTHER, "other")
    assert [state.preset for state in session.unsaved] == [first]
    session.turn("lr", 0.3)
    second = session.preset
    assert [state.preset for state in session.unsaved] == [second, first]
    session.undo()
    session.undo()
    # What was undone can be done again, and is no less of a work.
    assert [state.preset for state in session.unsaved] == [first, second]
    session.undo()
    assert [state.preset for state in session.unsaved] == [second]


def test_a_preset_opens_as_it_was_edited(session):
    edited = msgspec.structs.replace(OTHER, seeds=(7,))
    session.open(OTHER, "other", edited)
    assert (session.preset, session.original, session.edited) == (edited, OTHER, True)
    session.undo()
    assert session.preset == OTHER
    session.undo()
    assert session.opened == "small"


def test_the_preset_as_it_was(session):
    assert not session.reset()
    session.turn("lr", 0.2)
    session.turn("seed", 5)
    session.select(2)
    session.duplicate()
    session.select(0)
    session.delete()
    session.select(1)
    before = session.state
    assert session.reset()
    assert (session.preset, session.value("seed"), session.run.label) == (
        session.original, 0, "on",
    )  # fmt: skip
    assert not session.reset()
    session.undo()
    assert session.state == before


def test_one_edit_and_back_can_be_undone(session):
    session.turn("lr", 0.2)
    session.reset()
    session.undo()
    assert session.value("lr") == 0.2


def test_a_new_rule_brings_its_rate_and_its_name(session, clock):
    session.turn("lr", 0.5)
    session.turn("optimizer", "adam")
    clock.now += LATER
    assert (session.run.label, session.value("lr")) == ("Adam 2", 0.001)
    assert session.preset.gone == ("SGD",)
    assert [claim.left for claim in session.preset.claims] == ["SGD", "on"]
    session.turn("optimizer", "lion")
    assert (session.run.label, session.value("lr")) == ("Lion", 0.0001)
    clock.now += LATER
    session.turn("optimizer", "sgd")
    # The rule is there again, and so is what the claim is about.
    assert (session.run.label, session.preset.gone) == ("SGD", ())
    session.undo()
    session.undo()
    session.undo()
    assert (session.run.label, session.value("lr")) == ("SGD", 0.5)


def test_a_fork_follows_the_name_of_the_run_that_it_leaves(session):
    session.select(1)
    session.turn("optimizer", "rmsprop")
    assert labels(session) == ["SGD", "RMSProp", "on"]
    assert session.preset.runs[2].fork == Fork(run="RMSProp", epoch=5)


def test_a_run_with_another_name_keeps_it(session):
    session.select(2)
    session.turn("optimizer", "lion")
    assert (session.run.label, session.preset.gone) == ("on", ())


def test_switches_are_remembered_under_the_new_name(session):
    session.turn("clip.norm", 7.0)
    session.switch("clip.norm")
    session.turn("optimizer", "lion")
    session.switch("clip.norm")
    assert session.value("clip.norm") == 7.0


def test_knobs_of_all_runs(session):
    session.all_runs = True
    session.turn("lr", 0.25)
    assert values(session, "lr") == [0.25] * 3
    session.switch("decay")
    assert values(session, "decay") == ["cosine"] * 3
    session.undo()
    session.undo()
    assert not session.edited
    session.select(1)
    # SGD has none.
    session.turn("beta1", 0.5)
    assert [run.config.hyperparameters.get("beta1") for run in session.preset.runs] == [
        None, 0.5, 0.5,
    ]  # fmt: skip
    session.turn("optimizer", "lion")
    assert labels(session) == ["Lion 2", "Lion", "on"] or labels(session) == [
        "Lion", "Lion 2", "on",
    ]  # fmt: skip
    session.open(OTHER, "other")
    assert not session.all_runs


places = st.integers(0, 70)
numbers = st.floats() | st.sampled_from([0.0, 0.1, 1.0, 2.0]) | st.integers(-1, 40)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
names = st.sampled_from(["SGD", "Adam", "on", "x" * 60]) | texts


class Edits(RuleBasedStateMachine):
    """Any sequence of edits leaves a valid preset, and can be undone and done again."""

    @initialize()
    def open(self):
        self.clock = Clock()
        self.session = Session(parse(PRESET, "small"), "small", self.clock)

    def attempt(self, edit, *arguments):
        before = self.session.state
        try:
            edit(*arguments)
        except InputError as error:
            assert len(str(error).splitlines()) == 1  # noqa: PT017 - an edit is as good
            assert self.session.state is before

    @rule(seconds=st.sampled_from([0.0, 0.1, LATER]))
    def wait(self, seconds):
        self.clock.now += seconds

    @rule(place=places, ways=st.lists(st.sampled_from([1, -1]), min_size=1, max_size=3))
    def nudge(self, place, ways):
        every = keys(self.session.run.config)
        key = every[place % len(every)]
        for by in ways:
            value = self.session.value(key.name)
            if key.is_on(value):
                self.attempt(self.session.turn, key.name, key.scale.nudge(value, by))

    @rule(place=places, value=numbers)
    def type(self, place, value):
        every = [k for k in keys(self.session.run.config) if k.name != "epochs"]
        self.attempt(self.session.turn, every[place % len(every)].name, value)

    @rule(key=st.sampled_from(SWITCHED))
    def switch(self, key):
        was = key.is_on(self.session.value(key.name))
        self.attempt(self.session.switch, key.name)
        assert key.is_on(self.session.value(key.name)) != was

    @rule(whole=st.booleans())
    def scope(self, whole):
        self.session.whole_problem = whole

    @rule(all_runs=st.booleans())
    def whose_knobs(self, all_runs):
        self.session.all_runs = all_runs

    @rule()
    def reset(self):
        self.session.reset()

    @rule(seeds=st.sampled_from([(0,), (0, 1, 2)]))
    def open_another(self, seeds):
        self.session.open(msgspec.structs.replace(OTHER, seeds=seeds), "other")

    @rule(place=places)
    def select(self, place):
        self.session.select(place)

    @rule(name=st.sampled_from(ANYWHERE))
    def add(self, name):
        self.attempt(self.session.add, name)

    @rule()
    def duplicate(self):
        self.attempt(self.session.duplicate)

    @rule(epoch=st.integers(0, 25))
    def fork(self, epoch):
        self.attempt(self.session.fork, epoch)

    @rule()
    def delete(self):
        self.attempt(self.session.delete)

    @rule(label=names)
    def rename(self, label):
        self.attempt(self.session.rename, label)

    @rule(charts=st.lists(st.sampled_from(["loss", "test_loss", "nope"]), max_size=3))
    def show_charts(self, charts):
        self.attempt(self.session.show_charts, charts)

    @rule()
    def undo(self):
        self.session.undo()

    @rule()
    def redo(self):
        self.session.redo()

    @precondition(lambda self: self.session._undo)
    @rule()
    def all_undone_and_done_again(self):
        session, states = self.session, []
        while session._redo:
            session.redo()
        last = session.state
        while session.undo():
            states.append(session.state)
        assert not session.edited
        for state in [*states[-2::-1], last]:
            assert session.redo()
            assert session.state == state
        assert not session.redo()

    @invariant()
    def is_a_valid_preset(self):
        session = self.session
        assert parse(to_toml(session.preset), session.preset.name) == session.preset
        assert session.run is session.preset.runs[session.state.selected]
        assert len(session.preset.runs) <= MOST_RUNS
        for key in keys(session.run.config):
            shown = session.last_on(key.name) if key.switched else session.value(key.name)
            assert key.scale.read(key.show(shown)) == shown


TestEdits = Edits.TestCase
TestEdits.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
