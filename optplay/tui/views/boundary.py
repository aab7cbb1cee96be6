"""The decision boundary of the selected run at the playhead."""

from optplay.plots import Picture, notice
from optplay.tui.stage import Stage
from optplay.tui.widgets.view import View


class Boundary(View):
    """The network's output over the plane."""

    name = "boundary"
    title = "Boundary"
    text = "the network's output over the plane, with the samples"
    order = 2

    def picture(self, stage: Stage, width: int, height: int) -> Picture:
        return notice(f"epoch {stage.player.epoch}", width, height)


view = Boundary
