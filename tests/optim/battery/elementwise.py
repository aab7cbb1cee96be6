"""Rules that treat each parameter for itself, as their papers have them, in plain NumPy.

Each takes what it keeps (`s`, zero where nothing is kept yet; `s.t` is the step, from 1), weights,
gradient, hyperparameters `h` and the learning rate, and gives the new weights.
"""

import numpy as np


def mean(old, new, beta):
    return beta * old + (1 - beta) * new


def square_mean(old, new, beta):
    return beta * old + (1 - beta) * new * new


def correction(s, h, beta, steps=None):
    return 1 - beta ** (steps or s.t) if getattr(h, "bias_correction", True) else 1.0


def root(v, correction):
    """√v̂, also where v̂ itself would overflow."""
    return np.sqrt(v) / np.sqrt(correction)


def sgd(s, w, g, h, lr):
    return w - lr * g


def momentum(s, w, g, h, lr):
    s.v = h.beta * s.v + (g if s.t == 1 else (1 - getattr(h, "dampening", 0)) * g)
    return w - lr * s.v


def nesterov(s, w, g, h, lr):
    s.v = h.beta * s.v + g
    return w - lr * (g + h.beta * s.v)


def adagrad(s, w, g, h, lr):
    s.v = (getattr(h, "initial", 0) if s.t == 1 else s.v) + g * g
    rate = lr / (1 + (s.t - 1) * getattr(h, "lr_decay", 0))
    return w - rate * g / (np.sqrt(s.v) + h.epsilon)


def adadelta(s, w, g, h, lr):
    s.v = square_mean(s.v, g, h.rho)
    delta = np.sqrt(s.u + h.epsilon) / np.sqrt(s.v + h.epsilon) * g
    s.u = square_mean(s.u, delta, h.rho)
    return w - lr * delta


def rmsprop(s, w, g, h, lr):
    s.v = square_mean(s.v, g, h.beta)
    v = s.v
    if getattr(h, "centered", False):
        s.a = mean(s.a, g, h.beta)
        v = s.v - s.a * s.a
    step = g / (np.sqrt(v) + h.epsilon)
    if getattr(h, "momentum", 0):
        s.m = step = h.momentum * s.m + step
    return w - lr * step


def adam(s, w, g, h, lr, steps=None):
    """Of so many steps, where they are not `s.t`."""
    s.m, s.v = mean(s.m, g, h.beta1), square_mean(s.v, g, h.beta2)
    m_hat = s.m / correction(s, h, h.beta1, steps)
    if getattr(h, "nesterov", False):
        # optax's: the mean as it would be after one more step of this gradient.
        after = 1 - h.beta1 ** (s.t + 1) if getattr(h, "bias_correction", True) else 1.0
        m_hat = h.beta1 * s.m / after + (1 - h.beta1) * g / correction(s, h, h.beta1)
    return w - lr * m_hat / (root(s.v, correction(s, h, h.beta2, steps)) + h.epsilon)


def amsgrad(s, w, g, h, lr):
    s.m, s.v = mean(s.m, g, h.beta1), square_mean(s.v, g, h.beta2)
    s.v_max = np.maximum(s.v_max, s.v)
    m_hat = s.m / correction(s, h, h.beta1)
    return w - lr * m_hat / (root(s.v_max, correction(s, h, h.beta2)) + h.epsilon)


def adamax(s, w, g, h, lr):
    s.m = mean(s.m, g, h.beta1)
    s.u = np.maximum(h.beta2 * s.u, np.abs(g) + h.epsilon)
    return w - lr * (s.m / correction(s, h, h.beta1)) / s.u


def nadam(s, w, g, h, lr):
    s.m, s.v = mean(s.m, g, h.beta1), square_mean(s.v, g, h.beta2)
    mu = h.beta1 * (1 - 0.5 * 0.96 ** (s.t * h.momentum_decay))
    after = h.beta1 * (1 - 0.5 * 0.96 ** ((s.t + 1) * h.momentum_decay))
    s.product = mu if s.t == 1 else s.product * mu
    on_m, on_g = after, 1 - mu
    if getattr(h, "bias_correction", True):
        on_m, on_g = on_m / (1 - s.product * after), on_g / (1 - s.product)
    return w - lr * (on_m * s.m + on_g * g) / (root(s.v, correction(s, h, h.beta2)) + h.epsilon)


def radam(s, w, g, h, lr):
    s.m, s.v = mean(s.m, g, h.beta1), square_mean(s.v, g, h.beta2)
    m_hat = s.m / correction(s, h, h.beta1)
    most = 2 / (1 - h.beta2) - 1
    rho = most - 2 * s.t * h.beta2**s.t / (1 - h.beta2**s.t)
    if rho <= 5:
        return w - lr * m_hat
    r = np.sqrt((rho - 4) * (rho - 2) * most / ((most - 4) * (most - 2) * rho))
    scale = np.sqrt(correction(s, h, h.beta2))
    return w - lr * r * m_hat * scale / (np.sqrt(s.v) + h.epsilon)


