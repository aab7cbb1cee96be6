"""The mouse on charts, runs and tabs."""

from textual import events
from textual.geometry import Offset
from textual.widgets import Static


async def test_a_chart_is_scrubbed(playground):
    async with playground() as p:
        chart = p.curves.charts["loss"]
        assert "Loss" in p.text
        picture = chart._picture
        await p.pilot.mouse_down(chart, offset=at(chart, 0))
        assert p.app.player.epoch == 0
        await p.pilot.hover(chart, offset=at(chart, picture.columns // 2))
        assert abs(p.app.player.epoch - 10) <= 1
        await p.pilot.hover(p.app.workspace.runs, offset=(1, 1))
        assert p.app.player.epoch == 0
        await p.pilot.mouse_up(chart, offset=at(chart, picture.columns - 1))
        assert p.app.mouse_captured is None
        await p.pilot.hover(chart, offset=at(chart, 3))
        assert p.app.player.epoch == 20
        await p.press("home")
        await p.click(chart, picture.left + picture.columns - 1, 3)
        assert p.app.player.epoch == 20
        assert "20/20" in p.lines[0]


def at(chart, column):
    """A cell of the picture inside the border."""
    return (chart.gutter.left + chart._picture.left + column, chart.gutter.top + 3)


async def test_a_click_selects_a_run(playground):
    async with playground() as p:
        await p.click(p.app.workspace.runs, 5, 1)
        assert (p.app.session.run.label, p.value("optimizer")) == ("Adam", "adam")
        assert p.app.workspace.controls.border_title == "Adam"
        assert "beta1" in p.text
        await p.click(p.app.workspace.runs, 5, 0)
        assert p.app.session.run.label == "SGD"
        assert "beta1" not in p.text


async def test_a_click_on_a_tab_shows_its_chart(playground):
    async with playground(size=(80, 24)) as p:
        tabs, board = p.curves.tabs, p.curves
        for place, quantity in ((8, "accuracy"), (20, "weight_norm"), (2, "loss")):
            await p.click(tabs, place)
            assert board.active == quantity
            assert [c.quantity for c in board.charts.values() if c.display] == [quantity]


async def test_the_wheel_scrolls_the_lesson(playground):
    async with playground("compare", size=(120, 30)) as p:
        lesson = p.app.workspace.lesson
        await p.pilot._post_mouse_events([events.MouseScrollDown], lesson, (5, 5))
        await p.until(lambda: lesson.scroll_y > 0)


async def test_a_press_on_what_is_gone_is_on_nothing(playground, monkeypatch):
    async with playground() as p:
        gone = Static(), Offset(0, 0)
        compositor = p.app.screen._compositor
        monkeypatch.setattr(compositor, "get_widget_and_offset_at", lambda x, y: gone)
        p.app.post_message(events.MouseDown(None, 5, 5, 0, 0, 1, False, False, False, 5, 5))
        await p.settle()
        assert p.app.fault is None
        assert p.app.is_running
