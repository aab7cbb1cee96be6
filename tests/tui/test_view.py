"""What all views share: the task in the background, and when a picture is made again."""

from threading import Event

import pytest

from optplay.plots import notice
from optplay.registry import Instrument
from optplay.tui import app as app_module, views as package, workspace
from optplay.tui.widgets.view import PictureView, Task


class Counting(PictureView):
    """Counts its pictures, and computes three results for each epoch."""

    instrument = Instrument("counting", "Counting", "counts", 2)
    gate: Event
    pictures = 0
    begun: list
    stopped: list

    @classmethod
    def refusal(cls, preset):
        return None

    def hint(self, stage):
        return f"epoch {stage.player.epoch}"

    def wanted(self, stage):
        return Task(stage.player.epoch, self._count(stage.player.epoch))

    def _count(self, epoch):
        def make(stop):
            type(self).begun.append(epoch)
            for number in range(3):
                yield epoch, number
                while not self.gate.wait(0.01):
                    if stop.is_set():
                        type(self).stopped.append(epoch)
                        return

        return make

    def picture(self, stage, width, height):
        type(self).pictures += 1
        return notice(f"result {self.result} {self.complete}", width, height)


CURVES = package.views()["curves"]


def shown(monkeypatch, *kinds):
    """Makes these the views that there are besides the curves."""
    found = {kind.instrument.name: kind for kind in (CURVES, *kinds)}
    for module in (package, app_module, workspace):
        monkeypatch.setattr(module, "views", lambda: found)


@pytest.fixture(autouse=True)
def counting(monkeypatch):
    """The view, as if it had a file of its own; its gate is open."""
    Counting.gate, Counting.pictures, Counting.begun, Counting.stopped = Event(), 0, [], []
    Counting.gate.set()
    shown(monkeypatch, Counting)
    return Counting


async def test_a_task_is_computed_once_and_its_last_result_is_shown(playground, counting):
    async with playground() as p:
        p.app.workspace.action_view("counting")
        await p.settle()
        assert "result (20, 2) True" in p.text
        assert "epoch 20" in p.app.workspace.view.border_subtitle
        p.app.draw()
        await p.settle()
        assert counting.begun == [20]


async def test_the_picture_is_made_again_only_if_something_changed(playground, counting):
    async with playground() as p:
        p.app.workspace.action_view("counting")
        await p.settle()
        made = counting.pictures
        for _ in range(3):
            p.app.workspace.view.refresh()
            p.app.draw()
            await p.settle()
        assert counting.pictures == made
        await p.press("comma")
        assert counting.pictures > made
        assert "result (19, 2) True" in p.text


async def test_what_is_no_longer_wanted_is_stopped_and_not_shown(playground, counting):
    counting.gate.clear()
    async with playground() as p:
        p.app.workspace.action_view("counting")
        await p.until(lambda: "result (20, 0) False" in p.text)
        await p.pilot.press("home")
        await p.until(lambda: counting.stopped == [20])
        counting.gate.set()
        await p.settle()
        assert "result (0, 2) True" in p.text


def silent(stop):
    """A task that never comes to a result."""
    stop.wait()
    yield from ()


async def test_an_outdated_result_goes_after_a_blink(playground, counting, monkeypatch):
    async with playground() as p:
        p.app.workspace.action_view("counting")
        await p.settle()
        counting.gate.clear()
        monkeypatch.setattr(counting, "_count", lambda self, epoch: silent)
        await p.pilot.press("home")
        await p.until(lambda: "result None False" in p.text)


async def test_a_result_goes_also_while_the_view_waits_for_what_is_to_be_computed_of(
    playground, counting, monkeypatch
):
    async with playground() as p:
        p.app.workspace.action_view("counting")
        await p.settle()
        monkeypatch.setattr(counting, "wanted", lambda self, stage: None)
        p.app.draw()
        p.app.draw()
        await p.until(lambda: "result None False" in p.text)
        assert not p.app.computing.looking.running
        monkeypatch.undo()


async def test_a_view_that_waits_stops_what_another_one_computes(playground, counting, monkeypatch):
    counting.gate.clear()
    async with playground() as p:
        p.app.workspace.action_view("counting")
        await p.until(lambda: "result (20, 0) False" in p.text)
        monkeypatch.setattr(counting, "wanted", lambda self, stage: None)
        p.app.draw()
        await p.until(lambda: counting.stopped == [20])


