"""Runs that go on from other runs, for every seed, and Results as seeds complete."""

from threading import Event, Timer, current_thread, main_thread
from time import perf_counter

import msgspec
import numpy as np
import pytest
from hypothesis import given, strategies as st

from optplay.errors import InputError
from optplay.experiments import experiment, run_preset
from optplay.experiments.claims import Claim
from optplay.experiments.experiment import stream_preset
from optplay.experiments.forks import origin, train_one
from optplay.experiments.metrics import METRICS
from optplay.experiments.preset import MOST_FORKS, Fork, Preset, Run
from optplay.experiments.reading import load, parse
from optplay.experiments.report import RunReport
from optplay.experiments.tables import strict_json
from optplay.optim import OPTIMIZERS, SCHEDULES
from optplay.problems import Problem
from optplay.training import Clip, RunConfig, compilation, engine, lockstep, train
from optplay.training.compilation import Way
from optplay.training.lockstep import stream_together
from optplay.tui.library import plans

ANYWHERE = sorted(name for name, rule in OPTIMIZERS.items() if rule.anywhere)

EPOCHS = 6


def config(problem=None, **changes):
    """A short run; a change of None leaves the default."""
    problem = {"samples": 20, "hidden": (4,), "batch_size": 4} | (problem or {})
    return RunConfig(problem=Problem(**problem), epochs=EPOCHS, **changes)


def preset(*runs, seeds=(0, 5), **more):
    """A preset of runs (label, config, run to go on from, epoch)."""
    made = [
        Run(label=label, config=c, fork=Fork(run=fork[0], epoch=fork[1]) if fork else None)
        for label, c, *fork in runs
    ]
    return Preset(name="p", title="T", runs=tuple(made), seeds=seeds, **more)


def assert_same(a, b):
    """Two Histories agree bit for bit."""
    assert (a.epochs, a.steps, a.diverged_at, a.born) == (b.epochs, b.steps, b.diverged_at, b.born)
    for name in ("record", "weights", "states", "current", "current_state"):
        assert np.array_equal(getattr(a, name), getattr(b, name), equal_nan=True), name


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("decay", sorted(SCHEDULES))
def test_a_fork_that_changes_nothing_is_its_parent(decay, shuffle):
    same = config({"shuffle": shuffle}, decay=decay, warmup=0.3, clip=Clip(norm=0.5))
    found = run_preset(preset(("C", same, "B", 4), ("B", same, "A", 2), ("A", same)))
    for whole, once, twice in zip(*(found.runs[label] for label in "ABC"), strict=True):
        assert_same(once, whole)
        assert_same(twice, whole)
        assert (whole.forked_at, once.forked_at, twice.forked_at) == (None, 2, 4)
    assert not np.array_equal(found.runs["A"][0].weights, found.runs["A"][1].weights)


@given(
    st.sampled_from(ANYWHERE), st.sampled_from(ANYWHERE),
    st.integers(1, EPOCHS), st.sampled_from([1, 4, 20]),
)  # fmt: skip
def test_a_fork_has_the_past_of_its_parent_and_a_future_of_its_own(old, new, epoch, batch_size):
    parent, child = config(optimizer=old), config({"batch_size": batch_size}, optimizer=new)
    found = run_preset(preset(("A", parent), ("B", child, "A", epoch)))
    for i, seed in enumerate((0, 5)):
        a, b = found.runs["A"][i], found.runs["B"][i]
        assert np.array_equal(a.weights[: epoch + 1], b.weights[: epoch + 1])
        assert np.array_equal(a.record[:epoch], b.record[:epoch], equal_nan=True)
        assert b.config == msgspec.structs.replace(child, seed=seed)
        assert_same(b, train(b.config, (a, epoch)))


def test_forking_from_before_a_fork_goes_on_from_the_run_that_was_left():
    sgd, adam = config(optimizer="sgd"), config(optimizer="adam")
    forked = preset(("A", sgd), ("B", adam, "A", 4), ("C", adam, "B", 2), ("D", adam, "B", 5))
    assert origin(forked, "A") is None
    assert origin(forked, "B") == Fork(run="A", epoch=4)
    assert origin(forked, "C") == Fork(run="A", epoch=2)
    assert origin(forked, "D") == Fork(run="B", epoch=5)
    found = run_preset(forked)
    for a, c, b, d in zip(*(found.runs[label] for label in "ACBD"), strict=True):
        assert_same(c, train(c.config, (a, 2)))
        assert_same(d, b)


