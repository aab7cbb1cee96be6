"""The gate for what others wrote: no text of theirs commands a terminal or hides its order.

It stands where such a text comes in: each text of a Record, and thus of a preset, an edit or a
prompt, and each InputError. And it stands again where anything leaves, for what came in by another
way, as a file's name or what the system says: the command line's streams, and the lines of the
app's screen with what is exported of it.
"""

import re

# Of the controls, tabs and newlines are harmless. A lone surrogate is not text; the last two are
# no characters in XML.
_CONTROLS = "\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff"
# What turns the order of all that follows.
_TURNING = "\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
# What takes no room, so that two texts look alike, or takes some on one terminal and none on the
# next: joiners, soft hyphens, variation selectors, tags.
_UNSEEN = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2060-\u2065\u206a-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
COMMANDING = re.compile(f"[{_CONTROLS}{_TURNING}]")
_NOT_SEEN = re.compile(f"[{_UNSEEN}]")
_LINE_ENDS = re.compile("\r\n?|[\u2028\u2029]")
TAB = "    "


def harmless(text: str) -> str:
    """The text with what commands a terminal spelt out, as `\\u001b`; tabs and newlines stay."""
    return COMMANDING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def prose(text: str) -> str:
    """A text of several lines as it may be shown, without tabs and what can't be seen."""
    if text.isascii() and text.isprintable():
        return text
    text = _LINE_ENDS.sub("\n", text).replace("\t", TAB)
    return harmless(_NOT_SEEN.sub("", text))


def line(text: str) -> str:
    """A text as it may be shown on one line, as a label: prose with blanks for ends of lines."""
    return prose(text.replace("\t", " ")).replace("\n", " ")
