"""A preset whose every text tries to command the terminal, and how to tell whether it did."""

import unicodedata

import tomli_w
from hypothesis import strategies as st

ATTACKS = [
    "\x1b[31m", "\x1b]52;c;cm0gLXJmIH4=\x07", "\x9b2J", "\x9d0;title\x9c", "\x00", "\x08", "\x7f",
    "\x85", "\u202e", "\u2066", "\u200f", "\u2028", "\ufffe", "\t", "\r", "\n", "\u200b", "=1+1",
    "&#x202e;", "&#27;", "[red]", "学", "`", "|", "<b>", "]]>", "$(id)", '"',
]  # fmt: skip
texts = st.lists(
    st.sampled_from(ATTACKS) | st.characters(exclude_categories=["Cs"]), max_size=8
).map("".join)


def commands(text):
    """Those of its characters that must never reach a terminal."""
    return [
        c for c in text
        if (unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") and c != "\n")
        or unicodedata.bidirectional(c) in ("LRE", "RLE", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI")
        or c in "\ufffe\uffff"
    ]  # fmt: skip


def preset(title, question, lesson, label, claimed, source, **more):
    """The text of a small preset file with these texts in it."""
    small = {
        "title": f"T{title}", "question": question, "lesson": lesson, "seeds": 1, "epochs": 2,
        "problem": {"samples": 10, "hidden": [2]},
        "runs": [{"label": f"A{label}", "optimizer": "sgd"}, {"label": "B", "optimizer": "sgd"}],
        "claims": [{
            "text": f"C{claimed}", "source": source, "metric": "final_loss", "left": f"A{label}",
            "is": "below", "right": "B",
        }],
    }  # fmt: skip
    return tomli_w.dumps(small | more)
