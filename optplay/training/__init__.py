"""Training: what decides a run, the compiled loop, and what a run leaves."""

from optplay.training.compilation import on_compile as on_compile
from optplay.training.config import (
    Clip as Clip,
    RunConfig as RunConfig,
    refuse_too_large as refuse_too_large,
)
from optplay.training.history import History as History
from optplay.training.kernel import RECORDED as RECORDED
from optplay.training.replay import (
    Update as Update,
    after_step as after_step,
    one_update as one_update,
)
from optplay.training.stepper import Stepper as Stepper, optimizer as optimizer
from optplay.training.trainer import stream as stream, train as train
