"""Every key does what the help says of it, and the command palette does the same."""

import pytest

from optplay.tui.bindings import ALL, SECTIONS
from optplay.tui.commands import commands
from optplay.tui.screens.choose import fitting
from optplay.tui.screens.help import sections_of
from optplay.tui.views import views
from optplay.tui.widgets.knob_row import KEYS


def title(p):
    """The heading of the dialog on top."""
    return getattr(p.app.screen, "heading", None)


def shown(p):
    """The charts that are to be seen."""
    return [quantity for quantity, chart in p.curves.charts.items() if chart.display]


def epochs(p):
    """The part of the epochs that is shown."""
    return p.curves.span


def values(p):
    """The part of the first chart's left axis that is shown."""
    return p.curves.charts["loss"].span


# Of each action: the keys before it, and what it changes to what.
ACTIONS = {
    # At the slowest speed, so that it has not come to the end by then.
    "status.play": (["left_square_bracket"] * 4, lambda p: p.app.player.playing, True),
    "status.step(1)": (["home"], lambda p: p.app.player.epoch, 1),
    "status.step(-1)": ((), lambda p: p.app.player.epoch, 19),
    "status.scrub(1)": (["home"], lambda p: p.app.player.epoch, 1),
    "status.scrub(-1)": ((), lambda p: p.app.player.epoch, 19),
    "status.jump(0)": ((), lambda p: p.app.player.epoch, 0),
    "status.jump(1)": (["home"], lambda p: p.app.player.epoch, 20),
    "status.speed(1)": ((), lambda p: p.app.player.seconds, 6.0),
    "status.speed(-1)": ((), lambda p: p.app.player.seconds, 24.0),
    "runs.add": ((), title, "Add a run with"),
    "runs.duplicate": ((), lambda p: p.app.stage.labels, ["SGD", "Adam", "SGD 2"]),
    "runs.rename": ((), title, "Rename run"),
    "runs.delete": ((), lambda p: p.app.stage.labels, ["Adam"]),
    "runs.fork": (["comma"], lambda p: p.app.stage.labels, ["SGD", "Adam", "SGD from 19"]),
    "runs.next(1)": ((), lambda p: p.app.session.run.label, "Adam"),
    "runs.next(-1)": (["j"], lambda p: p.app.session.run.label, "SGD"),
    "runs.reseed(1)": ((), lambda p: p.app.session.state.seed, 1),
    "runs.reseed(-1)": (["r", "r"], lambda p: p.app.session.state.seed, 1),
    "runs.hide": ((), lambda p: p.app.stage.hidden, {"SGD"}),
    "runs.show_all": (["h"], lambda p: p.app.stage.hidden, set()),
    "runs.all_seeds": ((), lambda p: p.app.stage.all_seeds, True),
    "controls.choose('optimizer')": ((), title, "Optimizer"),
    "controls.switch('warmup')": ((), lambda p: p.value("warmup"), 0.1),
    "controls.switch('decay')": ((), lambda p: p.value("decay"), "cosine"),
    "controls.switch('clip.norm')": ((), lambda p: p.value("clip.norm"), 1.0),
    "controls.undo": (["w"], lambda p: p.value("warmup"), 0.0),
    "controls.redo": (["w", "u"], lambda p: p.value("warmup"), 0.1),
    "controls.reset": (["w"], lambda p: p.value("warmup"), 0.0),
    "controls.try_next": ((), lambda p: [told[:12] for told in p.told], ["This preset "]),
    "controls.all_runs": ((), lambda p: p.app.session.all_runs, True),
    "workspace.zoom": ((), shown, ["loss"]),
    "workspace.of_view('curves', 'next_chart')": ((), lambda p: p.curves.active, "accuracy"),
    "workspace.of_view('curves', 'toggle_log')": (
        (),
        lambda p: p.curves.charts["loss"].log_axis,
        False,
    ),
    "workspace.of_view('curves', 'choose_charts')": ((), title, "Charts"),
    "workspace.of_view('curves', 'zoom_x(0.5)')": ((), epochs, (10.5, 20)),
    "workspace.of_view('curves', 'zoom_x(2)')": (["plus", "plus"], epochs, (10.5, 20)),
    "workspace.of_view('curves', 'pan_x(-0.25)')": (["plus"], epochs, (8.125, 17.625)),
    "workspace.of_view('curves', 'pan_x(0.25)')": (
        ["plus", "shift+left", "shift+left"],
        epochs,
        (8.125, 17.625),
    ),
    "workspace.of_view('curves', 'zoom_y(0.5)')": ((), lambda p: bool(values(p)), True),
    "workspace.of_view('curves', 'zoom_y(2)')": ((), lambda p: bool(values(p)), True),
    "workspace.of_view('curves', 'pan_y(0.25)')": ((), lambda p: bool(values(p)), True),
    "workspace.of_view('curves', 'pan_y(-0.25)')": ((), lambda p: bool(values(p)), True),
    "workspace.of_view('curves', 'toggle_log_x')": (
        (),
        lambda p: p.curves.charts["loss"].log_x,
        True,
    ),
    "workspace.of_view('curves', 'whole')": (["plus"], epochs, None),
    "workspace.back": (["z"], lambda p: p.app.workspace.zoomed, None),
    "workspace.go('runs')": (["f3"], lambda p: p.app.focused is p.app.workspace.runs, True),
    "workspace.go('knobs')": (["f2"], lambda p: p.focused, "optimizer"),
    "workspace.go('view')": (["f2"], lambda p: p.app.focused is p.curves.charts["loss"], True),
    "workspace.go('lesson')": (["f2"], lambda p: p.app.focused is p.app.workspace.lesson, True),
    "workspace.lesson": ((), lambda p: p.app.workspace.lesson.display, False),
    "workspace.verdicts": ((), lambda p: p.app.workspace.lesson.unfolded, False),
    "app.toggle_dark": ((), lambda p: p.app.theme, "textual-light"),
    "files.open": ((), title, "Presets"),
    "files.save": ((), title, "Save as a preset: its title"),
    "files.copy_command": ((), lambda p: p.app.clipboard[:13], "optplay run /"),
    "files.picture": ((), lambda p: [told[:7] for told in p.told], ["Saved: "]),
    "app.help": ((), title, "Help"),
    "app.palette": ((), title, "All that can be done"),
    "app.quit": ((), lambda p: (p.app._exit, p.app.return_code), (True, 0)),
    "app.interrupt": ((), lambda p: (p.app._exit, p.app.return_code), (True, 130)),
}


