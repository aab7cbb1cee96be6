"""The app with four charts of four runs at 120×48, while it trains."""

import asyncio
import pickle
import random
import subprocess
import sys
from functools import partial
from math import inf
from statistics import median, quantiles
from threading import Thread
from time import perf_counter, sleep

import pytest
from textual import events

from optplay.tui.library import Plan
from optplay.tui.widgets.knob_row import KnobRow

from .live import CHARTS, Frame, Watched, live
from .table import Report

FRAMES = 100
LONG = 20_000  # epochs, which take seconds
RACE = 10_000
KEYS = 500
KEY_SECONDS = 0.023  # in step with neither 20 nor 60 frames a second
NUDGES = 40
ROUNDS = 4
SWEEPS = 12
# In the process of the app it would share the interpreter with it, and what it has in memory.
HEADLESS = """
import pickle, sys
from time import perf_counter
import msgspec
from optplay.training import train
from optplay.training.pool import step_back
from optplay.tui.growing import grow

wanted = pickle.load(sys.stdin.buffer)
for plan in wanted.values():
    train(msgspec.structs.replace(plan.config, epochs=1))
step_back()
began = perf_counter()
*_, last = grow(wanted, {})
print(perf_counter() - began, sum(history.steps for history in last.values()))
"""


@pytest.mark.parametrize(
    ("what", "epochs", "speed"),
    [("300 epochs, again and again", 300, 100.0), (f"{LONG:,} epochs, streaming", LONG, inf)],
)
async def test_frame(
    report: Report, monkeypatch: pytest.MonkeyPatch, what: str, epochs: int, speed: float
) -> None:
    async with live(monkeypatch, epochs=epochs, speed=speed, busy=True) as app:
        first, began = len(app.frames), perf_counter()
        await app.until(lambda: len(full(app, first)) >= FRAMES)
        found, took = full(app, first), perf_counter() - began
        rate = (len(app.frames) - first) / took
    cpu = [1000 * frame.cpu for frame in found]
    charts = median(1000 * frame.drawing for frame in found)
    note = (
        f"{len(found)} frames with all charts redrawn, {charts:.1f} ms of it in their pictures; "
        f"{len(found) / took:.0f} such frames/s of {rate:.0f}"
    )
    held(report, f"frame of the app: {what}", cpu, 20, "ms", note)


def full(app: Watched, first: int) -> list[Frame]:
    """The frames from the first on for which all charts were drawn anew."""
    return [frame for frame in app.frames[first:] if frame.charts == len(CHARTS)]


def held(
    report: Report, what: str, values: list[float], most: float, unit: str, note: str = ""
) -> None:
    """A line whose median is held against the target."""
    middle = median(values)
    report.line(what, min(values), middle, unit, most=most, met=middle <= most, note=note)


