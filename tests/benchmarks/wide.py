"""Wide networks in plain NumPy, whose matrix products are BLAS: all arrays are made beforehand."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from optplay import RunConfig

Floats = NDArray[np.float64]
BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8
AT_ONCE = 1 << 13  # parameters: what an update works on then stays in the processor's cache


class Wide:
    """Relu layers, cross-entropy from the logit, SGD or Adam: what a config with these asks for."""

    def __init__(self, config: RunConfig) -> None:
        problem = config.network
        samples = problem.draw()
        self.config, self.sizes, self.batch = config, problem.sizes, problem.batch_size
        self.inputs, self.labels = samples.inputs, samples.labels
        self.start = problem.initial_weights(config.seed)
        n, rows = self.start.size, min(self.batch, len(self.labels))
        numbers = np.zeros((5, n))
        self.w, self.g, self.m, self.v, self.step = numbers
        self.parts = [numbers[:, at : at + AT_ONCE] for at in range(0, n, AT_ONCE)]
        self.root = np.empty(AT_ONCE)
        self.layers, self.slopes = layers_of(self.w, self.sizes), layers_of(self.g, self.sizes)
        self.given = [np.empty((rows, size)) for size in self.sizes[1:]]
        self.errors = [np.empty((rows, size)) for size in self.sizes[1:]]
        self.ones = np.ones(rows)

    def train(self) -> Floats:
        """(epochs, 5): loss, accuracy, weight norm, and the means of gradient norm and ratio."""
        count, records = len(self.labels), np.empty((self.config.epochs, 5))
        self.w[:], self.m[:], self.v[:], self.t = self.start, 0, 0, 0
        for record in records:
            loss = hits = norms = ratios = 0.0
            starts = range(0, count, self.batch)
            for low in starts:
                own, right = self.gradient(low, min(low + self.batch, count))
                self.update()
                weights = np.sqrt(self.w.dot(self.w))
                loss, hits = loss + own, hits + right
                norms += np.sqrt(self.g.dot(self.g))
                ratios += np.sqrt(self.step.dot(self.step)) / weights
            steps = len(starts)
            record[:] = loss / count, hits / count, weights, norms / steps, ratios / steps
        return records

    def gradient(self, low: int, high: int) -> tuple[float, float]:
        """The mean gradient over some samples, into `g`; the sum of their losses, and the hits."""
        rows = high - low
        given = [self.inputs[low:high], *(each[:rows] for each in self.given)]
        errors, ones = [each[:rows] for each in self.errors], self.ones[:rows]
        self.low, self.high, self.seen = low, high, given
        for layer, (weights, biases) in enumerate(self.layers):
            out = given[layer + 1]
            np.dot(given[layer], weights.T, out=out)
            out += biases
            if layer < len(self.layers) - 1:
                np.maximum(out, 0, out=out)
        z, y = given[-1][:, 0], self.labels[low:high]
        e = np.exp(-np.abs(z))
        positive = z > 0
        loss = np.maximum(z, 0).sum() - z.dot(y) + np.log1p(e).sum()
        errors[-1][:, 0] = (np.where(positive, 1, e) / (1 + e) - y) / rows
        for layer in range(len(self.layers) - 1, -1, -1):
            slopes, biases = self.slopes[layer]
            np.dot(errors[layer].T, given[layer], out=slopes)
            np.dot(ones, errors[layer], out=biases)
            if layer:
                np.dot(errors[layer], self.layers[layer][0], out=errors[layer - 1])
                errors[layer - 1] *= given[layer] > 0
        return float(loss), float((positive == (y > 0.5)).sum())

    def update(self) -> None:
        """One update of `w`; `step` is what was taken off it."""
        self.t += 1
        rate = self.config.lr / (1 - BETA1**self.t)
        v_correction = 1 / np.sqrt(1 - BETA2**self.t)
        for part in self.parts:
            self._update_some(part, rate, v_correction)

    def _update_some(self, part: Floats, rate: float, v_correction: float) -> None:
        w, g, m, v, step = part
        if self.config.optimizer == "sgd":
            np.multiply(g, self.config.lr, out=step)
        else:
            m *= BETA1
            np.multiply(g, 1 - BETA1, out=step)
            m += step
            v *= BETA2
            np.multiply(g, g, out=step)
            step *= 1 - BETA2
            v += step
            root = np.sqrt(v, out=self.root[: v.size])
            root *= v_correction
            root += EPSILON
            np.divide(m, root, out=step)
            step *= rate
        w -= step


def layers_of(vector: Floats, sizes: tuple[int, ...]) -> list[tuple[Floats, Floats]]:
    """Each layer's weights (out, in) and biases (out,), as views of a vector of parameters."""
    found, at = [], 0
    for fan_in, fan_out in pairwise(sizes):
        end = at + fan_in * fan_out
        found.append((vector[at:end].reshape(fan_out, fan_in), vector[end : end + fan_out]))
        at = end + fan_out
    return found
