"""The picture of an update: every number of it, at any size."""

import re
from dataclasses import replace

import numpy as np
import pytest

from optplay.experiments.wording import precise
from optplay.instruments.inspect import picture as inspector
from optplay.instruments.inspect.measure import take_apart
from optplay.instruments.inspect.picture import BARS, inspect_picture
from optplay.instruments.inspect.rows import Row, rows
from optplay.optim import OPTIMIZERS
from optplay.plots import DARK
from optplay.plots.text import text_cells
from optplay.problems import Problem, SurfaceProblem
from optplay.training import Clip, RunConfig, train

PLAIN = {"color": False, "dark": True}
PROBLEM = Problem(samples=10, hidden=(3,))


def update(step=25, problem=PROBLEM, **settings):
    return take_apart(train(RunConfig(problem=problem, epochs=4, **settings)), step)


def lines(found, parameter=None, width=100, height=40):
    """The rows of the picture; each as wide as asked."""
    parameter = found.largest if parameter is None else parameter
    picture = inspect_picture(found, parameter, 0, width, height, **PLAIN)
    texts = ["".join(text for text, _ in row) for row in picture.rows]
    assert len(texts) == height
    assert {text_cells(text) for text in texts} == {width}
    return [text.rstrip() for text in texts]


def ends(drawn, found, parameter):
    """Whether the value of each part that is on stands at the end of a line."""
    values = [row.value for row in rows(found, parameter) if row.value is not None]
    return all(any(line.endswith(f" {precise(value)}") for line in drawn) for value in values)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_where_there_is_room_every_formula_is_whole(optimizer):
    once = OPTIMIZERS.find(optimizer).full_batch
    problem = Problem(samples=10, hidden=(3,), batch_size=10) if once else PROBLEM
    found = update(
        4 if once else 25, problem, optimizer=optimizer, clip=Clip(norm=0.01), l2=0.1,
        weight_decay=0.1,
    )  # fmt: skip
    for width in (90, 60):
        drawn = lines(found, width=width, height=60)
        assert ends(drawn, found, found.largest)
        assert not any("…" in line for line in drawn)
        # What stands between the parts and the numbers.
        cut = [max((line[9:end] for end in range(9, len(line) + 1)
                    if text_cells(line[:end]) <= width - 26), key=len, default="")
               for line in drawn]  # fmt: skip
        together = "".join("".join(cut).split())
        for line in (row.formula for row in rows(found, found.largest) if row.part == "rule"):
            assert line.replace(" ", "") in together


@pytest.mark.parametrize("optimizer", ["adam", "radam", "sgd"])
def test_what_gives_way_where_there_is_less(optimizer):
    found = update(optimizer=optimizer)
    whole = lines(found, width=46, height=60)
    count = sum(bool(line) for line in whole)
    assert any(line.startswith("lr 0.0") for line in whole)
    for height in (count, count - 3):
        drawn = lines(found, width=46, height=height)
        assert ends(drawn, found, found.largest)
        assert "▲" in drawn[-1] or "" in drawn
    for width in (46, 26):
        # All but the numbers of what is on is gone.
        least = 3 + sum(row.value is not None for row in rows(found, 0))
        drawn = lines(found, 0, width=width, height=least)
        assert ends(drawn, found, 0)
        assert drawn[-1].startswith("w ← w + Δ")
        assert lines(found, 0, width=width, height=least + 1)[3].startswith("formula")
        assert "▲" in lines(found, 0, width=width, height=least + 4)[-1]
    for size in ((5, 3), (1, 1), (0, 2), (30, 0)):
        inspect_picture(found, 0, 0, *size, **DARK)


def test_numbers_before_and_after_in_one_line():
    found = update(optimizer="momentum", l2=0.5)
    for width in (61, 46):
        drawn = lines(found, 4, width=width)
        u = found.update
        for start, before, after in (
            ("v ← β·v + g", u.state_before[0, 4], u.state_after[0, 4]),
            ("g ← g + λ₂·w", u.clipped_gradient[4], u.rule_gradient[4]),
            ("w ← w + Δ", u.before[4], u.after[4]),
        ):
            [line] = [line for line in drawn if start in line]
            assert line.split()[-2:] == [precise(before), precise(after)]
        [off] = [line for line in drawn if line.startswith("clipping")]
        assert off.split() == (["clipping", "off"] if width == 61 else ["clipping:", "off"])


def test_its_heads():
    found = update(12, Problem(samples=10, hidden=(3,), batch_size=4), optimizer="adam")
    drawn = lines(found, 2)
    assert (
        drawn[:4]
        == [
            "layer 1 w[1,0] (3 of 13)" + ", moves most" * (found.largest == 2),
            "update 12 of 12, epoch 4, 2 samples",
            "lr 0.001, t 12, beta1 0.9, beta2 0.999, epsilon 1e-8, bias_correction true, "
            "nesterov false",
            f"loss before it {precise(found.update.loss)}, ‖g‖ {precise(found.update.norm)}",
        ]
        or found.step != 12
    )
    # What has no room is left out, a part at a time.
    assert lines(found, 2, width=30)[2] == "lr 0.001, t 12, beta1 0.9"


