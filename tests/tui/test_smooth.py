"""Nothing is drawn or laid out again that did not change."""

import dataclasses
import random
import re
from collections import Counter

import pytest
from textual._compositor import Compositor
from textual.geometry import Region
from textual.screen import Screen

from optplay.tui.job import Job
from optplay.tui.screens.main import Narrow
from optplay.tui.widgets.runs import RunsPanel

from .conftest import SMALL

# Textual also goes to some places where it writes nothing.
TO_NOTHING = re.compile(r"\x1b\[\d+;\d+H(?=\x1b\[\d+;\d+H|\n|$)")


@pytest.fixture
def work(monkeypatch):
    """Counts what is drawn, by the name of the widget, and how often the screen is laid out."""
    counted = Counter()
    update, lay_out = Compositor.update_widgets, Screen._refresh_layout

    def counting(self, widgets):
        counted.update(widget.id or type(widget).__name__ for widget in widgets)
        update(self, widgets)

    def laying(self, *args, **options):
        counted["layout"] += 1
        lay_out(self, *args, **options)

    monkeypatch.setattr(Compositor, "update_widgets", counting)
    monkeypatch.setattr(Screen, "_refresh_layout", laying)
    return counted


async def test_the_focus_moves_with_two_rows_and_the_hint(playground, work):
    async with playground() as one:
        await one.focus("clip.norm")
        # What the start has left to lay out is done by then.
        for key in ("down", "up", "down"):
            await one.press(key)
        work.clear()
        await one.press("up")
    assert work == {"KnobRow": 2, "hint": 1}


async def test_selecting_a_run_with_the_same_knobs_lays_out_nothing(playground, work, tmp_path):
    same = tmp_path / "same.toml"
    same.write_text(SMALL.replace('"adam"', '"sgd"'))
    async with playground(str(same)) as one:
        await one.press("j")
        await one.press("k")
        work.clear()
        await one.press("j")
    assert work["runs"]
    assert not work["layout"]


async def test_a_run_with_other_numbers_draws_its_line(playground, monkeypatch):
    drawn = []
    refresh = RunsPanel.refresh

    def counting(self, *regions, **options):
        drawn.append([*regions])
        return refresh(self, *regions, **options)

    async with playground() as one:
        rows, runs = one.app.stage.rows(), one.app.workspace.runs
        rows[1] = dataclasses.replace(rows[1], loss="0.1234")
        monkeypatch.setattr(RunsPanel, "refresh", counting)
        runs.show(rows, 0)
        assert [[region.y for region in each] for each in drawn] == [[1]]
        await one.settle()
        assert "0.1234" in one.inside(runs)[1].text
        monkeypatch.undo()


async def test_lines_that_stay_are_not_made_again(playground):
    async with playground() as one:
        await one.press("home")
        chart = one.curves.charts["loss"]
        place = chart.outer_size.region
        before = chart.render_lines(place)
        chart.read(chart.epoch, [])
        after = chart.render_lines(place)
    assert [a is b for a, b in zip(before, after, strict=True)].count(False) == 1


async def test_what_is_computed_at_once_is_told_once(playground):
    told = []
    async with playground() as one:
        job = Job(one.app, "counting", lambda *what: told.append(what), lambda *error: None)
        job.begin("key", lambda stop: iter(range(3)))
        await one.until(lambda: not job.running)
    assert told == [(2, True)]


async def test_an_update_sends_what_textual_would_send(playground):
    pick = random.Random(0)
    async with playground() as one:
        await one.focus("lr")
        compositor, console = one.app.screen._compositor, one.app.console
        assert isinstance(compositor, Narrow)
        width, height = one.app.size
        for count in range(60):
            regions = set()
            for _ in range(1 + count % 4):
                x, y = pick.randrange(width), pick.randrange(height)
                regions.add(Region(x, y, pick.randint(1, width - x), pick.randint(1, height - y)))
            sent = []
            for render in (Narrow.render_partial_update, Compositor.render_partial_update):
                compositor._dirty_regions = set(regions)
                sent.append(TO_NOTHING.sub("", render(compositor).render_segments(console)))
                assert not compositor._dirty_regions
            assert sent[0] == sent[1], regions
        assert compositor.render_partial_update() is None
