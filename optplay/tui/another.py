"""An optimizer of another package, in a list to choose from: it is named, as it is in no list."""

from optplay.optim.foreign.children import prepare
from optplay.optim.foreign.declared import NAME
from optplay.tui.screens.choose import Entry


def another(typed: str) -> Entry | None:
    """The entry for `package.module:Class`, if that is what was typed."""
    if not NAME.fullmatch(name := typed.strip()):
        return None
    # What imports PyTorch may begin with it, while the rest of the name is typed.
    prepare()
    return Entry(name, name, "a class of PyTorch's kind, in a process of its own")
