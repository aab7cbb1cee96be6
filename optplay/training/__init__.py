"""Training: what decides a run, the compiled loop, and what a run leaves."""

from typing import TYPE_CHECKING

from optplay.later import later
from optplay.training.config import (
    MOST_BYTES as MOST_BYTES,
    Clip as Clip,
    RunConfig as RunConfig,
    refuse_too_large as refuse_too_large,
)
from optplay.training.history import History as History
from optplay.training.recorded import RECORDED as RECORDED

if TYPE_CHECKING:
    from optplay.training.compilation import on_compile as on_compile
    from optplay.training.replay import (
        Update as Update,
        after_step as after_step,
        one_update as one_update,
    )
    from optplay.training.stepper import Stepper as Stepper, optimizer as optimizer
    from optplay.training.trainer import stream as stream, train as train
else:
    __getattr__ = later(
        __name__, compilation="on_compile", replay="Update after_step one_update",
        stepper="Stepper optimizer", trainer="stream train",
    )  # fmt: skip