async def test_another_preset_begins_anew(playground, counting, monkeypatch, small):
    begun = []
    monkeypatch.setattr(counting, "begin", lambda self: begun.append(self.result), raising=False)
    async with playground() as p:
        p.app.workspace.action_view("counting")
        await p.settle()
        assert begun == [None]
        await p.press("comma", "r")
        assert begun == [None]
        p.app.open(small)
        p.app.workspace.action_view("counting")
        await p.settle()
        assert begun == [None, None]
        assert "result (20, 2) True" in p.text


async def test_brackets_are_no_markup(playground, counting, monkeypatch):
    monkeypatch.setattr(counting, "heading", lambda self, stage: "[/x] [red]of[/red]")
    monkeypatch.setattr(counting, "hint", lambda self, stage: "[10] [b]")
    async with playground() as p:
        p.app.session.rename("[/x][b]")
        p.app.changed()
        p.app.workspace.action_view("counting")
        await p.settle()
        for told in ("─ [/x] [red]of[/red] ─", "─ [10] [b] ─", "─ [/x][b] ─"):
            assert told in p.text


async def test_the_charts_stop_it_and_coming_back_shows_what_is_there(playground, counting):
    async with playground() as p:
        p.app.workspace.action_view("counting")
        await p.settle()
        await p.press("escape")
        assert "Loss (log)" in p.text
        p.app.workspace.action_view("counting")
        await p.settle()
        assert counting.begun == [20]
        counting.gate.clear()
        await p.pilot.press("home")
        await p.until(lambda: counting.begun == [20, 0])
        await p.pilot.press("escape")
        await p.until(lambda: counting.stopped == [0])
        await p.settle()


async def test_a_view_that_has_nothing_to_show_says_so(playground, counting, monkeypatch):
    async with playground() as p:
        monkeypatch.setattr(counting, "refusal", classmethod(lambda cls, _: "Nothing to count."))
        p.app.workspace.action_view("counting")
        await p.settle()
        assert "Nothing to count." in p.text


async def test_an_error_in_a_task_is_told_and_ends_it(playground, counting, monkeypatch):
    def fail(self, epoch):
        raise ValueError("no such number")

    monkeypatch.setattr(counting, "_count", lambda self, epoch: lambda stop: fail(self, epoch))
    async with playground() as p:
        p.app.workspace.action_view("counting")
        await p.until(lambda: any("no such number" in told for told in p.told))
        assert not p.app.computing.looking.running
        assert p.app.computing.failure is not None


async def test_zoom_gives_a_view_the_lessons_room(playground):
    async with playground() as p:
        p.app.workspace.action_view("counting")
        await p.settle()
        before = p.app.workspace.view.size.height
        await p.press("z")
        assert p.app.workspace.view.size.height > before
        await p.press("z")
        assert p.app.workspace.view.size.height == before


async def test_what_is_not_wanted_any_more_goes_after_a_blink(playground, counting, monkeypatch):
    async with playground() as p:
        p.app.workspace.action_view("counting")
        await p.settle()
        wanted = counting.wanted
        monkeypatch.setattr(counting, "wanted", lambda self, stage: None)
        p.app.draw()
        assert p.app.workspace.view.result == (20, 2)
        await p.until(lambda: "result None False" in p.text)
        p.app.draw()
        monkeypatch.setattr(counting, "wanted", wanted)
        p.app.draw()
        await p.settle()
        assert "result (20, 2) True" in p.text


class Other(Counting):
    """Another view, whose tasks are counted apart."""

    instrument = Instrument("other", "Other", "counts too", 3)


async def test_a_task_left_for_that_of_another_view_is_begun_again(
    playground, counting, monkeypatch
):
    shown(monkeypatch, Counting, Other)
    Other.begun, Other.stopped = [], []
    counting.gate.clear()
    async with playground() as p:
        p.app.workspace.action_view("counting")
        await p.until(lambda: counting.begun == [20])
        p.app.workspace.action_view("other")
        await p.until(lambda: Other.begun == [20] and counting.stopped == [20])
        p.app.workspace.action_view("counting")
        await p.until(lambda: counting.begun == [20, 20] and Other.stopped == [20])
        counting.gate.set()
        await p.settle()
        assert "result (20, 2) True" in p.text
