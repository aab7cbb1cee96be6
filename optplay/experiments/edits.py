"""Changes to a preset's table before it is read: `LABEL.key=value`, as `--set` takes them."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import tomli_w

from optplay.errors import InputError, show, unknown
from optplay.experiments.keys import run_keys
from optplay.experiments.places import choose, put, spell_out
from optplay.experiments.scales import number_of
from optplay.gate import line
from optplay.optim import OPTIMIZERS
from optplay.toml import loads

DEFAULT_RULE = "adam"
# What people type for a number, or for several, that is none in TOML.
TYPED = re.compile(r"[-+.\d][-+.,/%e\d ]*", re.IGNORECASE)
LISTS = ("hidden", "start", "at")
# What a run can't have of its own, and the option that sets it for all.
OPTIONS = {
    "epochs": "--epochs", "problem.steps": "--epochs", "seed": "--seed", "seeds": "--seeds",
}  # fmt: skip


def split_edit(
    edit: str, labels: Iterable[str], rules: Iterable[object] = ()
) -> tuple[str, list[str], str]:
    """Label, key by key, and value of a `LABEL.key=value`, with `*` as the label of all runs.

    Without a label a key is that of all runs; `rules` are the names of their optimizers.

    Raises:
        InputError: there is no such label, or no value.
    """
    names = ["*", *labels]
    fitting = [name for name in names if edit.startswith(name + ".")]
    if not fitting:
        key, equals, text = edit.partition("=")
        first = key.partition(".")[0].strip()
        if equals and (first in _keys() or any(first in _knobs(rule) for rule in rules)):
            return "*", key.strip().split("."), text.strip()
        wanted = edit.partition("=")[0]
        wanted = wanted.rpartition(".")[0] or wanted
        raise InputError(unknown("run", wanted, names) + " (LABEL.key=value)")
    # Labels may hold dots and equals signs: the longest one that leaves a key and a value.
    ways = [(name, *edit[len(name) + 1 :].partition("=")) for name in fitting]
    whole = [way for way in ways if way[2]]
    if not whole:
        raise InputError("the value is missing (LABEL.key=value): found no '='")
    label, key, _, text = max(whole, key=lambda way: len(way[0]))
    return label, key.strip().split("."), text.strip()


@cache
def _keys() -> frozenset[str]:
    """With what a key of any run begins."""
    own = [h.name for rule in OPTIMIZERS.values() for h in rule.hyperparameters]
    return frozenset(["optimizer", "problem", *OPTIONS, *run_keys(), *own])


def _knobs(rule: object) -> list[str]:
    """The names of what a rule is tuned by; none of one that can't be found."""
    try:
        return OPTIMIZERS.find(rule).knobs
    except InputError:
        return []


def is_rate(edit: str) -> bool:
    """Whether it gives runs another learning rate."""
    return re.search(r"(^|\.)\s*lr\s*=", edit) is not None


def apply_edit(table: dict[str, Any], edit: str) -> None:
    """Makes a change in the table of a preset.

    Raises:
        InputError: there is no such run, no value, or the key is one that all runs share.
    """
    runs = table.get("runs")
    runs = [r for r in runs if isinstance(r, dict)] if isinstance(runs, list) else []
    # Labels as they are shown, and so as they are copied from the screen.
    named = [(line(str(r.get("label"))), r) for r in runs]
    rules = [run.get("optimizer", DEFAULT_RULE) for run in runs]
    label, keys, text = split_edit(line(edit), [name for name, _ in named], rules)
    if option := OPTIONS.get(".".join(keys)):
        raise InputError(f"{keys[-1]} is the same for all runs: {option} N")
    if text == "none" and keys[0] == "problem":
        _unshare(table, runs, keys[-1])
    for name, run in named:
        if label not in ("*", name):
            continue
        if text == "none":
            _take_out(run, keys)
            continue
        value = _typed_value(text, keys[-1])
        if len(keys) == 1:
            if keys == ["optimizer"]:
                _drop_hyperparameters(run, value)
            put(run, keys[0], value)
            continue
        spell_out(run, keys[0])
        place = run
        for key in keys[:-1]:
            place = _table(place.setdefault(key, {}), key)
        choose(place, keys[-2], keys[-1], value)


def _take_out(run: dict[str, Any], keys: list[str]) -> None:
    """Takes out a key; one of a table that isn't there leaves things as they are.

    A table that has no other key is taken out with it.
    """
    if len(keys) > 1 and run.get(keys[0]) is not False:
        spell_out(run, keys[0])
    places = [run]
    for key in keys[:-1]:
        places.append(_table(places[-1].get(key) or {}, key))
    if keys[-1] in places[-1]:
        del places[-1][keys[-1]]
        if len(places) > 1 and not places[-1] and keys[0] != "problem":
            del places[-2][keys[-2]]


def _table(found: object, key: str) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise InputError(f"{key}: found {show(found)}, allowed: a table")
    return found


def _unshare(table: dict[str, Any], runs: list[dict[str, Any]], key: str) -> None:
    """Gives a key of [problem] to each run that has none of its own, so that one may lose it."""
    shared = table.get("problem")
    if not isinstance(shared, dict) or key not in shared:
        return
    value = shared.pop(key)
    for run in runs:
        own = run.setdefault("problem", {})
        if isinstance(own, dict):
            own.setdefault(key, value)


def _drop_hyperparameters(run: dict[str, Any], optimizer: object) -> None:
    """Takes out those that a new optimizer doesn't have, and the rate, of which it has its own."""
    if optimizer == run.get("optimizer", DEFAULT_RULE):
        return
    run.pop("lr", None)
    old, new = _knobs(run.get("optimizer", DEFAULT_RULE)), _knobs(optimizer)
    for name in set(old) - set(new) if new else ():
        run.pop(name, None)


def _typed_value(text: str, key: str) -> Any:
    """As `edit_value`, but for what a person may type: 1/3, 5 %, 0,05 or, of a list, 8, 8."""
    value = edit_value(text)
    if value != text or not TYPED.fullmatch(text):
        return value
    return edit_value(f"[{text}]") if key in LISTS else number_of(text)


def edit_value(text: str) -> Any:
    """A TOML value; a bare word is a text."""
    try:
        found = loads(f"value = {text}")
    except tomllib.TOMLDecodeError:
        return text
    except InputError:
        raise
    except (ValueError, RecursionError):
        raise InputError(f"found {show(text)}, allowed: a number, a text or a list") from None
    if len(found) > 1:
        raise InputError(f"found {show(text)}, allowed: one value")
    return found["value"]


def edit_text(value: object) -> str:
    """What `edit_value` reads as this value, or `none` for None."""
    if value is None:
        return "none"
    # A bare word needs no quotes, unless it would be read as something else.
    return value if isinstance(value, str) and edit_value(value) == value else toml(value)


def toml(value: object) -> str:
    """A value as TOML spells it: lists and tables on one line, a text over as many as it has."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {toml(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml, value)) + "]"
    # tomli_w would write \r\n over several lines as \n.
    lines = isinstance(value, str) and "\n" in value and "\r\n" not in value
    text = tomli_w.dumps({"v": value}, multiline_strings=lines).removeprefix("v = ")[:-1]
    if lines:
        # It puts a backslash before every quote; only three in a row would end the text.
        text = text[:3] + text[3:-3].replace('\\"', '"').replace('"""', '""\\"') + text[-3:]
    return text
