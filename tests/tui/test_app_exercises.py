"""Each exercise as a learner does it: open it, turn a knob, see the numbers, read the verdict."""

from optplay.experiments import load, run_preset


async def answers(p):
    """The screen, with the lesson scrolled to its verdicts."""
    await p.press("v", "v")
    return p.text


def verdicts(p):
    """What the claims came to, as words."""
    return [verdict.verdict for verdict in p.app.stage.results.verdicts]


def losses(p):
    """The losses in the runs panel."""
    return {row.label: row.loss for row in p.app.stage.rows()}


async def test_exercise_1_nesterov_is_not_sooner_at_a_tenth_of_the_rate(playground):
    async with playground("exercise-1-nesterov") as p:
        assert "Nesterov" in p.app.workspace.lesson.border_title
        before, judged = losses(p), verdicts(p)
        await p.press("j")
        assert p.app.session.run.label == "Nesterov"
        await p.type("lr", "0.005")
        await p.press("enter")
        after = losses(p)
        assert after["Nesterov"] != before["Nesterov"]
        assert {**after, "Nesterov": None} == {**before, "Nesterov": None}
        await p.press("k")
        await p.type("lr", "0.005")
        await p.press("enter")
        edits = ["Momentum.lr=0.005", "Nesterov.lr=0.005"]
        expected = run_preset(load("exercise-1-nesterov", edits=edits))
        assert p.app.stage.results.verdicts == expected.verdicts
        assert judged[3] == verdicts(p)[3] == "holds"
        assert f"{expected.verdicts[0].held} of 10 seeds" in await answers(p)


async def test_exercise_2_warmup_and_decay(playground):
    async with playground("exercise-2-warmup", size=(120, 48)) as p:
        assert verdicts(p)[:2] == ["fails", "fails"]
        assert "✗ fails" in await answers(p)
        await p.press("j", "d")
        assert p.value("decay") == "none"
        rate = p.app.stage.histories["Adam + warmup"]["learning_rate"]
        assert rate[-1] == 0.001
        await p.press("w")
        # Without both it is the same run as the first one: no difference on any seed.
        assert losses(p)["Adam + warmup"] == losses(p)["Adam"]
        assert verdicts(p)[:2] == ["undecided", "undecided"]
        assert "no difference on any seed" in await answers(p)
        await p.press("u", "u")
        assert verdicts(p)[:2] == ["fails", "fails"]
        # Back on, it is where it was.
        await p.press("w", "w")
        assert p.value("warmup") == 0.1
        assert not p.app.session.edited


async def test_exercise_3_the_effective_rate(playground):
    async with playground("exercise-3-effective-rate") as p:
        assert verdicts(p)[:4] == ["holds"] * 4
        await p.type("epsilon", "1")
        await p.press("enter")
        await p.type("lr", "0.1")
        await p.press("enter")
        # With a large ε all parameters have about the same rate.
        assert verdicts(p)[1:4] == ["fails"] * 3
        assert "✗ fails" in await answers(p)
        assert p.app.session.edited
        assert "edited" in p.lines[0]


async def test_exercise_4_clipping(playground):
    async with playground("exercise-4-clipping") as p:
        outcomes = {row.label: row.outcome for row in p.app.stage.rows()}
        assert (outcomes["SGD"], outcomes["SGD + clip"]) == ("collapsed", "trained")
        assert verdicts(p)[3:6] == ["holds", "fails", "holds"]
        await p.press("j", "j")
        assert p.app.session.run.label == "SGD"
        await p.press("c")
        # Clipped as well, it is the same run as the one beside it.
        assert p.value("clip.norm") == 1.0
        row = {row.label: row for row in p.app.stage.rows()}
        assert (row["SGD"].loss, row["SGD"].outcome) == (row["SGD + clip"].loss, "trained")
        assert verdicts(p)[3:6] == ["undecided", "fails", "fails"]
        await p.press("m")
        assert "all 10 seeds" in p.lines[0]
        assert {r.label: r.outcome for r in p.app.stage.rows()}["SGD on MSE"] == "2 diverged"


async def test_exercise_5_weight_decay(playground):
    async with playground("exercise-5-adamw") as p:
        assert p.app.stage.charts[0] == "weight_norm"
        assert verdicts(p)[:2] == ["holds", "fails"]
        before = p.app.stage.value("Adam", "weight_norm")
        p.row("weight_decay").focus()
        await p.press("x", "enter", *"0.1", "enter")
        # Adam with weight decay is AdamW.
        values = [p.app.stage.value(label, "weight_norm") for label in ("Adam", "AdamW")]
        assert values[0] == values[1] < before
        assert verdicts(p)[0] == "undecided"
        await p.press("x")
        assert p.app.stage.value("Adam", "weight_norm") == before
        assert verdicts(p)[:2] == ["holds", "fails"]
