"""Networks in plain NumPy with any rule as its paper has it, steps of BLAS and LAPACK."""

import numpy as np

from optplay import RunConfig
from tests.optim.battery.reference import Reference

from .wide import Floats, Wide, layers_of


class Textbook(Wide):
    """As Wide, of one hidden layer where a rule asks for the Hessian."""

    def __init__(self, config: RunConfig) -> None:
        super().__init__(config)
        self._w = [tensor for layer in self.layers for tensor in layer]
        self._g = [tensor for layer in self.slopes for tensor in layer]
        self._steps = [tensor for layer in layers_of(self.step, self.sizes) for tensor in layer]
        curvature = config.rule.curvature
        self._every = 0
        if curvature:
            self._every = int(config.hyperparameters[curvature.every]) if curvature.every else 1

    def train(self) -> Floats:
        self._rule = Reference(self.config.optimizer, self.config.hyperparameters)
        return super().train()

    def update(self) -> None:
        hessian = self.hessian() if self._every and self.t % self._every == 0 else None
        self.t += 1
        after = self._rule.step(self._w, self._g, hessian=hessian)
        for w, new, step in zip(self._w, after, self._steps, strict=True):
            np.subtract(w, new, out=step)
            w[:] = new

    def hessian(self) -> Floats:
        """Of the mean loss of the samples that `gradient` was given last, (n, n).

        The loss bends along the logit by p·(1-p), and the logit z where both layers meet: by its
        second weights and its first ones, or biases, of the same neuron.
        """
        inputs, (_, hidden, z) = self.inputs[self.low : self.high], self.seen
        rows, width, fan_in = len(z), hidden.shape[1], inputs.shape[1]
        active, second = hidden > 0, self.layers[1][0][0]
        of_biases = active * second
        of_weights = of_biases[:, :, np.newaxis] * inputs[:, np.newaxis]
        slopes = np.hstack([of_weights.reshape(rows, -1), of_biases, hidden, np.ones((rows, 1))])
        p = 1 / (1 + np.exp(-z))
        found = (slopes * (p * (1 - p))).T @ slopes
        error = active * (p - self.labels[self.low : self.high, np.newaxis])
        neurons, biases = np.arange(width), fan_in * width
        for i, bend in [*enumerate((error.T @ inputs).T), (fan_in, error.sum(axis=0))]:
            first = fan_in * neurons + i if i < fan_in else biases + neurons
            found[first, biases + width + neurons] += bend
            found[biases + width + neurons, first] += bend
        return found / rows