ACTIONS["workspace.choose_view"] = ((), title, "Views")
for name in views():
    before = ["2"] if name == "curves" else ()
    ACTIONS[f"workspace.view('{name}')"] = (before, lambda p: p.app.workspace.view_name, name)


def test_no_action_is_left_out():
    assert set(ACTIONS) == {binding.action for binding in ALL}


async def test_keys_and_palette_do_the_same(playground):
    async with playground() as p:
        for binding in ALL:
            before, probe, expected = ACTIONS[binding.action]
            for key in binding.key.split(","):
                if key == "ctrl+c" or binding.action == "app.quit":
                    continue
                await begin(p, before)
                assert probe(p) != expected, key
                await p.press(key)
                assert probe(p) == expected, key
            does = [c.entry for c in found(p) if c.run.args == (binding.action,)]
            assert (binding.description, binding.tooltip) in [(e.title, e.note) for e in does]


async def begin(p, before):
    await p.reset()
    await p.pilot.press(*before)
    await p.settle()


def found(p):
    return list(commands(p.app, ALL, p.app.workspace, p.app.files.take))


@pytest.mark.parametrize("binding", [b for b in ALL if b.action in ("app.quit", "app.interrupt")])
async def test_ways_out(playground, binding):
    _, probe, expected = ACTIONS[binding.action]
    async with playground(own=True) as p:
        await p.pilot.press(binding.key)
        assert probe(p) == expected