@given(st.sampled_from(ANYWHERE), st.sampled_from([1, 4, 20]), st.integers(1, EPOCHS))
def test_a_run_whose_parent_never_got_there_has_diverged_as_well(optimizer, batch_size, epoch):
    wild = config(optimizer="sgd", hyperparameters={"lr": 1000.0}, l2=1000.0)
    child = config({"batch_size": batch_size}, optimizer=optimizer)
    lost = preset(
        ("A", wild), ("B", child, "A", epoch), ("C", child, "B", EPOCHS), seeds=tuple(range(5)),
        at_steps=(1, 3, 1000),
    )  # fmt: skip
    found = run_preset(lost)
    for a, b, c in zip(*found.runs.values(), strict=True):
        assert a.diverged_at
        for history in (b, c):
            if a.epochs < epoch:
                assert (history.outcome, history.epochs) == ("diverged", a.epochs)
                per_epoch = child.problem.steps_per_epoch
                assert a.epochs * per_epoch < history.steps <= (a.epochs + 1) * per_epoch
            assert history.done
            assert history.forked_at
            assert len(history.weights) == len(history.states) == history.epochs + 1
            assert history.states.shape[1:] == (len(child.slots), child.width)
            for metric in METRICS.values():
                for at in (1.0, 2.0, 7.0):
                    metric.measure(history, at)
        if a.epochs < epoch and batch_size == 4:
            assert b.diverged_at == a.diverged_at
    assert strict_json(RunReport(found).document())


FORKED = """
[[runs]]
label = "on"
lr = 0.5
fork = { run = "SGD", epoch = 2 }
"""


def test_in_a_file(write, small):
    forked = load(write(small + FORKED))
    assert [run.fork for run in forked.runs] == [None, None, Fork(run="SGD", epoch=2)]
    assert load(write(small + FORKED), edits=["on.fork=none"]).runs[2].fork is None
    assert load(write(small + FORKED), edits=["on.fork.epoch=1"]).runs[2].fork.epoch == 1


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        ("on.fork.run=SDG", "fork: run: unknown run 'SDG': did you mean 'SGD'? allowed: SGD, Adam"),
        ("on.fork.run=adam", "fork: run: unknown run 'adam': did you mean 'Adam 0.5'?"),
        ("on.fork.run=on", "fork: run: found on → on, allowed:"),
        ("on.fork.epoch=0", "fork: epoch: found 0, allowed: a whole number in [1,"),
        ("on.fork.epoch=4", "fork: epoch: found 4, allowed: 1 to 3"),
        ("on.fork.epoch=none", "fork: epoch is missing: a whole number in [1,"),
        ("on.fork.when=3", "fork: unknown key 'when'"),
        ("on.fork=3", "fork: found 3, allowed: a table with the keys run, epoch"),
        ("on.problem.hidden=[4, 4]", "fork: found a network of layers (2, 4, 1) in SGD, allowed"),
    ],
)
def test_wrong_forks(write, small, edit, words):
    with pytest.raises(InputError) as caught:
        load(write(small + FORKED), edits=[edit])
    assert f"runs[3] (on): {words}" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_circles():
    with pytest.raises(InputError, match=r"runs\[1\] \(A\): fork: run: found A → C → B → A"):
        preset(
            ("A", config(), "C", 1), ("B", config(), "A", 1), ("C", config(), "B", 1),
            ("D", config(), "A", 1),
        )  # fmt: skip
    # A run that leads into a circle would never start either.
    with pytest.raises(InputError, match=r"runs\[1\] \(D\): fork: run: found D → B → C → B, allow"):
        preset(("D", config(), "B", 1), ("B", config(), "C", 1), ("C", config(), "B", 1))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"seeds": (1, 1)}, "each seed once"),
        ({"charts": ("los",)}, "did you mean 'loss'"),
        ({"claims": (Claim(text="t", metric="final_loss", left="X", is_="below", right="A"),)},
         "claims[1]: left: unknown run 'X'"),
        ({"claims": (Claim(text="t", metric="final_test_loss", left="A", is_="below", right=1),)},
         "claims[1]: metric: found final_test_loss, but A holds out no samples"),
        ({"runs": (Run(label="A", config=config()),) * 2}, "'A' twice"),
        ({"runs": (Run(label="A", config=config(seed=1)),)}, "runs[1] (A): seed: found 1"),
        ({"runs": (Run(label="A", config=config()), Run(label="B", config=RunConfig()))},
         "runs[2] (B): epochs: found 300, allowed: 6"),
    ],
)  # fmt: skip
def test_a_preset_changed_in_memory_is_checked_as_one_from_a_file(changes, words):
    with pytest.raises(InputError) as caught:
        msgspec.structs.replace(preset(("A", config())), **changes)
    assert words in str(caught.value)


