"""AdamW: Adam's rule, with weight decay taken off the weights instead of put into the gradient.

The decay itself, w ← w - lr·λ·w, is the pipeline's; the rule is Adam's to the letter.
"""

from optplay.optim.declaration import Optimizer
from optplay.optim.hyperparameters import BETA1, BETA2, BIAS_CORRECTION, epsilon, lr
from optplay.optim.rules import adam
from optplay.optim.stability import mean_gradient

optimizer = Optimizer(
    name="adamw",
    title="AdamW",
    summary="Adam that shrinks all weights at the same rate, whatever their gradients.",
    paper="Loshchilov & Hutter 2019, Decoupled weight decay regularization, Algorithm 2",
    year=2017,
    hyperparameters=(lr(0.001), BETA1, BETA2, epsilon(1e-8), BIAS_CORRECTION),
    slots=("m", "v"),
    step=adam.step,
    rates=adam.rates,
    weight_decay=0.01,
    formula=adam.optimizer.formula,
    terms=adam.terms,
    stability=mean_gradient,
)
