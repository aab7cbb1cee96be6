"""Every view at every size, in every look, and how one gets there and back."""

import pytest

from optplay.tui.views import views

SIZES = [(60, 20), (120, 40), (200, 60)]
SHOWN = [name for name in views() if name not in ("curves", "boundary")]


def fits(p):
    """Whether the picture fills the view, and each line the screen."""
    view = p.app.workspace.view
    width, height = view.content_size
    rows = view.drawn.rows
    cells = {sum(len(text) for text, _ in row) for row in rows}
    return (cells, len(rows)) == ({width}, height) and {
        line.cell_length for line in p.inside(view)
    } == {width}


@pytest.mark.parametrize("plain", [False, True], ids=["colours", "NO_COLOR"])
async def test_any_size_and_look(playground, monkeypatch, plain):
    monkeypatch.setattr(
        "optplay.instruments.sweep.view.AXES", {"rates": "lr=1e-4:1:3", "knobs": ""}
    )
    if plain:
        monkeypatch.setenv("NO_COLOR", "1")
    async with playground(size=SIZES[0]) as p:
        for size in [(80, 24)] if plain else SIZES:
            await p.pilot.resize_terminal(*size)
            for name in SHOWN:
                p.app.workspace.action_view(name)
                await p.settle()
                assert fits(p), (size, name)
        dark = p.app.workspace.view.drawn
        await p.press("t")
        assert (p.app.workspace.view.drawn != dark) == (not plain)


async def test_ways_there_and_back(playground):
    async with playground() as p:
        for number, name in enumerate(views(), 1):
            if name not in ("surface", "range_test"):
                continue
            await p.press(str(number))
            assert p.app.workspace.view_name == name
            await p.press("escape")
            assert p.app.workspace.view_name == "curves"
            text = str(p.app.workspace.view_line.render())
            await p.click(p.app.workspace.view_line, text.index(str(number)))
            assert p.app.workspace.view_name == name
            await p.press("1")
            assert p.app.workspace.view_name == "curves"
