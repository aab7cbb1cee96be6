"""The state that a run begins with."""

from collections.abc import Hashable

from optplay.arrays import Floats
from optplay.training.config import RunConfig


def begin_state(config: RunConfig, w: Floats, state: Floats) -> None:
    """Fills in the state (slots, width), zeros so far, before the first step from weights (n,)."""
    for slot, row in zip(config.slots, state, strict=True):
        if slot.start == "weights":
            row[: w.size] = w


def carry_state(
    config: RunConfig, w: Floats, state: Floats, former: RunConfig, before: Floats
) -> None:
    """Fills in the state (slots, width) of a run that goes on from another one's weights and state
    `before`: what both keep of the rule, if it is the same, and of each wrapper.
    """
    if config == former:
        state[:] = before
        return
    begin_state(config, w, state)
    known = _rows(former)
    for name, rows in _rows(config).items():
        if name in known and len(known[name]) == len(rows):
            own = min(state.shape[1], before.shape[1])
            state[rows, :own] = before[known[name], :own]


def _rows(config: RunConfig) -> dict[Hashable, list[int]]:
    """Which rows of the state the rule, each wrapper and the decay have."""
    sizes: list[tuple[Hashable, int]] = [(config.rule, len(config.rule.slots))]
    sizes += [(w.name, len(w.slots)) for w in config.wrapped_by]
    found, first = {}, 0
    for name, size in sizes:
        found[name] = [*range(first, first + size)]
        first += size
    # A decay that follows the loss begins anew, as every schedule does.
    return found
