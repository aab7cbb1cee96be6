"""A knob's keys, the values typed into it, and the mouse on it."""

from textual import events

from optplay.optim import OPTIMIZERS
from optplay.tui.screens.choose import Choose
from optplay.tui.widgets.knob_row import KnobInput, KnobRow


async def test_arrows_turn_it_and_walk_to_the_next(playground):
    async with playground() as p:
        await p.focus("lr")
        await p.press("right")
        assert p.value("lr") == 0.015
        await p.press("left")
        assert p.value("lr") == 0.01
        for keys, expected in (("plus", 0.015), ("minus", 0.01), ("equals_sign", 0.015)):
            await p.press(keys)
            assert p.value("lr") == expected
        await p.press("down")
        assert p.focused == "warmup"
        await p.press("up", "up")
        assert p.focused == "optimizer"
        await p.press("right")
        assert p.value("optimizer") != "sgd"
        assert p.app.session.preset.runs[1].config.optimizer == "adam"


async def test_a_switch_goes_on_and_off_and_comes_back_to_where_it_was(playground):
    async with playground() as p:
        await p.focus("clip.norm")
        assert "☐ Clipping" in p.text
        await p.press("x")
        assert (p.value("clip.norm"), "☒ Clipping" in p.text) == (1.0, True)
        await p.press("right")
        assert p.value("clip.norm") == 1.5
        await p.press("x")
        assert p.value("clip.norm") is None
        await p.press("right")
        assert p.value("clip.norm") == 1.5
        await p.focus("lr")
        await p.press("x")
        assert p.value("lr") == 0.01


async def test_enter_opens_the_list_of_a_choice(playground):
    async with playground() as p:
        await p.focus("problem.activation")
        await p.press("enter")
        assert p.app.screen.heading == "Activation"
        await p.press(*"tanh", "enter")
        configs = [run.config for run in p.app.session.preset.runs]
        assert [config.problem.activation for config in configs] == ["tanh", "tanh"]
        assert [p.app.stage.histories[name].config for name in p.app.stage.labels] == configs
        assert p.focused == "problem.activation"


async def test_the_problem_of_this_run_only(playground):
    async with playground() as p:
        await p.focus("scope")
        await p.press("right")
        assert "this run" in p.text
        await p.focus("problem.batch_size")
        await p.press("right")
        sizes = [run.config.problem.batch_size for run in p.app.session.preset.runs]
        assert sizes == [2, 1]
        await p.focus("problem.shuffle")
        await p.press("enter")
        assert [r.config.problem.shuffle for r in p.app.session.preset.runs] == [True, False]


async def test_typing_a_value(playground):
    async with playground() as p:
        await p.focus("lr")
        await p.press("enter")
        assert p.app.query_one(KnobInput).value == "0.01"
        await p.press(*"0.02", "enter")
        assert (p.value("lr"), p.focused) == (0.02, "lr")
        assert p.app.stage.histories["SGD"].config.hyperparameters["lr"] == 0.02


async def test_a_wrong_value_is_marked_and_explained_and_changes_nothing(playground):
    async with playground() as p:
        before = dict(p.app.stage.histories)
        for text, reason in (("-1", "lr"), ("much", "allowed: a number"), ("", "allowed")):
            await p.type("lr", text)
            field = p.app.query_one(KnobInput)
            assert field.has_class("-wrong")
            hint = p.app.query_one("#hint")
            assert hint.has_class("-wrong")
            assert reason in str(hint.render())
            await p.press("enter")
            assert field.is_attached
            await p.press("escape")
            assert not p.app.query(KnobInput)
        assert (p.value("lr"), p.focused) == (0.01, "lr")
        assert not p.app.query_one("#hint").has_class("-wrong")
        assert p.app.stage.histories == before


async def test_escape_and_leaving_keep_the_value(playground):
    async with playground() as p:
        await p.type("lr", "0.5")
        await p.press("escape")
        assert (p.value("lr"), p.focused, len(p.app.query(KnobInput))) == (0.01, "lr", 0)
        await p.type("lr", "0.5")
        await p.press("tab")
        assert (p.value("lr"), len(p.app.query(KnobInput))) == (0.01, 0)


async def test_clicks(playground):
    async with playground() as p:
        row = p.row("lr")
        right = row.content_size.width - 1
        await p.click(row, right)
        assert p.value("lr") == 0.015
        await p.click(row, right - 2)
        assert p.value("lr") == 0.01
        await p.click(row, row.title_width)
        assert p.app.query_one(KnobInput).value == "0.01"
        await p.press("escape")
        await p.click(p.row("warmup"), 0)
        assert p.value("warmup") == 0.1
        await p.click(p.row("warmup"), 0)
        assert p.value("warmup") == 0
        await p.click(p.row("decay"), right - 1)
        assert p.app.screen.heading == "Decay"
        await p.press("escape")
        # The name alone does nothing but take the focus.
        await p.click(p.row("lr"), 4)
        assert (p.value("lr"), p.focused) == (0.01, "lr")


async def test_the_wheel_turns_only_the_knob_in_focus(playground):
    async with playground() as p:
        await p.focus("lr")
        await wheel(p, p.row("lr"), up=True)
        assert p.value("lr") == 0.015
        await wheel(p, p.row("lr"), up=False)
        assert p.value("lr") == 0.01
        await wheel(p, p.row("epochs"), up=True)
        assert p.value("epochs") == 20