def lion(s, w, g, h, lr):
    step = np.sign(mean(s.m, g, h.beta1))
    s.m = mean(s.m, g, h.beta2)
    return w - lr * step


def signum(s, w, g, h, lr):
    s.m = mean(s.m, g, h.beta)
    return w - lr * np.sign(s.m)


def rprop(s, w, g, h, lr):
    turned = np.sign(g) * np.sign(s.g)
    factor = np.where(turned > 0, h.grow, np.where(turned < 0, h.shrink, 1))
    s.size = np.clip((lr if s.t == 1 else s.size) * factor, h.low, h.high)
    s.g = np.where(turned < 0, 0, g)
    return w - s.size * np.sign(s.g)


def ademamix(s, w, g, h, lr):
    s.m1, s.m2 = mean(s.m1, g, h.beta1), mean(s.m2, g, h.beta3)
    s.v = square_mean(s.v, g, h.beta2)
    m_hat = s.m1 / (1 - h.beta1**s.t)
    return w - lr * (m_hat + h.alpha * s.m2) / (root(s.v, 1 - h.beta2**s.t) + h.epsilon)


def adopt(s, w, g, h, lr):
    if s.t == 1:
        s.v = g * g
        return w
    most = s.t**0.25
    u = np.clip(g / np.maximum(np.sqrt(s.v), h.epsilon), -most, most)
    s.m, s.v = mean(s.m, u, h.beta1), square_mean(s.v, g, h.beta2)
    return w - lr * s.m


def adan(s, w, g, h, lr):
    change = 0 * g if s.t == 1 else g - s.g
    s.g = g
    s.m, s.d = mean(s.m, g, h.beta1), mean(s.d, change, h.beta2)
    s.n = square_mean(s.n, g + h.beta2 * change, h.beta3)
    m_hat, d_hat = s.m / (1 - h.beta1**s.t), s.d / (1 - h.beta2**s.t)
    n_hat = s.n / (1 - h.beta3**s.t)
    return w - lr * (m_hat + h.beta2 * d_hat) / (np.sqrt(n_hat) + h.epsilon)


def adabelief(s, w, g, h, lr):
    s.m = mean(s.m, g, h.beta1)
    s.v = square_mean(s.v, g - s.m, h.beta2) + h.epsilon
    m_hat = s.m / (1 - h.beta1**s.t)
    return w - lr * m_hat / (root(s.v, 1 - h.beta2**s.t) + h.epsilon)


def yogi(s, w, g, h, lr):
    m, v = (h.initial, h.initial) if s.t == 1 else (s.m, s.v)
    s.m, s.v = mean(m, g, h.beta1), v - (1 - h.beta2) * np.sign(v - g * g) * g * g
    m_hat = s.m / (1 - h.beta1**s.t)
    return w - lr * m_hat / (root(s.v, 1 - h.beta2**s.t) + h.epsilon)


def sophia(s, w, g, h, lr):
    """Its `s.hessian` is the Hessian at `w`."""
    s.m = mean(s.m, g, h.beta1)
    if (s.t - 1) % int(h.every) == 0:
        s.h = mean(s.h, np.diagonal(s.hessian), h.beta2)
    return w - lr * np.clip(s.m / np.maximum(h.rho * s.h, h.epsilon), -1, 1)


def schedule_free(s, w, g, u, beta, lr):
    """The weights w are y, at which the gradient is taken; `evaluated_schedule_free` gives x."""
    z = w if s.t == 1 else s.z
    s.total = s.total + lr * lr
    c = lr * lr / s.total
    s.z = z - lr * u
    return w + c * (z - w) + lr * (beta * (1 - c) - 1) * u


def schedule_free_sgd(s, w, g, h, lr):
    return schedule_free(s, w, g, g, h.beta, lr)


def schedule_free_adamw(s, w, g, h, lr):
    s.v = square_mean(s.v, g, h.beta2)
    u = g / (root(s.v, 1 - h.beta2**s.t) + h.epsilon)
    return schedule_free(s, w, g, u, h.beta1, lr)


def evaluated_schedule_free(s, w, h):
    beta = h.beta1 if hasattr(h, "beta1") else h.beta
    return w + (1 - 1 / beta) * (s.z - w) if s.t else w


RULES = {
    **{rule.__name__: rule for rule in (
        sgd, momentum, nesterov, adagrad, adadelta, rmsprop, adam, amsgrad, adamax, nadam, radam,
        lion, signum, rprop, ademamix, adopt, adan, adabelief, yogi, sophia, schedule_free_sgd,
        schedule_free_adamw,
    )},
    "adamw": adam,
}  # fmt: skip
EVALUATED = dict.fromkeys(("schedule_free_sgd", "schedule_free_adamw"), evaluated_schedule_free)
