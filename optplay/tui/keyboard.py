"""How keys are declared by the part whose action they call, each with an id.

By its id settings may give an action another key.
"""

from collections.abc import Iterable
from dataclasses import replace

from textual.binding import Binding, BindingType

# What the footer shows, the most useful first; where it is too narrow the last ones are left out.
FOOTER = (
    "Back", "Play", "Presets", "Help", "Quit", "Lesson", "Verdicts", "Undo", "All seeds", "Fork",
    "Reseed",
    "Optimizer", "Warmup", "Decay", "Clipping", "Add", "Palette",
)  # fmt: skip


def key(keys: str, action: str, name: str, text: str) -> Binding:
    """A key that works everywhere, its action, its name in the footer, a sentence for the help."""
    return Binding(keys, action, name, show=name in FOOTER, tooltip=text, id=slug(name))


def identified(owner: str, bindings: Iterable[BindingType]) -> list[Binding]:
    """Keys that work where their owner has the focus, each with an id that begins with its name."""
    return [
        replace(one, id=one.id or f"{owner}-{slug(one.description)}")
        for one in bindings
        if isinstance(one, Binding)
    ]


def slug(name: str) -> str:
    return "-".join(name.lower().replace("/", " ").split())
