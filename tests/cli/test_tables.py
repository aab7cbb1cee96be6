"""The tables of a run: readable at every width."""

import io
import re
from functools import cache

import pytest
from msgspec.structs import replace
from rich.console import Console

from optplay.cli.printing import print_parts
from optplay.experiments import METRICS, load, number, preset_files, run_preset
from optplay.experiments.reading import parse
from optplay.experiments.report import RunReport
from optplay.experiments.wording import numbers


@cache
def results(name):
    return run_preset(load(name))


@cache
def few_seeds(name):
    preset = load(name)
    return run_preset(replace(preset, seeds=preset.seeds[:2]))


def shown(results, width):
    out = io.StringIO()
    console = Console(file=out, width=width, highlight=False, markup=False)
    print_parts(console, RunReport(results).parts())
    return out.getvalue()


def holds_word(text, word):
    """Whether the word is there whole, and not broken over lines."""
    return re.search(rf"(?<![^\s(–]){re.escape(word)}(?![^\s)–])", text)


@pytest.mark.parametrize("width", [60, 80, 100, 120])
@pytest.mark.parametrize("name", sorted(preset_files()))
def test_labels_are_readable_and_numbers_whole(name, width):
    measured = few_seeds(name)
    text = shown(measured, width)
    assert max(map(len, text.splitlines())) <= width
    assert text.count("(") == text.count(")")
    headings = "\n".join(text.splitlines()[:6])
    metrics = ["final_loss", "final_accuracy", *["weight_norm"] * ("‖w‖" in headings)]
    if measured.preset.on_surface:
        metrics = ["final_loss", "distance"]
    for label in measured.runs:
        for word in label.split():
            assert holds_word(text, word), word
        for metric in metrics:
            side = measured.summary(label, metric)
            percent = METRICS[metric].percent
            printed = [number(side.median, percent=percent)]
            if "quartiles" in text:
                # Both ends of an interval are in one form.
                printed += numbers(side.low, side.high, percent=percent)
            for shown_as in printed:
                assert holds_word(text, shown_as.removesuffix(" %")), (metric, shown_as)


def test_what_gives_way_to_the_width():
    wide, middle, narrow, narrower = (
        shown(results("exercise-4-clipping"), width) for width in (120, 80, 70, 60)
    )
    assert "0.0238 (0.0197–0.0317)" in wide
    assert "0.0238 (" not in middle
    for text in (middle, narrow):
        assert "(0.0197–0.0317)" in text
        assert "median (quartiles) of 10 seeds" in text
    assert "‖w‖" in middle
    assert "‖w‖" not in narrow
    assert "(" not in narrower
    assert "median of 10 seeds" in narrower


@pytest.mark.parametrize("width", [25, 45])
def test_where_no_table_fits_there_is_a_list(width):
    text = shown(results("exercise-3-effective-rate"), width)
    assert "\nAdam\n  Outcome: trained 10\n  Final loss: 0.0414\n  Accuracy: 99.2 %\n" in text
    assert "\n  Epochs to 90 %: 35\n" in text
    assert max(map(len, text.splitlines())) <= width


@pytest.mark.parametrize("label", ["x" * 60, "word " * 11, " ", "字" * 30])
@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_any_label(label, width):
    preset = parse(f'title = "t"\nepochs = 1\n[[runs]]\nlabel = "{label}"\n', "long")
    text = shown(run_preset(preset), width)
    assert "collapsed" in text
    for letter in set(label) - {" "}:
        assert text.count(letter) >= label.count(letter)