def test_a_bar_for_each_parameter_and_the_arrow_below_the_one_shown():
    found = update(optimizer="sgd")
    sizes, count = np.abs(found.update.delta), found.update.delta.size
    for width, wide in ((100, 3), (30, 2), (20, 1)):
        for parameter in range(count):
            *_, above, bars, below = [x for x in lines(found, parameter, width) if x]
            assert below.index("▲") == parameter * wide
            bars = bars.ljust(count * wide)
            assert len(bars) == count * wide
            assert bars[found.largest * wide] == "█"
            share = np.log10(sizes[parameter] / sizes.max()) if sizes[parameter] else -np.inf
            level = max(np.floor((1 + share / 6) * 8), -1)
            expected = " " if level < 0 else BARS[min(int(level), 7)]
            assert bars[parameter * wide] == expected
        if width > 40:
            low, high = re.findall(r"[█▁] (\S+)", above)
            assert float(low) == pytest.approx(sizes.max(), rel=0.01)
            assert float(high) == pytest.approx(sizes.max() / 1e6, rel=0.01)
    name = found.config.problem.parameter_names[count - 1]
    assert f"{name} ▲" in lines(found, count - 1, width=20)[-1] or "▲" in "".join(lines(found))


def test_more_parameters_than_cells():
    found = update(problem=Problem(samples=10, hidden=(64, 64)), optimizer="adam")
    count, width = found.update.delta.size, 50
    each = -(-count // width)
    for parameter in (0, 700, count - 1):
        drawn = [line for line in lines(found, parameter, width) if line]
        assert drawn[-1].index("▲") == parameter // each
        assert f"|Δ| of all {count:,}, █" in drawn[-3]
        assert found.config.problem.parameter_names[parameter] in drawn[-1]
    assert f", a bar for {-(-count // 100)}" in "".join(lines(found, width=100))


def test_nothing_moves_and_what_is_not_a_number():
    still = update(optimizer="sgd", hyperparameters={"lr": 0.0})
    drawn = lines(still, 0)
    at = drawn.index("|Δ| of all 13: none moves")
    assert drawn[at + 1 : at + 3] == ["", "▲ layer 1 w[0,0]"]
    broken = replace(
        still, update=replace(still.update, delta=np.array([np.nan, 1e200] + [0] * 11))
    )
    drawn = [line for line in lines(broken, 0) if line]
    assert drawn[-2] == "██████"
    assert "nan" in "".join(drawn)
    assert "moves most" in drawn[0]


def test_a_rule_without_formula_or_terms(monkeypatch):
    own = [Row("rule", "seen", "", 3.0, 2.0), Row("rule", "Δ", "", -0.5), Row("rule", "r", "r = ?")]
    monkeypatch.setattr(inspector, "rows", lambda found, parameter: own)
    drawn = [line.split() for line in lines(update(optimizer="sgd"))]
    assert ["rule", "seen", "2", "3"] in drawn
    assert ["Δ", "-0.5"] in drawn
    assert ["r", "=", "?", "—"] in drawn


def test_a_surface():
    found = take_apart(train(RunConfig(problem=SurfaceProblem(surface="saddle"), epochs=9)), 5)
    assert lines(found, 1)[:2] == ["y (2 of 2)" + ", moves most" * (found.largest == 1),
                                   "update 5 of 9"]  # fmt: skip
    assert (
        lines(found)[3]
        == f"f before it {precise(found.update.loss)}, ‖g‖ {precise(found.update.norm)}"
    )


def test_a_number_as_long_as_its_column_does_not_touch_the_formula():
    found = update(optimizer="adam")
    assert any("v ← β₂·v + (1-β₂)·g² " in line for line in lines(found, width=46))
    large = {**found.states, "v": (np.full(13, -1.23456e-105),) * 2}
    drawn = lines(replace(found, states=large), 0, width=46, height=18)
    assert "v ← β₂·v + (1-β₂)·… -1.23456e-105-1.23456e-105" in drawn


def test_colours():
    found = update(optimizer="sgd")
    picture = inspect_picture(found, 0, 2, 80, 30, **DARK)
    plain = inspect_picture(found, 0, 2, 80, 30, **PLAIN)
    assert all(ink is None for row in plain.rows for _, ink in row)
    inked = {text.strip(): ink for row in picture.rows for text, ink in row if ink}
    assert inked["clipping"] == inked["formula"] is not None
    assert inked[precise(found.update.delta[0])] == inked[precise(found.update.after[0])]
    assert precise(found.update.gradient[0]) not in inked
