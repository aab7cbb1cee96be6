"""Every size of the screen, and screens without colours."""

import pytest

from optplay.plots import run_color

SIZES = [
    (60, 20), (61, 21), (72, 50), (80, 24), (99, 28), (100, 27), (100, 30), (101, 29),
    (120, 40), (140, 22), (159, 33), (160, 45), (200, 60), (300, 20), (300, 100),
]  # fmt: skip
TOO_SMALL = [(59, 20), (60, 19), (20, 5)]


def sound(p, size):
    """All lines are as wide as the screen, and no widget lies outside of it."""
    width, height = size
    assert p.app.size == size
    assert [strip.cell_length for strip in p.strips] == ([width] * height)
    screen = p.app.screen.region
    scrolled = [p.app.workspace.controls.query_one("#knobs"), p.app.workspace.lesson]
    for widget in p.app.workspace.walk_children():
        if widget.is_on_screen and not any(box in widget.ancestors for box in scrolled):
            assert widget.region in screen, widget


async def test_each_size(playground):
    async with playground("exercise-4-clipping") as p:
        for size in [*SIZES, *TOO_SMALL, SIZES[8]]:
            await p.pilot.resize_terminal(*size)
            await p.pilot.pause()
            sound(p, size)
            small = size in TOO_SMALL
            assert ("cells:" in p.text) == small, size
            assert (" SGD" in p.text) == (not small), size
            if not small:
                shown = [c for c in p.curves.charts.values() if c.display]
                wide = size[0] >= 100 and size[1] >= 30
                assert len(shown) == (3 if wide else 1), size
                assert all(c.content_size.height >= 3 for c in shown), size
                assert p.app.workspace.lesson.display == wide, size


@pytest.mark.parametrize("size", [(60, 20), (300, 100)])
async def test_it_starts_at_the_ends_of_the_range(playground, size):
    async with playground("compare", size=size) as p:
        sound(p, size)
        for key in (
            "question_mark",
            "escape",
            "p",
            "escape",
            "l",
            "z",
            "z",
            "v",
            "v",
            "V",
            "h",
            "escape",
        ):
            await p.press(key)
            assert [strip.cell_length for strip in p.strips] == ([size[0]] * size[1])


async def test_resizes_while_it_trains_and_plays(playground):
    async with playground(seconds=500.0) as p:
        await p.type("epochs", "50000")
        await p.pilot.press("enter", "home", "space")
        for size in SIZES[::2]:
            await p.pilot.resize_terminal(*size)
            await p.pilot.pause()
            sound(p, size)
        assert p.app.player.epoch > 0
        await p.pilot.press("u", "space")
        await p.settle()


async def test_the_lesson_takes_turns_with_the_charts_where_there_is_no_room(playground):
    async with playground(size=(80, 24)) as p:
        assert "Which is lower?   l lesson, v verdicts" in p.lines[1]
        await p.press("l")
        assert "Which is lower?" in p.text
        assert "SGD ends lower" in p.text
        assert "Loss (log)" not in p.text
        await p.press("l")
        assert "Loss (log)" in p.text
        # A view's key gives its place back.
        await p.press("l", "1")
        assert "Loss (log)" in p.text


async def test_verdicts_are_one_key_away_where_there_is_no_room(playground):
    async with playground(size=(80, 24), autoplay=True, clock=lambda: 0.0) as p:
        await p.press("l")
        assert "SGD ends lower" not in p.text
        assert "1 claim: v shows what came of it" in p.text
        await p.press("v")
        assert "SGD ends lower" in p.text
        await p.press("v")
        assert "Loss (log)" in p.text
        await p.press("v")
        assert "SGD ends lower" in p.text


async def test_a_small_and_a_large_screen_remember_their_own(playground):
    async with playground() as p:
        lesson = p.app.workspace.lesson
        seen = []
        for size, keys in [((120, 40), []), ((80, 24), ["l"]), ((120, 40), ["l"]), ((80, 24), []),
                           ((120, 40), [])]:  # fmt: skip
            await p.pilot.resize_terminal(*size)
            await p.press(*keys)
            seen.append(lesson.display)
        assert seen == [True, True, False, True, False]


async def test_zoom_of_the_lesson_and_of_a_chart(playground):
    async with playground() as p:
        p.app.workspace.lesson.focus()
        await p.press("z")
        assert (p.app.workspace.lesson.size.height > 30, "Loss (log)" in p.text) == (True, False)
        await p.press("z")
        p.curves.charts["accuracy"].focus()
        await p.press("enter")
        chart = p.curves.charts["accuracy"]
        assert (chart.display, chart.size.height > 25) == (True, True)
        await p.press("V")
        assert p.curves.charts["weight_norm"].display
        await p.press("z")
        assert len([c for c in p.curves.charts.values() if c.display]) == 3


async def test_without_colours_markers_tell_the_runs_apart(playground, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    async with playground() as p:
        rows = [strip.text for strip in p.inside(p.app.workspace.runs)[:2]]
        assert [row[0] for row in rows] == ["●", "x"]
        readings, *drawn = [strip.text for strip in p.inside(p.curves.charts["loss"])]
        words = readings.split()
        assert words[0:2] + words[3:5] == ["●", "SGD", "x", "Adam"]
        assert any("●" in line for line in drawn)
        assert any("x" in line.replace("epoch", "") for line in drawn)
        shown = p.strips
        assert all(red == green == blue for red, green, blue in inks(shown))


async def test_dark_and_light_have_their_own_colours(playground):
    async with playground() as p:
        found = []
        for _ in range(3):
            colors = [{run_color(place, dark) for place in (0, 1)} for dark in (True, False)]
            shown = inks(p.inside(p.curves.charts["loss"])[1:])
            rows = inks(p.inside(p.app.workspace.runs))
            found.append([(both <= shown, both <= rows) for both in colors])
            await p.press("t")
        dark, light = [(True, True), (False, False)], [(False, False), (True, True)]
        assert found == [dark, light, dark]


def inks(strips):
    """The colours in which something is written."""
    styles = [part.style for strip in strips for part in strip if part.style and part.text.strip()]
    return {tuple(s.color.triplet) for s in styles if s.color and s.color.triplet}