@pytest.fixture
def claimed():
    """A preset of many seeds, forks and a claim."""
    claim = Claim(text="t", metric="final_loss", left="B", is_="below", right="A")
    seeds = (*range(20, 40), *range(20))
    runs = ("B", config(), "A", 3), ("A", config({"shuffle": True})), ("C", config())
    return preset(*runs, seeds=seeds, claims=(claim,))


def equal(some, others):
    assert some.preset == others.preset
    assert some.verdicts == others.verdicts
    assert list(some.runs) == list(others.runs)
    for label, histories in some.runs.items():
        for a, b in zip(histories, others.runs[label], strict=True):
            assert_same(a, b)


def test_seeds_as_they_complete(claimed, monkeypatch):
    monkeypatch.setattr(experiment, "YIELD_SECONDS", 0)
    every = list(stream_preset(claimed))
    assert len(every) > 1
    assert [len(found.preset.seeds) for found in every] == sorted(
        {len(found.preset.seeds) for found in every}
    )
    for found in every:
        assert [s for s in claimed.seeds if s in found.preset.seeds] == list(found.preset.seeds)
        for histories in found.runs.values():
            assert [h.config.seed for h in histories] == list(found.preset.seeds)
            assert all(h.done for h in histories)
        assert found.verdicts[0].of == len(found.preset.seeds)
    equal(every[-1], run_preset(claimed))
    equal(every[1], run_preset(every[1].preset))


def test_at_most_five_yields_a_second():
    whole = preset(("A", RunConfig(epochs=100)), seeds=tuple(range(300)))
    began = perf_counter()
    yields = len(list(stream_preset(whole)))
    assert yields <= 1 + (perf_counter() - began) / 0.2


def long():
    """Far more than is done in a test, also where a seed is complete soon."""
    slow = RunConfig(problem=Problem(samples=5000), epochs=1000)
    return preset(("A", slow), ("B", slow, "A", 500), seeds=tuple(range(50)))


def test_cancelling():
    run_preset(preset(("A", config())))  # loads the compiled code
    cancelled = Event()
    set_at = []
    Timer(0.3, lambda: (set_at.append(perf_counter()), cancelled.set())).start()
    for _ in stream_preset(long(), cancelled=cancelled):
        assert not cancelled.is_set()
    assert perf_counter() - set_at[0] < 0.2
    assert list(stream_preset(long(), cancelled=cancelled)) == []


def test_an_error_in_a_run_is_told(monkeypatch, claimed):
    def failing(configs, *rest):
        if any(config.seed == 3 for config in configs):
            raise ZeroDivisionError("seed 3")
        yield from stream_together(configs, *rest)

    monkeypatch.setattr(lockstep, "stream_together", failing)
    with pytest.raises(ZeroDivisionError, match="seed 3"):
        run_preset(claimed)


def test_leaving_a_stream_stops_the_training(monkeypatch):
    asked, ended = [], []

    def slow(configs, *rest):
        for histories in stream_together(configs, *rest):
            asked.append(configs)
            yield histories
        ended.append(configs)

    monkeypatch.setattr(lockstep, "stream_together", slow)

    def interrupt(steps):
        if steps:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_preset(long(), progress=interrupt)
    Event().wait(0.3)
    count = len(asked)
    Event().wait(0.3)
    assert len(asked) == count
    assert not ended


