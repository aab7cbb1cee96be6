"""The views of the app besides its charts: a file each, with a subclass of View called `view`.

The registry finds them; number keys, the line of views, palette and help follow from their order.
"""

from optplay.registry import declarations
from optplay.tui.widgets.view import View

CHARTS = "charts"


def views() -> dict[str, type[View]]:
    """Every view by name, in the order of the number keys, from 2 on; 1 are the charts."""
    return declarations("optplay.tui.views", "view")
