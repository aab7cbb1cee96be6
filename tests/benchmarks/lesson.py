"""The lesson's method in plain Python: lists, loops, one update of Adam per sample."""

from math import exp, log1p, sqrt

HIDDEN = 8
BIAS1, WEIGHT2, BIAS2 = 2 * HIDDEN, 3 * HIDDEN, 4 * HIDDEN


def train(
    samples: list[tuple[float, float, float]],
    start: list[float],
    epochs: int,
    lr: float = 0.001,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
) -> list[float]:
    """The loss of every epoch; `start` holds the parameters in optplay's order."""
    hidden = range(HIDDEN)
    w = list(start)
    g, m, v = [0.0] * len(w), [0.0] * len(w), [0.0] * len(w)
    losses, t = [], 0
    for _ in range(epochs):
        total = 0.0
        for x0, x1, y in samples:
            h = [max(0.0, w[2 * i] * x0 + w[2 * i + 1] * x1 + w[BIAS1 + i]) for i in hidden]
            z = sum(w[WEIGHT2 + i] * h[i] for i in hidden) + w[BIAS2]
            e = exp(-abs(z))
            total += max(z, 0.0) - z * y + log1p(e)

            g[BIAS2] = dz = (1 / (1 + e) if z > 0 else e / (1 + e)) - y
            for i in hidden:
                g[WEIGHT2 + i] = dz * h[i]
                g[BIAS1 + i] = back = dz * w[WEIGHT2 + i] if h[i] > 0 else 0.0
                g[2 * i], g[2 * i + 1] = back * x0, back * x1

            t += 1
            for i in range(len(w)):
                m[i] = beta1 * m[i] + (1 - beta1) * g[i]
                v[i] = beta2 * v[i] + (1 - beta2) * g[i] ** 2
                m_hat = m[i] / (1 - beta1**t)
                v_hat = v[i] / (1 - beta2**t)
                w[i] -= lr * m_hat / (sqrt(v_hat) + epsilon)
        losses.append(total / len(samples))
    return losses
