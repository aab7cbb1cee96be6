"""The dialogs, each pushed by a host that keeps what it gives."""

from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from rich.style import Style
from textual.app import App
from textual.binding import Binding, BindingType
from textual.events import Click, Event, Key
from textual.screen import Screen
from textual.widgets import Button, Input, OptionList, Static

from optplay.tui import guards
from optplay.tui.screens.choose import Choose, Entry, fitting
from optplay.tui.screens.choose_many import ChooseMany
from optplay.tui.screens.confirm import Confirm
from optplay.tui.screens.help import Column, Help, sections_of
from optplay.tui.screens.prompt import Prompt
from optplay.tui.widgets.key_line import KeyLine

UNANSWERED = "unanswered"
SIZES = [(60, 20), (80, 24), (120, 40)]
# Narrower than the borders, lower than the keys.
TINY = [(10, 3), (1, 1), (4, 30), (8, 20), (4, 4), (40, 1)]
LONG = "[b]a text[/] without end " * 12
ENTRIES = [
    Entry("sgd", "SGD", "plain steps"),
    Entry("adamw", "AdamW", "decays all weights alike"),
    Entry("adam", "Adam", "the usual first choice"),
    Entry("rms", "RMSProp", "like Adam without momentum [/]"),
    *(Entry(f"own-{i}", f"Own rule {i}", LONG) for i in range(20)),
]
SECTIONS = [(f"Part {i}", [("ctrl+x / y", LONG), ("z", "short")] * 4) for i in range(5)]


