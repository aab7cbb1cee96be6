"""The ways to a view: numbers, palette, clicks; what keys mean in it and in a knob; headless."""

from textual.widgets import Input

from optplay.cli import invoke
from optplay.tui.screens.palette import Palette
from optplay.tui.views import CHARTS, views
from optplay.tui.widgets.knob_row import KnobInput

NUMBERS = {name: str(number) for number, name in enumerate(views(), 2)}
SHOWN = "rates", "inspector"


async def test_number_keys_and_back(playground):
    async with playground(size=(80, 24)) as p:
        for name in SHOWN:
            await p.press(NUMBERS[name])
            assert p.app.board.view_name == name
            assert p.app.focused is p.app.board.view
            assert f" {NUMBERS[name]} {views()[name].title} " in p.lines[1]
            await p.press("escape")
            assert p.app.board.view is None
            assert p.app.focused is None or p.app.focused.display
        # The keys of a view that is gone do nothing.
        assert p.app.board.views["inspector"].display is False
        await p.press("i", "n")
        assert len(p.app.screen_stack) == 1
        await p.press("comma")
        assert p.app.player.epoch == 19
        await p.press(NUMBERS["rates"], "1")
        assert p.app.board.view_name == CHARTS


async def test_palette_and_the_line_of_views(playground):
    async with playground(size=(80, 24)) as p:
        for name in SHOWN[:1]:
            await p.pilot.press("ctrl+p")
            assert isinstance(p.app.screen, Palette)
            await p.pilot.press(*views()[name].title)
            await p.until(lambda name=name: views()[name].text in p.text)
            await p.press("enter")
            await p.until(lambda name=name: p.app.board.view_name == name)
        for size in ((80, 24), (60, 20)):
            await p.pilot.resize_terminal(*size)
            await p.settle()
            line = p.app.board.view_line
            for name in (*SHOWN, CHARTS):
                [text] = (strip.text for strip in p.inside(line))
                await p.click(line, text.index(NUMBERS.get(name, "1")))
                assert p.app.board.view_name == name, size


async def test_a_digit_typed_into_a_knob_is_a_value(playground):
    async with playground(size=(80, 24)) as p:
        await p.press(NUMBERS["inspector"])
        await p.focus("lr")
        await p.pilot.press(NUMBERS["rates"])
        assert p.app.board.view_name == "inspector"
        assert p.app.query_one(KnobInput).value == NUMBERS["rates"]
        await p.press("enter")
        assert p.value("lr") == float(NUMBERS["rates"])
        await p.press(NUMBERS["inspector"])
        assert p.app.query(KnobInput)
        await p.press("escape")
        p.app.set_focus(p.app.board.view)
        await p.pilot.press("i", NUMBERS["rates"])
        assert p.app.screen.query_one(Input).value == NUMBERS["rates"]
        await p.press("enter")
        assert p.app.board.view.result.step == int(NUMBERS["rates"])


def test_headless(small, tmp_path, capsys):
    for name, told in (("rates", "Parameters"), ("inspector", "update")):
        path = tmp_path / f"{name}.svg"
        size = ("--size", "80x24")
        press = ("--press", NUMBERS[name], "--screenshot", str(path))
        assert invoke((small, "--headless", *size, *press)) == 0
        assert told in path.read_text("utf-8")
