"""What a person has done stays: undo over presets, what a new rule changes, knobs of all runs."""


def border(p):
    """The title of the controls."""
    return str(p.app.workspace.controls.border_title)


async def test_undo_goes_back_to_the_preset_before(playground, small):
    async with playground() as p:
        await p.press("w", "p", *"heavy-ball", "enter")
        assert "Heavy ball in circles" in p.lines[0]
        assert "edited" not in p.lines[0]
        assert p.app.workspace.view_name == "surface"
        await p.press("u")
        assert "Small   edited" in p.lines[0]
        assert (p.app.session.opened, p.value("warmup")) == (small, 0.1)
        assert p.app.workspace.view_name == "curves"
        assert "Which is lower?" in p.text
        await p.press("U")
        assert "Heavy ball in circles" in p.lines[0]


async def test_the_preset_as_it_was_and_back(playground):
    async with playground() as p:
        await p.press("w", "d", "ctrl+r")
        assert (p.value("warmup"), p.value("decay")) == (0.0, "none")
        assert "edited" not in p.lines[0]
        assert "u brings your edits back" in p.told[-1]
        await p.press("u")
        assert (p.value("warmup"), p.value("decay")) == (0.1, "cosine")
        assert "Small   edited" in p.lines[0]


async def test_edited_is_there_where_the_title_has_no_room(playground):
    async with playground(size=(60, 20)) as p:
        await p.press("e", *"x", "enter")
        assert " edited " in p.lines[0]


async def test_the_same_rule_again_changes_and_says_nothing(playground):
    async with playground() as p:
        await p.press("o", *"sgd", "enter")
        assert not p.app.session.edited
        assert not [told for told in p.told if "usual rate" in told]


async def test_a_new_rule_says_what_it_brings_and_voids_claims(playground):
    async with playground() as p:
        await p.press("o", *"lion", "enter")
        assert p.told[-1] == ("SGD is now Lion, at Lion's usual rate, lr 0.0001; u takes it back")
        assert [row.label for row in p.app.stage.rows()] == ["Lion", "Adam"]
        [verdict] = p.app.stage.results.verdicts
        assert verdict.verdict == "void"
        await p.press("u")
        assert p.app.stage.labels == ["SGD", "Adam"]
        [verdict] = p.app.stage.results.verdicts
        assert verdict.verdict != "void"


async def test_a_void_claim_says_why(playground):
    async with playground(size=(120, 50)) as p:
        await p.press("o", *"lion", "enter")
        lesson = "\n".join(strip.text for strip in p.inside(p.app.workspace.lesson))
        assert "void" in lesson
        assert "SGD is no longer there" in lesson


async def test_what_was_said_is_not_said_again(playground):
    async with playground() as p:
        await p.press(*["u"] * 10)
        assert p.told == ["Nothing to undo"]
        await p.press("U")
        assert p.told == ["Nothing to undo", "Nothing to redo"]


async def test_knobs_of_all_runs(playground):
    async with playground() as p:
        await p.press("A")
        assert border(p) == "All runs, as SGD"
        await p.press("w")
        assert [run.config.warmup for run in p.app.session.preset.runs] == [0.1, 0.1]
        await p.press("A", "w")
        assert border(p) == "SGD"
        assert [run.config.warmup for run in p.app.session.preset.runs] == [0.0, 0.1]


async def test_what_was_unsaved_is_opened_again(playground, small):
    from optplay.tui import unsaved  # noqa: PLC0415
    from optplay.tui.session import Session  # noqa: PLC0415

    async with playground() as p:
        other = Session(p.app.session.original, small)
        other.turn("lr", 0.07)
        unsaved.keep(other.unsaved)
        await p.press("p")
        assert "as edited until" in p.text
        await p.press(*"until", "enter")
        assert p.value("lr") == 0.07
        assert "Small   edited" in p.lines[0]
        await p.press("ctrl+r")
        assert p.value("lr") == 0.01


async def test_the_things_to_try_one_after_the_other(playground):
    async with playground("learning-rate", size=(120, 60)) as p:
        await p.press("w", "T")
        assert p.told[-1] == (
            "Try 1 of 4: Give the low rate more time: 2,000 epochs. (u takes it back)"
        )
        # On the preset as it was.
        assert (p.value("epochs"), p.value("warmup")) == (2000, 0.0)
        await p.press("T")
        assert p.app.session.run.label == "Too high"
        assert (p.value("lr"), p.value("epochs")) == (0.5, 300)
        await p.press("u", "u")
        assert (p.value("warmup"), p.value("epochs")) == (0.1, 300)
        await p.press("T")
        assert p.told[-1].startswith("Try 3 of 4")
        assert p.value("clip.norm") == 1.0


async def test_a_preset_to_open_next(playground):
    async with playground("compare") as p:
        p.app.session.state.source.tried = 3
        await p.press("T")
        assert p.app.session.opened == "compare-fair"
        await p.press("u")
        assert p.app.session.opened == "compare"


async def test_saving_among_ones_own_and_opening_by_name(playground):
    from optplay.experiments.folders import own_folder  # noqa: PLC0415
    from optplay.experiments.reading import load  # noqa: PLC0415

    async with playground("learning-rate") as p:
        await p.press("T", "s", *"Mine too", "enter", *"Why?", "enter", "enter")
        assert p.told[-1] == "Saved: optplay mine-too"
        assert "Mine too" in p.lines[0]
        assert "edited" not in p.lines[0]
        saved = load("mine-too")
        assert (saved.title, saved.question, saved.group) == ("Mine too", "Why?", "mine")
        assert "The figures below are those of “Learning rate" in saved.lesson
        assert (own_folder() / "mine-too.toml").is_file()
        assert p.app.session.opened == "mine-too"
        (own_folder() / "hurt.toml").write_text("title = 3")
        await p.press("p", *"hurt")
        assert "hurt.toml" in "".join(p.text.split())
        await p.press("enter")
        assert "hurt" in p.told[-1]


async def test_a_shipped_name_is_refused(playground):
    async with playground("compare") as p:
        await p.press("s", "enter", "enter")
        field = p.app.screen.query_one("Input")
        assert field.value == "my-compare"
        field.value = "compare"
        await p.press("enter")
        assert "is a preset of optplay's" in p.text
