"""Charts in the app: hidden runs, zoomed axes, and what the frame says of them."""

from optplay.tui.window import Span


def title(chart):
    return str(chart.border_title)


def note(chart):
    return str(chart.border_subtitle or "")


async def test_a_hidden_run_is_dim_and_in_no_chart(playground):
    async with playground() as p:
        loss, stage = p.curves.charts["loss"], p.app.stage
        edited = p.app.session.preset
        row = p.inside(p.app.runs)[0]
        await p.press("h")
        assert stage.hidden == {"SGD"}
        assert [one.label for one in loss._series()] == ["Adam"]
        assert "SGD" not in p.inside(loss)[0].text
        dim = p.inside(p.app.runs)[0]
        assert dim.text == row.text
        assert [segment.style for segment in dim] != [segment.style for segment in row]
        await p.press("j", "h")
        assert "all runs are hidden: H shows them" in p.text
        await p.press("H")
        assert [one.label for one in loss._series()] == ["SGD", "Adam"]
        # It is no edit, and forgotten with the preset.
        assert p.app.session.preset is edited
        await p.press("h")
        p.app.open(p.app.session.opened)
        await p.settle()
        assert p.app.stage.hidden == set()


async def test_axes_zoom_and_pan_and_the_frame_says_so(playground):
    async with playground() as p:
        p.app.set_focus(p.curves.charts["loss"])
        loss, accuracy = (p.curves.charts[name] for name in ("loss", "accuracy"))
        await p.press("home", *["full_stop"] * 6, "plus")
        _ = p.text
        assert p.curves.span == Span(3.5, 13)
        assert "zoomed: = shows all" in note(loss)
        assert "zoomed: = shows all" in note(accuracy)
        await p.press("shift+right")
        assert p.curves.span == Span(5.875, 15.375)
        await p.press("equals_sign")
        _ = p.text
        assert p.curves.span is None
        assert note(loss) == note(accuracy) == ""
        await p.press("right_curly_bracket")
        _ = p.text
        half = loss.span
        assert half.width * 2 > 0
        assert note(loss) == "zoomed: = shows all"
        assert note(accuracy) == ""
        await p.press("shift+up")
        assert loss.span.low > half.low
        await p.press("left_curly_bracket")
        assert loss.span.width > half.width
        # Another axis begins whole.
        await p.press("g")
        assert loss.span is None


async def test_epochs_on_a_logarithmic_axis(playground):
    async with playground() as p:
        await p.press("L")
        _ = p.text
        picture = p.curves.charts["loss"]._picture
        assert picture.log_x
        assert picture.column(1) == picture.left
        await p.press("L")
        _ = p.text
        assert not p.curves.charts["loss"]._picture.log_x


async def test_all_seeds_are_said_to_be_medians_and_quartiles(playground):
    async with playground() as p:
        assert "median" not in note(p.curves.charts["loss"])
        await p.press("m")
        _ = p.text
        assert note(p.curves.charts["loss"]) == "median, quartiles of 3 seeds"


async def test_learning_rates_that_lie_far_apart_are_parts_of_their_peaks(playground):
    async with playground("exercise-2-warmup") as p:
        rates = p.curves.charts["learning_rate"]
        _ = p.text
        assert title(rates) == "Learning rate, part of its peak"
        assert {round(one.unit, 3) for one in rates._series()} == {0.001, 0.05}
        p.app.set_focus(rates)
        await p.press("g")
        _ = p.text
        assert title(rates) == "Learning rate (log)"
        await p.press("g")


async def test_a_run_that_explodes_is_told_by_an_arrow(playground):
    async with playground() as p:
        await p.type("lr", "5")
        await p.press("enter")
        norm = p.curves.charts["weight_norm"]
        values = p.app.stage.histories["SGD"]["weight_norm"]
        assert values.max() > 1000
        _ = p.text
        assert note(norm) == "▲ is off the axis: = shows all"
        assert any("▲" in strip.text for strip in p.inside(norm))
        p.app.set_focus(norm)
        await p.press("equals_sign")
        _ = p.text
        assert note(norm) == ""
        assert norm._picture.y_high > 1000