def chain(length):
    """A preset of forks of forks."""
    runs = ['[[runs]]\nlabel = "0"\n']
    runs += [
        f'[[runs]]\nlabel = "{n}"\nfork = {{ run = "{n - 1}", epoch = {1 + n % 3} }}\n'
        for n in range(1, length + 1)
    ]
    return 'title = "Chain"\nepochs = 3\nproblem = { samples = 5 }\n' + "\n".join(runs)


def test_many_forks_in_a_row():
    found = parse(chain(MOST_FORKS), "chain")
    assert len(set(plans(found, 0).values())) == MOST_FORKS + 1
    assert train_one(found, str(MOST_FORKS), 0).epochs == 3
    with pytest.raises(InputError, match=f"found more than {MOST_FORKS} forks in a row"):
        parse(chain(999), "chain")


@pytest.mark.parametrize(("key", "most"), [("lesson", 20_000), ("question", 1000)])
def test_longer_texts_than_there_may_be(key, most):
    def text(letters):
        return f'title = "Long"\n{key} = "{"x" * letters}"\n[[runs]]\nlabel = "A"\n'

    assert len(getattr(parse(text(most), "long"), key)) == most
    with pytest.raises(InputError, match=f"^{key}: found 'xxx.*0 to {most:,} characters"):
        parse(text(most + 1), "long")


def test_more_runs_than_there_may_be():
    with pytest.raises(InputError, match="runs: found 20,000, allowed: up to 1,000"):
        parse('title = "Many"\n' + "[[runs]]\n" * 20_000, "many")


@pytest.mark.parametrize(("seeds", "shuffle"), [(1, False), (2, True), (3, True), (10, False)])
def test_what_is_trained_by_is_compiled_before_and_here(monkeypatch, seeds, shuffle):
    """An interrupt ends what this thread compiles; what nothing is trained by takes seconds too."""
    asked = {True: set(), False: set()}

    def noted(problem, way, *, whole):
        asked[current_thread() is main_thread()].add((problem, way, whole))
        return original(problem, way, whole=whole)

    original = engine.compiled_loop
    monkeypatch.setattr(engine, "compiled_loop", noted)
    one = config({"shuffle": shuffle})
    other = msgspec.structs.replace(one, hyperparameters={"lr": 0.01})
    larger = config({"shuffle": shuffle, "batch_size": 5})
    made = preset(
        ("A", one), ("B", other, "A", 2), ("C", larger, "B", 4), ("D", one, "A", 2),
        seeds=tuple(range(seeds)),
    )  # fmt: skip
    run_preset(made)
    assert asked[True] == asked[False]
    known = {("A", s): train(msgspec.structs.replace(one, seed=s)) for s in range(seeds)}
    for found in asked.values():
        found.clear()
    list(stream_preset(made, known=known))
    assert asked[True] == asked[False]
    assert asked[False]


MORE = {
    "matrices": {"optimizer": "shampoo"},
    "evaluated elsewhere": {"optimizer": "schedule_free_adamw"},
    "a Hessian": {"optimizer": "sophia"},
    "wrapped": {"wrappers": {"sam": {}, "ema": {}}},
    "following the loss": {"decay": "plateau"},
}


@pytest.mark.parametrize("seeds", [1, 3])
@pytest.mark.parametrize("changes", MORE.values(), ids=MORE)
def test_all_that_runs_of_more_are_trained_by_is_compiled_before(monkeypatch, changes, seeds):
    asked = {True: set(), False: set()}
    original = compilation._compiled

    def noted(function, kind=None, way=Way.ALONE, *rest):
        asked[current_thread() is main_thread()].add((function, kind, way))
        return original(function, kind, way, *rest)

    monkeypatch.setattr(compilation, "_compiled", noted)
    one = config({"test_fraction": 0.2, "hidden": (4, 3)}, **changes)
    other = msgspec.structs.replace(one, warmup=0.2)
    run_preset(preset(("A", one), ("B", other, "A", 2), seeds=tuple(range(seeds))))
    assert asked[False]
    assert asked[False] <= asked[True]
