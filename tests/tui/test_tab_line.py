"""A line of names: what is short where, and what a click hits."""

import pytest
from textual.app import App

from optplay.tui.widgets.tab_line import Tab, TabLine

TABS = [
    Tab("charts", "1 Charts", "1"), Tab("plane", "2 Boundary", "2"),
    Tab("far", "3 Surface", "3", dim=True), Tab("end", "4 Update", "4"),
]  # fmt: skip
SHORT = " 1 2 3 4 Update "
MIDDLE = " 1 Charts 2 Boundary 3 4 Update "
ONE_MORE = " 1 2 Boundary 3 4 Update "
LONG = " 1 Charts 2 Boundary 3 Surface 4 Update "


class Lines(App):
    """A line, and what was clicked on it."""

    CSS = "TabLine { height: 1; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }"

    def __init__(self):
        super().__init__()
        self.clicked = []

    def compose(self):
        yield TabLine("tabs")

    def on_tab_line_clicked(self, event):
        self.clicked.append(event.name)


@pytest.mark.parametrize(
    ("width", "line"),
    [(len(LONG), LONG), (len(LONG) - 1, MIDDLE), (len(MIDDLE), MIDDLE), (len(MIDDLE) - 1, ONE_MORE),
     (len(ONE_MORE), ONE_MORE), (len(ONE_MORE) - 1, SHORT), (len(SHORT), SHORT), (9, " 1 2 3 4…")],
)  # fmt: skip
async def test_short_forms_and_clicks_hit_what_they_show(width, line):
    app = Lines()
    async with app.run_test(size=(width + 2, 3)) as pilot:
        tabs = app.query_one(TabLine)
        tabs.show(TABS, "end")
        await pilot.pause()
        [shown] = {strip.text for strip in app.screen._compositor.render_strips()[:1]}
        assert shown.rstrip() == f" {line}".rstrip()
        numbers = {"1": "charts", "2": "plane", "3": "far", "4": "end"}
        for x, character in enumerate(line):
            if character in numbers:
                app.clicked.clear()
                await pilot.click(tabs, offset=(x + 1, 0))
                assert app.clicked == [numbers[character]]
        # The whole word of the active one, and nothing beyond the last.
        app.clicked.clear()
        await pilot.click(tabs, offset=(line.find("4") + min(3, width - line.find("4")), 0))
        assert app.clicked == ["end"]


async def test_nothing_is_beyond_the_last_and_the_active_one_stands_out():
    app = Lines()
    async with app.run_test(size=(60, 3)) as pilot:
        tabs = app.query_one(TabLine)
        tabs.show(TABS, "plane")
        await pilot.pause()
        await pilot.click(tabs, offset=(len(LONG) + 3, 0))
        await pilot.click(tabs, offset=(len(LONG) + 0, 0))
        assert app.clicked == ["end"]
        text = tabs.render()
        styles = {text.plain[span.start : span.end]: str(span.style) for span in text.spans}
        assert styles[" 2 Boundary "] == "reverse bold"
        assert styles[" 3 Surface"] == "dim"
        assert not styles.get(" 1 Charts")
        # The dim one is as good to click.
        tabs.show(TABS, "far")
        await pilot.pause()
        assert " 3 Surface " in app.screen._compositor.render_strips()[0].text