class Host(App[None]):
    """An app that asks once, and whose own keys must not reach it while it does."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("y,n,x,down", "leak")]

    def __init__(self, dialog: Screen[Any]) -> None:
        guards.install()
        super().__init__()
        self.dialog = dialog
        self.answer: object = UNANSWERED
        self.answers = 0

    def on_mount(self) -> None:
        self.push_screen(self.dialog, self.take)

    def take(self, answer: object) -> None:
        self.answer, self.answers = answer, self.answers + 1

    def action_leak(self) -> None:
        raise AssertionError("a key went through the dialog")


def told(app: Host, selector: str) -> str:
    """The text of a Static."""
    return str(app.dialog.query_one(selector, Static).content)


def listed(app: Host) -> list[str]:
    """The first lines of the options."""
    return [str(o.prompt).split("\n")[0] for o in app.dialog.query_one(OptionList).options]


async def given(dialog: Screen[Any], *keys: str) -> object:
    """What a dialog gives after some keys."""
    app = Host(dialog)
    async with app.run_test() as pilot:
        await pilot.press(*keys)
        await pilot.pause()
        assert app.answers <= 1
        return app.answer


def not_empty(text: str) -> str | None:
    """A check for `Prompt`."""
    return None if text else "a label is not empty"


DIALOGS: dict[str, Callable[[], Screen[Any]]] = {
    "choose": lambda: Choose(LONG, ENTRIES, "adam"),
    "choose_few": lambda: Choose("Decay", ENTRIES[:2], None),
    "choose_many": lambda: ChooseMany(LONG, ENTRIES, ["sgd"]),
    "prompt": lambda: Prompt(LONG, LONG, not_empty, LONG),
    "confirm": lambda: Confirm(LONG, "[b]Write over it[/] all"),
    "help": lambda: Help("Help", SECTIONS),
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("make", DIALOGS.values(), ids=DIALOGS)
async def test_all_of_it_is_on_the_screen(
    make: Callable[[], Screen[Any]], size: tuple[int, int]
) -> None:
    app = Host(make())
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        box = app.dialog.query_one("#box")
        assert app.dialog.region.contains_region(box.region)
        for part in box.children:
            assert not part.visible or box.content_region.contains_region(part.region)
        assert app.dialog.query_one(KeyLine).region.bottom == box.content_region.bottom


@pytest.mark.parametrize("make", DIALOGS.values(), ids=DIALOGS)
async def test_any_window_is_large_enough(make: Callable[[], Screen[Any]]) -> None:
    for opened in TINY[:2]:
        app = Host(make())
        async with app.run_test(size=opened) as pilot:
            for size in TINY:
                await pilot.resize_terminal(*size)
                await pilot.press("pagedown", "x")
            await pilot.resize_terminal(80, 24)
            await pilot.pause()
            box = app.dialog.query_one("#box")
            assert app.dialog.region.contains_region(box.region)
            if app.dialog.query(Input):
                # It still has the focus.
                await pilot.press("end", "s", "g", "d")
                assert app.dialog.query_one(Input).value.endswith("sgd")


def presses(*keys: str) -> list[Event]:
    """Keys to post all at once."""
    return [Key(key, key if len(key) == 1 else None) for key in keys]


@pytest.mark.parametrize("make", DIALOGS.values(), ids=DIALOGS)
async def test_keys_before_it_is_there_and_after_it_is_gone(
    make: Callable[[], Screen[Any]],
) -> None:
    app = Host(make())
    app.action_leak = lambda: None  # type: ignore[method-assign]
    batch = "pagedown", "space", "down", "enter", "pageup", "y", "enter", "pagedown", "escape"
    async with app.run_test() as pilot:
        await pilot.pause()
        for first in (0, 3, 4, 7):
            dialog = make()
            app.push_screen(dialog)
            if first % 2:
                await pilot.pause()
            for event in presses(*batch[first:], *batch[:first]):
                app.post_message(event)
            await pilot.pause()
            while len(app.screen_stack) > 1:
                app.pop_screen()
            await pilot.pause()


async def test_what_lies_under_another_screen_does_not_answer() -> None:
    app = Host(Prompt("Rename", "Adam", not_empty))
    async with app.run_test() as pilot:
        await pilot.pause()
        app.push_screen(Confirm("Really?", "Yes"))
        await pilot.pause()
        app.dialog.dismiss("first")
        await pilot.press("n")
        assert app.answers == 0
        await pilot.press("enter")
        assert (app.answer, app.answers) == ("Adam", 1)


async def test_what_is_told_after_it_is_gone() -> None:
    app = Host(Choose("Rule", ENTRIES, "sgd"))
    async with app.run_test() as pilot:
        await pilot.pause()
        typed = Input.Changed(app.dialog.query_one(Input), "adam")
        taken = OptionList.OptionSelected(
            listed := app.dialog.query_one(OptionList), listed.options[0], 0
        )
        app.dialog.dismiss("sgd")
        await pilot.pause()
        for message in (typed, taken):
            await app.dialog._on_message(message)
        await pilot.pause()
        assert (app.answer, app.answers) == ("sgd", 1)


async def test_a_click_on_what_is_listed_no_more() -> None:
    app = Host(Choose("Rule", ENTRIES, None))
    async with app.run_test() as pilot:
        await pilot.pause()
        listed = app.dialog.query_one(OptionList)
        style = Style(meta={"option": 3})
        click = Click(listed, 4, 3, 0, 0, 1, False, False, False, 4, 3, style)
        await pilot.press(*"xyz")
        await listed._on_click(click)
        await pilot.pause()
        assert app.answers == 0


@pytest.mark.parametrize("make", DIALOGS.values(), ids=DIALOGS)
async def test_escape_and_a_click_beside_it_close(make: Callable[[], Screen[Any]]) -> None:
    nothing = False if isinstance(make(), Confirm) else None
    assert await given(make(), "escape") is nothing
    app = Host(make())
    async with app.run_test() as pilot:
        await pilot.click(offset=(0, 0))
        await pilot.pause()
        assert app.answer is nothing


async def test_the_keys_at_the_bottom_can_be_clicked() -> None:
    app = Host(ChooseMany("Charts", ENTRIES, ["sgd"]))
    async with app.run_test() as pilot:
        await pilot.pause()
        line = app.dialog.query_one(KeyLine)
        await pilot.click(line, offset=(str(line.render()).index("Take"), 0))
        await pilot.pause()
        assert app.answer == ["sgd"]


@pytest.mark.parametrize("make", DIALOGS.values(), ids=DIALOGS)
async def test_what_is_queued_twice_closes_once(make: Callable[[], Screen[Any]]) -> None:
    app = Host(make())
    async with app.run_test() as pilot:
        await pilot.pause()
        app.dialog.dismiss()
        app.dialog.dismiss()
        await pilot.pause()
        assert app.answers == 1
        assert len(app.screen_stack) == 1


async def test_enter_takes_what_was_typed_before_it_however_fast() -> None:
    app = Host(Choose("Colours", [Entry("red", "Red", ""), Entry("blue", "Blue", "")], "red"))
    async with app.run_test() as pilot:
        await pilot.pause()
        # What is typed is told of by a message of its own, which may come after the Enter.
        app.dialog.query_one(Input).value = "bl"
        await app.dialog.run_action("move('select')")
        await pilot.pause()
        assert app.answer == "blue"


def test_what_fits() -> None:
    def names(query: str) -> list[str]:
        return [e.name for e in fitting(ENTRIES[:4], query)]

    assert names("") == ["sgd", "adamw", "adam", "rms"]
    assert names(" ADAM ") == ["adam", "adamw", "rms"]
    assert names("weights adam") == ["adamw"]
    assert names("adam xyz") == []


async def test_choose_begins_at_the_current_one() -> None:
    assert await given(Choose("Rule", ENTRIES, "adam"), "enter") == "adam"
    assert await given(Choose("Rule", ENTRIES, None), "enter") == "sgd"
    assert await given(Choose("Rule", ENTRIES, "gone"), "enter") == "sgd"
    assert await given(Choose("Rule", ENTRIES, "adam"), "down", "down", "up", "enter") == "rms"


async def test_choose_filters_as_one_types() -> None:
    assert await given(Choose("Rule", ENTRIES, "sgd"), *"adam", "enter") == "adam"
    assert await given(Choose("Rule", ENTRIES, "sgd"), *"adam", "down", "enter") == "adamw"
    app = Host(Choose("Rule", ENTRIES, "adam"))
    async with app.run_test() as pilot:
        await pilot.press(*"xyz", "down", "enter")
        assert listed(app) == ["nothing fits “xyz”"]
        assert app.answer == UNANSWERED
        await pilot.press(*["backspace"] * 3)
        assert len(listed(app)) == len(ENTRIES)
        await pilot.press("pagedown")
        assert app.dialog.query_one(Input).has_focus
        await pilot.press("enter")
        assert str(app.answer).startswith("own")


async def test_choose_shows_a_name_that_says_more_than_the_title() -> None:
    app = Host(Choose("Rule", ENTRIES, None))
    async with app.run_test() as pilot:
        await pilot.pause()
        assert listed(app)[2:4] == ["Adam", "RMSProp  rms"]


@pytest.mark.parametrize("width", range(60, 100, 3))
async def test_choose_is_as_high_as_what_it_lists(width: int) -> None:
    app = Host(Choose("Rule", ENTRIES[:6], None))
    async with app.run_test(size=(width, 60)) as pilot:
        await pilot.pause()
        found = app.dialog.query_one(OptionList)
        assert found.virtual_size.height == found.size.height


@pytest.mark.parametrize("size", SIZES)
async def test_choose_by_a_click(size: tuple[int, int]) -> None:
    app = Host(Choose("Rule", ENTRIES, None))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await pilot.click(OptionList, offset=(4, 3))
        await pilot.pause()
        assert app.answer == "adamw"


async def test_choose_from_nothing() -> None:
    assert await given(Choose("Rule", [], None), "up", "enter") == UNANSWERED
    assert await given(ChooseMany("Charts", [], []), "space", "enter") == UNANSWERED


async def test_choose_many_gives_the_order_of_the_list() -> None:
    assert await given(ChooseMany("Charts", ENTRIES, ["adam", "sgd"]), "enter") == ["sgd", "adam"]
    ticked = await given(ChooseMany("Charts", ENTRIES, ["adam"]), "down", "space", "enter")
    assert ticked == ["adamw", "adam"]


async def test_choose_many_needs_one() -> None:
    app = Host(ChooseMany("Charts", ENTRIES, ["sgd"]))
    async with app.run_test() as pilot:
        await pilot.pause()
        warning = app.dialog.query_one(".wrong")
        assert not warning.visible
        await pilot.press("space", "enter")
        assert warning.visible
        assert app.answer == UNANSWERED
        await pilot.click(OptionList, offset=(2, 1))
        await pilot.pause()
        assert not warning.visible
        await pilot.press("enter")
        assert app.answer == ["adamw"]


async def test_prompt_replaces_what_is_selected() -> None:
    assert await given(Prompt("Rename", "Adam", not_empty), *"n y", "enter") == "n y"
    assert await given(Prompt("Rename", "Adam", not_empty), "end", "space", "enter") == "Adam"


async def test_prompt_says_what_is_wrong() -> None:
    app = Host(Prompt("Rename", "Adam", not_empty, "beside its [curve]"))
    async with app.run_test() as pilot:
        await pilot.pause()
        assert told(app, "#told") == "beside its [curve]"
        await pilot.press("backspace", "space", "enter")
        assert told(app, "#told") == "a label is not empty"
        assert app.dialog.query_one("#told").has_class("wrong")
        assert app.answer == UNANSWERED
        await pilot.press("n", "enter")
        assert app.answer == "n"


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        ("y", True),
        ("n", False),
        ("enter", False),
        ("left enter", True),
        ("left right enter", False),
    ],
)
async def test_confirm(keys: str, answer: bool) -> None:
    assert await given(Confirm("Really?", "Write over it"), *keys.split()) is answer


@pytest.mark.parametrize("name", ["yes", "no"])
async def test_confirm_by_a_click(name: str) -> None:
    app = Host(Confirm("Really?", "Write [/] over it"))
    async with app.run_test() as pilot:
        await pilot.pause()
        assert str(app.dialog.query_one("#yes", Button).label) == "Write [/] over it"
        await pilot.click("#" + name)
        await pilot.pause()
        assert app.answer is (name == "yes")


@pytest.mark.parametrize("size", SIZES)
async def test_help_reaches_its_end(size: tuple[int, int]) -> None:
    app = Host(Help("Help", SECTIONS))
    async with app.run_test(size=size) as pilot:
        await pilot.press("end")
        await pilot.pause()
        columns = app.dialog.query_one("#columns")
        last = app.dialog.query(Column).last()
        assert columns.is_vertical_scroll_end
        assert columns.region.y < last.region.bottom <= columns.region.bottom
        sides = {part.region.x for part in app.dialog.query(Column)}
        assert len(sides) == (2 if size[0] == 120 else 1)


@pytest.fixture
def display() -> Callable[[Binding], str]:
    """How an app shows keys."""
    return App[None]().get_key_display


def test_help_groups_the_keys_of_an_action(display: Callable[[Binding], str]) -> None:
    bindings = [
        Binding("left,comma", "step(-1)", "Back"),
        Binding("right", "step(1)", "On", tooltip="one epoch forward"),
        ("ctrl+z", "undo", "Undo"),
        Binding("h", "step(-1)", "Back too", show=False),
        Binding("plus,equals_sign", "more", "More", key_display="+"),
        Binding("a", "untold"),
        Binding("b", "inner", "Inner", system=True),
    ]
    rows = [("← / , / h", "Back"), ("→", "One epoch forward"), ("^z", "Undo"), ("+", "More")]
    assert sections_of([("Player", bindings), ("Empty", [])], display) == [("Player", rows)]


async def test_help_without_keys() -> None:
    assert await given(Help("Help", []), "escape") is None


@pytest.mark.parametrize("dialog", DIALOGS)
async def test_the_app_ends_as_it_opens(dialog: str) -> None:
    app = App[None]()
    async with app.run_test():
        app.push_screen(DIALOGS[dialog]())
    assert not app._exception
