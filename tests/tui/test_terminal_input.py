"""Whatever a terminal sends, the app goes on, and can be left."""

import random
import re
import time

import pytest

from .terminal import SECONDS

# Not UTF-8; codes that are no character's; sizes that are none; a paste that never ends.
NONSENSE = {
    "a byte": b"\xff",
    "the first of three bytes": b"\xe2",
    "a continuation": b"\x80\x80",
    "a code too large": b"\x1b[1114112u",
    "a code far too large": b"\x1b[99999999999999999999u",
    "half a pair": b"\x1b[55296u\x1b[97;1;57343u",
    "a text of a code too large": b"\x1b[97;1;1114112u",
    "a large window": b"\x1b[48;9999;9999;1;1t",
    "no window": b"\x1b[48;0;0;0;0t\x1b[<35;3;3M",
    "a window without pixels": b"\x1b[48;40;120;0;0t\x1b[<35;3;3M\x1b[<0;3;3M\x1b[<0;3;3m",
    "a far click": b"\x1b[<0;99999999;99999999M\x1b[<0;99999999;99999999m",
    "an old click": b"\x1b[M\xff\xff\xff\x1b[M   ",
    "long numbers": b"\x1b[" + b"9" * 100 + b"A\x1b[1;" + b"9" * 20 + b"R",
    "modes": b"\x1b[?2026;2$y\x1b[?2048;2$y\x1b[?2048;1$y",
    "cut": b"\x1b[\x1b]\x1bP\x1b[<\x1b[1;\x1b",
    "no character": b"\x00\x7f\xc2\x85\xc2\x9b\xed\xa0\x80",
}


def test_nonsense_is_nothing(start):
    app = start("small.toml")
    app.wait_for_verdicts()
    for epoch, sent in enumerate(NONSENSE.values(), 1):
        app.press("home")
        app.wait("epoch 0/100")
        app.send(sent)
        # Esc ends what was begun, and leaves what a click may have opened.
        app.press("escape", "escape", "home", *"." * epoch)
        app.wait(f"epoch {epoch}/100")
    app.resize(90, 30)
    app.wait("Plain", lambda text: "╭─ Which is lower?" not in text)
    app.press("q")
    assert app.end() == 0
    assert_left(app)


def test_a_paste_without_an_end_does_not_swallow_ctrl_c(start):
    app = start("small.toml")
    app.wait_for_verdicts()
    app.send(b"\x1b[200~abc")
    leave(app)


FLOODS = {
    "a key held down": b"\x1b[C" * 33_000,
    "a paste that looks typed": b"." * 100_000,
    "a paste": b"\x1b[200~" + b"1" * 100_000 + b"\x1b[201~",
}


@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_of_keys(start, name):
    app = start("small.toml")
    app.wait_for_verdicts()
    app.press("tab", "down", "enter")
    app.send(FLOODS[name])
    app.press("ctrl+c")
    assert app.end() == 130
    app.assert_restored()


SESSIONS, SESSIONS_AN_APP, PIECES_A_SESSION = 200, 40, 40
BEGUN = [b"\x1b[200~", b"\x1b[201~", b"\x1b", b"\x1b]52;c;", b"\x1b[<", b"\x1bP"]
# What leaves the app (q, Ctrl-Q, and Ctrl-P, which lists it), or before it began ends or stops it.
LEAVING = re.compile(rb"[qQ\x03\x10\x11\x1a\x1c]")


def nonsense(draw):
    """Bytes, sequences with odd numbers or none, and what begins or ends one."""
    kind = draw.random()
    if kind < 0.3:
        return bytes(draw.randrange(256) for _ in range(draw.randint(1, 20)))
    if kind < 0.5:
        return draw.choice(list(NONSENSE.values()))
    if kind < 0.6:
        return draw.choice(BEGUN)
    numbers = [
        draw.choice(["", "-1", "1:2", "48", "2048", str(draw.randrange(10 ** draw.randint(1, 25)))])
        for _ in range(draw.randint(0, 5))
    ]
    kind, end = draw.choice(["", "<", "?", ">"]), draw.choice("ABCDEFHPQRStumMncy~IO$")
    return f"\x1b[{kind}{';'.join(numbers)}{end}".encode()


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, SESSIONS, SESSIONS_AN_APP))
def test_random_bytes(start, first):
    app = start("small.toml")
    app.wait_for_verdicts()
    for session in range(first, first + SESSIONS_AN_APP):
        draw = random.Random(session)
        sent = b"".join(nonsense(draw) for _ in range(PIECES_A_SESSION))
        app.send(LEAVING.sub(b"", sent))
        app.press(*["escape"] * 3)
        if quitted(app):
            app = start("small.toml")
            app.wait_for_verdicts()
    app.read_for(2)
    if not quitted(app):
        leave(app)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_random_bytes_as_it_starts(start, seed):
    draw = random.Random(seed)
    app = start("small.toml")
    for _ in range(30):
        app.send(LEAVING.sub(b"", nonsense(draw)))
        app.read(draw.uniform(0, 0.2))
    app.read_for(2)
    if not quitted(app):
        leave(app)


def quitted(app):
    """Whether a click hit the word Quit."""
    if app.read(0):
        return False
    assert app.end() == 0, app.text
    assert_left(app)
    return True


def leave(app):
    """It answers, can be left, and leaves nothing."""
    before = len(app.sent)
    app.resize(100, 35)
    app.wait(lambda text: len(app.sent) > before)
    deadline = time.monotonic() + SECONDS
    while app.process.isalive():
        assert time.monotonic() < deadline, app.stuck("did not obey Ctrl-C")
        # It may be within a paste, which a second of quiet ends. Not once the terminal is given
        # back: there it makes the system drop what was not read yet.
        if app.attributes() != app.before:
            app.press("ctrl+c")
        app.read_for(3)
    assert app.end() == 130
    assert_left(app)


def assert_left(app):
    """The terminal is as it was, and shows no fault."""
    app.assert_restored()
    # Those too late for the app.
    assert app.left_behind.replace("^C", "").strip() == ""
