"""The lesson: what to do is read first, what came of it once the end was seen, or on demand."""

from optplay.tui.widgets.lesson import parted

LESSON = """
Two rules.

**What to watch.** The loss.

**What was measured** (medians):

| run | loss |
|---|---|
| SGD | 1234 |

So it is.

**What to try next**

- A bolder rate.
"""


def test_what_to_watch_comes_first_and_what_was_measured_by_itself():
    first, measured = parted(LESSON)
    places = [first.index(part) for part in ("The loss.", "Two rules.", "A bolder rate.")]
    assert places == sorted(places)
    assert "1234" not in first
    assert measured.startswith("**What was measured**")
    assert "So it is." in measured
    assert parted("Only words.") == ("Only words.", "")


async def test_answers_are_folded_until_the_end_was_reached(playground, small):
    async with playground(autoplay=True, clock=lambda: 0.0) as p:
        await p.settle()
        assert "A lesson of its own." in p.text
        assert "SGD ends lower" not in p.text
        assert "1 claim: v shows what came of it" in p.text
        await p.press("end")
        assert "SGD ends lower" in p.text
        assert "v folds" in p.text
        # Once it was seen it stays seen, also of what an edit makes of it.
        await p.press("home", "w")
        assert "SGD ends lower" in p.text


async def test_v_unfolds_and_folds_and_another_preset_is_folded_anew(playground, small):
    async with playground(autoplay=True, clock=lambda: 0.0) as p:
        await p.press("v")
        assert "SGD ends lower" in p.text
        await p.press("v")
        assert "SGD ends lower" not in p.text
        await p.press("end")
        assert "SGD ends lower" not in p.text
        p.app.open(small)
        await p.settle()
        await p.press("end")
        assert "SGD ends lower" in p.text


async def test_a_finished_run_tells_its_verdicts_without_being_asked(playground):
    async with playground() as p:
        assert "SGD ends lower" in p.text
        await p.press("v")
        assert "SGD ends lower" not in p.text


async def test_outcomes_of_all_seeds_are_counted(playground):
    async with playground("exercise-4-clipping") as p:
        await p.press("v", "v")
        lesson = p.app.workspace.lesson
        rows = [" ".join(line.text.split()) for line in p.inside(lesson)]
        assert rows[0].startswith("Outcomes on 10 seeds trained collapsed diverged")
        assert any(row.startswith("SGD on MSE 0 8 2") for row in rows)
        assert any(row.startswith("SGD + clip 10 0 0") for row in rows)