async def test_keys(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    async with live(monkeypatch, epochs=LONG, speed=inf, busy=True) as app:
        first, began = len(app.frames), perf_counter()
        late = await lateness(app, monkeypatch)
        rate = (len(app.frames) - first) / (perf_counter() - began)
    note = f"{KEYS} keys while it trains and plays, {rate:.0f} frames/s (≥ 15)"
    told_keys(report, "key to handler", late, note, rate >= 15)


def told_keys(report: Report, what: str, late: list[float], note: str, smooth: bool = True) -> None:
    """Two lines: how late half of the keys were at most, and all but one of a hundred."""
    cuts = quantiles(late, n=100)
    for p, most in ((50, 5), (99, 50)):
        value = cuts[p - 1]
        met = value < most and smooth
        report.line(f"{what}, p{p}", min(late), value, "ms", most=most, met=met, note=note)


async def lateness(app: Watched, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How many milliseconds after each key was due it was handled."""
    due: list[float] = []
    late: list[float] = []
    scrub = app.status.action_scrub

    def handled(by: int) -> None:
        late.append(1000 * (perf_counter() - due[len(late)]))
        scrub(by)

    def press() -> None:
        # As the terminal's driver does, from a thread. Counted from when the key was due: a
        # thread that gets to run late must not hide it.
        at = perf_counter()
        for count in range(KEYS):
            at += KEY_SECONDS
            sleep(max(0.0, at - perf_counter()))
            due.append(at)
            app.post_message(events.Key(("left", "right")[count % 2], None))

    monkeypatch.setattr(app.status, "action_scrub", handled)
    presser = Thread(target=press)
    presser.start()
    await app.until(lambda: len(late) == KEYS)
    presser.join()
    return late


async def test_first_points_of_a_sweep(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    took = []
    async with live(monkeypatch) as app:
        for count in range(SWEEPS):
            # Another seed and rate, so that nothing is known already.
            app.runs.action_reseed(1)
            app.session.turn("lr", 0.01 + 0.001 * count)
            app.changed()
            await app.until(lambda: app.computing.settled)
            before = app.workspace.views["sweep"].version if count else 0
            began = perf_counter()
            app.workspace.action_view("sweep")
            await app.until(lambda before=before: first_points(app, before))  # type: ignore[misc]
            shown = perf_counter()
            await app.until(lambda shown=shown: app.frames[-1].at > shown)  # type: ignore[misc]
            took.append(app.frames[-1].at - began)
            app.workspace.action_view("curves")
    note = f"from the key to the picture, {SWEEPS} times, worst {max(took):.2f} s"
    held(report, "first points of a sweep", took, 0.3, "s", note)


def first_points(app: Watched, before: int) -> bool:
    """Whether the view has more than it had, which may be what it had dropped."""
    view = app.workspace.view
    return view is not None and view.version > before and view.result is not None


async def test_keys_while_it_sweeps(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    async with live(monkeypatch, epochs=LONG // 4) as app:
        app.workspace.action_view("sweep")
        await app.until(lambda: first_points(app, 0))
        late = await lateness(app, monkeypatch)
        assert app.computing.looking.running
    told_keys(report, "key to handler while it sweeps", late, f"{KEYS} keys")


@pytest.mark.parametrize(
    ("key", "what"), [("lr", "lr of one of four runs"), ("seed", "seed of all four runs")]
)
async def test_nudge(report: Report, monkeypatch: pytest.MonkeyPatch, key: str, what: str) -> None:
    took, phase = [], random.Random(0)
    async with live(monkeypatch) as app:
        row = next(row for row in app.query(KnobRow) if row.key.name == key)
        row.focus()
        for count in range(NUDGES):
            # Another seed, so that no run is known already.
            app.runs.action_reseed(1)
            await app.until(lambda: app.complete)
            await asyncio.sleep(0.1 + 0.05 * phase.random())
            before, first = app.wanted, len(app.frames)
            began = perf_counter()
            up = key == "seed" or count % 2
            app.post_message(events.Key("right" if up else "left", None))
            await app.until(partial(whole, app, first))
            took.append(1000 * (whole(app, first)[0].at - began))
            changed = sum(plan != before[label] for label, plan in app.wanted.items())
            assert changed == (1 if key == "lr" else len(before))
    note = f"300 epochs, until all curves are redrawn; {NUDGES} nudges, worst {max(took):.0f} ms"
    held(report, f"nudge of the {what}", took, 150, "ms", note)


def whole(app: Watched, first: int) -> list[Frame]:
    """The frames from the first on that show all charts with all runs trained."""
    return [frame for frame in app.frames[first:] if frame.complete >= len(CHARTS)]


async def test_throughput(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    alone, shown = [], []
    async with live(monkeypatch, epochs=RACE, speed=inf) as app:
        for _ in range(ROUNDS):
            app.runs.action_reseed(1)
            app.player.go(0)
            app.status.action_play()
            first, began = len(app.frames), perf_counter()
            await app.until(lambda: app.complete, 120)
            shown.append(perf_counter() - began)
            rate = len(full(app, first)) / shown[-1]
            # The app stands still meanwhile: its thread waits.
            seconds, steps = headless(app.wanted)
            alone.append(seconds)
            assert steps == sum(plan.config.steps for plan in app.wanted.values())
    ratios = [a / b for a, b in zip(alone, shown, strict=True)]
    note = (
        f"four runs of {RACE:,} epochs, {steps / median(alone) / 1e6:.1f} M updates/s headless; "
        f"{rate:.0f} frames/s with all charts redrawn"
    )
    middle = median(ratios)
    report.line(
        "training speed, live screen/headless", max(ratios), middle, "×", least=0.8,
        met=middle >= 0.8, note=note,
    )  # fmt: skip


def headless(wanted: dict[str, Plan]) -> tuple[float, int]:
    """Trains runs as the app's thread does, in a process of its own; the seconds, and all steps."""
    given = pickle.dumps(wanted)
    done = subprocess.run(
        [sys.executable, "-c", HEADLESS], input=given, check=True, capture_output=True
    )
    seconds, steps = done.stdout.split()
    return float(seconds), int(steps)