async def wheel(p, row, *, up):
    kind = events.MouseScrollUp if up else events.MouseScrollDown
    await p.pilot._post_mouse_events([kind], row, (3, 0))
    await p.settle()


def explained(p):
    """What stands below the knobs, in one line."""
    return " ".join(str(p.app.query_one("#hint").render()).split())


async def test_what_is_explained_is_of_the_run_that_is_selected(playground):
    async with playground() as p:
        await p.focus("lr")
        assert explained(p).startswith("lr:")
        await p.press("shift+tab", "j")
        assert p.app.session.run.label == "Adam"
        assert explained(p).startswith("Optimizer:")
        assert "Adam: Momentum with a step size of its own" in explained(p)
        await p.press("k")
        assert "SGD:" in explained(p)


async def test_what_a_key_switches_is_explained(playground):
    async with playground() as p:
        for key, title in (("w", "Warmup:"), ("d", "Decay:"), ("c", "Clipping:")):
            await p.press(key)
            assert explained(p).startswith(title)
        await p.press("u")
        assert explained(p).startswith("Clipping:")


async def test_the_knob_in_focus_is_explained_until_another_is_switched(playground):
    async with playground() as p:
        await p.focus("lr")
        await p.press("j")
        assert (p.app.session.run.label, p.focused) == ("Adam", "lr")
        assert explained(p).startswith("lr:")
        await p.press("w")
        assert explained(p).startswith("Warmup:")
        await p.press("down", "up")
        assert p.focused == "lr"
        assert explained(p).startswith("lr:")


async def test_what_a_row_asked_for_as_another_run_came_is_not_asked(playground):
    async with playground() as p:
        controls = p.app.controls
        for message in (
            KnobRow.Asked("problem.surface"), KnobRow.Turned("problem.spread", 1.0),
            KnobRow.Switched("problem.surface"), KnobRow.Told("problem.surface", "?", wrong=False),
        ):  # fmt: skip
            controls.post_message(message)
            await p.settle()
            assert p.app.fault is None
            assert len(p.app.screen_stack) == 1


async def test_a_name_chosen_for_a_run_that_went_is_refused_in_a_line(playground):
    async with playground() as p:
        p.app.controls.take("problem.surface", "valley")
        await p.settle()
        assert p.app.fault is None
        assert "unknown key of a run with sgd" in p.text


async def test_what_is_off_is_found_under_more(playground):
    async with playground() as p:
        shown = [row.key.name for row in p.app.workspace.controls.rows]
        assert "sam.rho" not in shown
        assert {"more", "warmup", "decay", "clip.norm"} <= {*shown}
        await p.focus("more")
        await p.press("right")
        assert not p.app.session.edited
        await p.press("enter")
        assert p.app.screen.heading == "More knobs"
        await p.press(*"sharpness", "enter")
        assert (p.value("sam.rho"), p.focused) == (0.05, "sam.rho")
        assert "SAM" in p.text or "Sharpness" in p.text
        await p.press("x")
        # It stays where it was asked for.
        assert (p.value("sam.rho"), p.focused) == (None, "sam.rho")


async def test_the_knobs_of_a_decay_come_with_it(playground):
    async with playground() as p:
        await p.press("d")
        assert p.row("decay.floor").shown == 0.0
        await p.focus("decay.floor")
        await p.press("right")
        assert p.value("decay.floor") == 0.05
        await p.press("d", "d")
        assert (p.value("decay"), p.value("decay.floor")) == ("cosine", 0.05)


async def test_a_warmup_that_rounds_to_no_step_is_told(playground):
    async with playground() as p:
        p.app.desk.turn("warmup", 0.0001)
        await p.pilot.pause()
        assert [told for told in p.told if "rounds to none" in told]


async def test_a_rule_that_does_not_go_with_the_problem_is_listed_with_the_reason(playground):
    async with playground() as p:
        for asks in ("o", "a"):
            await p.press(asks, *"newton", "enter")
            # It is not taken.
            assert isinstance(p.app.screen, Choose)
            assert "Not here: found newton with batch_size 1" in " ".join(p.text.split())
            await p.press("escape")
        assert not p.app.session.edited
        await p.press("o", *"quasi", "enter", "escape")
        # By another way it is refused in a line.
        p.app.controls.take("optimizer", "lbfgs")
        await p.settle()
        assert "lbfgs with batch_size 1" in p.told[-1]
        assert not p.app.session.edited


async def test_names_that_do_not_go_with_the_problem_are_passed_over(playground):
    async with playground("problem-3-saddle") as p:
        taken = []
        for _ in range(len(OPTIMIZERS)):
            await p.focus("optimizer")
            await p.pilot.press("right")
            taken.append(p.value("optimizer"))
        assert "muon" not in taken
        assert {"newton", "lbfgs"} <= {*taken}


async def test_what_excludes_another_is_listed_with_the_reason(playground):
    async with playground() as p:
        p.app.desk.turn("lookahead.alpha", 0.5)
        await p.settle()
        await p.focus("more")
        await p.press("enter", *"average", "enter")
        assert isinstance(p.app.screen, Choose)
        assert "Not here: " in p.text


async def test_a_folded_knob_is_found_by_the_command_line(playground):
    async with playground() as p:
        p.app.workspace.go_to_knob("sam.rho")
        await p.settle()
        assert (p.value("sam.rho"), p.focused) == (None, "sam.rho")
