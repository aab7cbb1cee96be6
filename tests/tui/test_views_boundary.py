"""The boundary in the app: it moves with the playhead, and shows one run or all."""

from optplay.instruments.boundary.picture import boundary_picture
from optplay.training import past, train
from optplay.tui import library


async def test_it_shows_the_selected_run_at_the_playhead(playground):
    async with playground() as p:
        await p.press("2")
        view, history = p.app.workspace.view, p.app.stage.histories["SGD"]

        def expected(weights):
            size = view.content_size
            return boundary_picture(history.config.problem, weights, *size, **view.look)

        assert view.drawn == expected(history.weights[20])
        await p.press("home")
        assert view.drawn == expected(history.weights[0])
        await p.press("j")
        assert "Adam, seed 0" in p.text
        await p.press("end")
        history = p.app.stage.histories["Adam"]
        assert view.drawn == expected(history.weights[20])


async def test_all_runs_beside_each_other(playground):
    async with playground() as p:
        await p.press("2", "n")
        assert "● SGD" in p.text
        assert "all runs, seed 0" in p.text
        inside = [strip.text for strip in p.inside(p.app.workspace.view)]
        assert "● SGD" in inside[0]
        assert "● Adam" in inside[0]
        await p.press("n")
        assert "SGD, seed 0" in p.text


async def test_an_edit_shows_at_once(playground):
    async with playground() as p:
        await p.press("2")
        before = p.app.workspace.view.drawn
        await p.press("r")
        assert p.app.workspace.view.drawn != before


async def test_its_keys_are_told_where_they_work(playground):
    async with playground() as p:
        await p.press("2")
        view = p.app.workspace.view
        assert view.has_focus
        assert "n all runs" in view.border_subtitle
        p.app.set_focus(p.app.workspace.runs)
        await p.pilot.pause()
        assert view.border_subtitle == "click it for its keys"
        await p.click(view, 5, 5)
        assert "n all runs" in view.border_subtitle


async def test_what_takes_long_to_make_again_is_waited_for(playground, monkeypatch):
    monkeypatch.setattr(library, "SHOWN_BYTES", 0)
    monkeypatch.setattr(past, "QUICK", 0)
    async with playground(own=True) as p:
        await p.press("2")
        view, history = p.app.workspace.view, p.app.stage.histories["SGD"]
        assert history.past.every > 20
        weights = train(history.config).weights
        for key, epoch in (("home", 0), ("right", 1), ("end", 20), ("left", 19)):
            await p.press(key)
            await p.settle()
            size = view.content_size
            picture = boundary_picture(history.config.problem, weights[epoch], *size, **view.look)
            assert view.drawn == picture, epoch
