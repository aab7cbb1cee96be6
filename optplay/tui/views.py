"""The views of the app: each instrument with a `view.py`, which declares a View called `view`."""

from optplay.registry import parts
from optplay.tui.widgets.view import View


def views() -> dict[str, type[View]]:
    """Every view by name, in their order; the first nine have the keys 1 to 9."""
    return {name: module.view for name, module in parts("view").items()}
