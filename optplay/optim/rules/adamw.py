"""AdamW: Adam's rule, with weight decay taken off the weights instead of put into the gradient.

The decay itself, w ← w - lr·λ·w, is the pipeline's; the rule is Adam's to the letter.
"""

from dataclasses import replace

from optplay.optim.declaration import Optimizer
from optplay.optim.rules import adam


def _decaying(rule: Optimizer) -> Optimizer:
    return replace(
        rule,
        name="adamw",
        title="AdamW",
        summary="Adam that shrinks all weights at the same rate, whatever their gradients.",
        paper="Loshchilov & Hutter 2019, Decoupled weight decay regularization, Algorithm 2",
        year=2017,
        weight_decay=0.01,
        variants={name: _decaying(variant) for name, variant in rule.variants.items()},
    )


optimizer = _decaying(adam.optimizer)