async def test_palette_does_what_is_searched_for(playground):
    async with playground() as p:
        await p.press("ctrl+p", *"dupl")
        assert "Duplicate run" in p.text
        await p.press("enter")
        assert len(p.app.stage.labels) == 3
        await p.press("ctrl+p", *"momentum", "enter")
        assert p.value("optimizer") == "momentum"
        await p.press("ctrl+p", *"knob lr", "enter")
        assert p.focused == "lr"


async def test_palette_finds_all_that_a_learner_may_ask_for(playground):
    async with playground() as p:
        entries = [command.entry for command in found(p)]
        names = [entry.name for entry in entries]
        assert len(set(names)) == len(names)
        for query in ("learning rate", "momentum", "glossary", "tour", "hessian", "sharpness"):
            assert fitting(entries, query), query


async def test_glossary_and_help_explain_the_view(playground):
    async with playground(size=(120, 60)) as p:
        for name in ("curves", "rates"):
            p.app.workspace.action_view(name)
            view = p.app.workspace.view.instrument
            for press in ("question_mark",), ("ctrl+p", *view.guide[0][0], "enter"):
                await p.press(*press)
                assert view.heading[:40] in p.text
                for word, sentence in view.guide:
                    assert word.split()[0] in p.text
                    assert sentence[:20] in p.text
                await p.press("escape")


async def test_escape_leaves_one_thing_after_the_other(playground):
    async with playground() as p:
        workspace = p.app.workspace
        p.app.workspace.action_view("inspect")
        await p.press("z")
        assert workspace.zoomed
        await p.press("escape")
        assert (workspace.zoomed, workspace.view_name) == (None, "inspect")
        await p.press("f3", "escape")
        assert p.app.focused is workspace.view
        await p.press("escape")
        assert workspace.view_name == "curves"
        await p.press("escape")
        assert (workspace.view_name, len(p.app.screen_stack)) == ("curves", 1)


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_keys_go_to_each_panel_also_out_of_the_zoom(playground, size):
    async with playground(size=size) as p:
        workspace = p.app.workspace
        for before in ((), ("z",), ("f5",)):
            for key, part in (
                ("f2", workspace.runs), ("f3", workspace.controls), ("f4", workspace.view),
                ("f5", workspace.lesson),
            ):  # fmt: skip
                await p.press(*before, key)
                assert part in p.app.focused.ancestors_with_self, (before, key)
                assert p.app.focused.region.area, (before, key)


async def test_help_has_a_row_for_each_action(playground):
    async with playground(size=(120, 200)) as p:
        rows = sections_of([*SECTIONS.items(), ("A knob in focus", KEYS)], p.app.get_key_display)
        told = {what for _, section in rows for _, what in section}
        assert {b.tooltip[0].upper() + b.tooltip[1:] for b in ALL} <= told
        await p.press("question_mark")
        for section, lines in rows:
            assert section in p.text
            for keys, what in lines:
                assert keys in p.text
                assert what[:20] in p.text


async def test_footer_shows_the_most_useful_keys(playground):
    async with playground(size=(200, 40)) as p:
        for binding in ALL:
            assert (f" {binding.description}" in p.lines[-1]) == binding.show


async def test_speed_goes_to_as_computed_and_back(playground):
    async with playground() as p:
        await p.press(*["right_square_bracket"] * 9)
        assert p.app.player.seconds == 0
        assert "as computed" in p.lines[0]
        await p.press("left_square_bracket")
        assert "whole run in 1.5 s" in p.lines[0]


def test_every_key_has_an_id_of_its_own():
    own = [binding for kind in views().values() for binding in vars(kind).get("BINDINGS", ())]
    ids = [binding.id for binding in (*ALL, *KEYS, *own)]
    assert None not in ids
    assert len(set(ids)) == len(ids)
