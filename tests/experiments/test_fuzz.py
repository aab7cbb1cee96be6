"""Whatever is in a preset file: an InputError of one line, or a Preset."""

import copy
import datetime
import tomllib
from math import inf, nan

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from optplay.errors import InputError
from optplay.experiments import METRICS, Preset, load, reading
from optplay.experiments.keys import run_keys
from optplay.optim import OPTIMIZERS, SCHEDULES, WRAPPERS

# Line breaks and huge numbers in messages are tested in test_presets.py.
words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), max_size=20)
scalars = st.one_of(
    st.none().map(lambda _: ""), words, st.booleans(), st.integers(),
    st.sampled_from([0, 1, -1, 2**31, 2**63, 2**64, -(2**63) - 1, 10**400, 0.5, 1.0]),
    st.sampled_from([nan, inf, -inf, -0.0, 5e-324, 1e308]), st.floats(),
    st.dates(), st.times(), st.datetimes(timezones=st.none() | st.just(datetime.UTC)),
)  # fmt: skip
KNOBS = {h.name for s in SCHEDULES.values() for h in s.knobs}
KNOBS |= {h.name for w in WRAPPERS.values() for h in w.hyperparameters}
names = st.sampled_from([
    *reading.FILE_KEYS, *run_keys(), "label", "optimizer", "lr", "norm", "text", "metric",
    "left", "is", "is_", "right", "at", "source", "hidden", "samples", "dataset", "config", "name",
    "test_fraction", "batch_size", "fork", "run", "epoch",
    "part", "steps", "value", "per", *KNOBS, *OPTIMIZERS, *SCHEDULES,
    "SGD", "Adam 0.5", "self", "cls", "problem", *METRICS,
])  # fmt: skip
values = st.recursive(
    scalars | names,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names | words, inner, max_size=4),
    max_leaves=12,
)


def judge(*arguments, **named):
    try:
        found = load(*arguments, **named)
    except InputError as error:
        assert len(str(error).splitlines()) == 1  # noqa: PT017 - a Preset is as good
        return None
    assert isinstance(found, Preset)
    assert all(run.config.epochs >= 1 for run in found.runs)
    return found


@pytest.fixture
def read():
    """Puts a table in place of what would be read from a file."""
    with pytest.MonkeyPatch.context() as patch:
        yield lambda table: patch.setattr(reading, "_read", lambda *_: copy.deepcopy(table))


def paths(tree, path=()):
    """The way to every value in a table."""
    items = tree.items() if isinstance(tree, dict) else enumerate(tree)
    for key, value in items:
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from paths(value, (*path, key))


fuzz = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)


@fuzz
@given(st.dictionaries(names | words, values, max_size=6))
def test_any_table(read, table):
    read(table)
    judge("x")


@fuzz
@given(st.data())
def test_a_valid_preset_with_one_or_two_changes(read, small, data):
    table = tomllib.loads(small)
    table["runs"].append({"label": "on", "fork": {"run": "SGD", "epoch": 2}})
    for _ in range(data.draw(st.integers(1, 2))):
        *way, last = data.draw(st.sampled_from(list(paths(table))))
        place = table
        for key in way:
            place = place[key]
        change = data.draw(st.sampled_from(["replace", "delete", "add"]))
        if change == "delete":
            del place[last]
        elif change == "add" and isinstance(place, dict):
            place[data.draw(names | words)] = data.draw(values)
        else:
            place[last] = data.draw(values)
    read(table)
    judge("x")


@fuzz
@given(st.lists(st.text(st.characters(exclude_categories=["Cc", "Zl", "Zp"]), max_size=30)), words)
def test_any_edits(read, small, edits, text):
    read(tomllib.loads(small))
    judge("x", edits=edits)
    judge("x", edits=[f"SGD.{edit}" for edit in edits] + [f"*.lr={text}"])


@fuzz
@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda t: t.encode("utf-8", "replace")))
def test_any_file(tmp_path, raw):
    path = tmp_path / "fuzz.toml"
    path.write_bytes(raw)
    assert judge(str(path)) is None


@fuzz
@given(st.integers(0, 700), st.binary(max_size=3), st.integers(0, 3))
def test_a_file_with_a_few_wrong_bytes(tmp_path, small, position, inserted, cut):
    raw = small.encode()
    position = min(position, len(raw))
    path = tmp_path / "fuzz.toml"
    path.write_bytes(raw[:position] + inserted + raw[position + cut :])
    judge(str(path))


@fuzz
@given(st.text(st.characters(exclude_categories=["Cc", "Zl", "Zp", "Cs"])))
def test_any_name(name):
    judge(name)
