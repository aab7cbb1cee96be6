"""Rules that see each tensor as a matrix or a vector, as their papers have them, in plain NumPy.

Each takes what `elementwise` says, with `w` and `g` in the shape of the tensor.
"""

import numpy as np

from .elementwise import adam, correction, mean, root, square_mean


def length(a):
    """‖a‖, whatever the size of its squares."""
    size = np.abs(a).max()
    return size * np.linalg.norm(a / size) if 0 < size < np.inf else size


def trust_ratio(w, u, trust=1.0):
    """trust·‖w‖/‖u‖, or 1 where one of them is 0."""
    w, u = length(w), length(u)
    return trust * (w / u) if w != 0 and u != 0 else 1.0


def root_mean_square(a):
    return length(a) / np.sqrt(a.size)


def lamb(s, w, g, h, lr):
    s.m, s.v = mean(s.m, g, h.beta1), square_mean(s.v, g, h.beta2)
    m_hat = s.m / correction(s, h, h.beta1)
    u = m_hat / (root(s.v, correction(s, h, h.beta2)) + h.epsilon) + h.trust_decay * w
    return w - lr * trust_ratio(w, u) * u


def lars(s, w, g, h, lr):
    u = g + h.trust_decay * w
    s.v = h.beta * s.v + trust_ratio(w, u, h.trust) * u
    return w - lr * s.v


def adafactor(s, w, g, h, lr):
    """Shazeer & Stern 2018, Algorithm 4, with PyTorch's bounds: V from the square of the machine
    epsilon on, mean(R) from the epsilon on."""
    tiny = np.finfo(float).eps
    alpha = max(1e-3, root_mean_square(w)) * min(lr, 1 / np.sqrt(s.t))
    b = s.t**-0.8
    if g.ndim == 1:
        s.v = v = mean(s.v, g * g, 1 - b)
    else:
        s.rows = mean(s.rows, (g * g).mean(axis=1, keepdims=True), 1 - b)
        s.columns = mean(s.columns, (g * g).mean(axis=0, keepdims=True), 1 - b)
        v = s.rows / max(s.rows.mean(), tiny) * s.columns
    u = np.where(v < np.inf, g / np.sqrt(np.maximum(v, tiny**2)), 0)
    return w - alpha * u / max(1, root_mean_square(u))


def orthogonal(u):
    """Five Newton–Schulz steps of Jordan et al. 2024 towards the nearest orthogonal matrix."""
    size = length(u)
    x = u / size if size else u
    x = x.T if u.shape[0] > u.shape[1] else x
    for _ in range(5):
        a = x @ x.T
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
    return x.T if u.shape[0] > u.shape[1] else x


def muon(s, w, g, h, lr):
    if g.ndim == 1:
        return adam(s, w, g, h, h.adam_lr * lr / h.lr)
    s.m = mean(s.m, g, h.beta)
    u = (1 - h.beta) * g + h.beta * s.m
    return w - lr * np.sqrt(max(1, g.shape[0] / g.shape[1])) * orthogonal(u)


def power(a, exponent, least):
    """A symmetric matrix to a power, whose eigenvalues are known to be no smaller than `least`; 0
    where it has overflowed."""
    if not np.isfinite(a).all():
        return np.zeros_like(a)
    values, vectors = np.linalg.eigh(a)
    return vectors * np.maximum(values, least) ** exponent @ vectors.T


def shampoo(s, w, g, h, lr):
    """Gupta, Koren & Singer 2018, Algorithms 1 and 2 (a vector has one side)."""
    columns = g.reshape(len(g), -1)
    if s.t == 1:
        s.left, s.right = (h.epsilon * np.eye(n) for n in columns.shape)
    s.left = s.left + columns @ columns.T
    if g.ndim == 1:
        return w - lr * power(s.left, -1 / 2, h.epsilon) @ g
    s.right = s.right + columns.T @ columns
    return w - lr * power(s.left, -1 / 4, h.epsilon) @ g @ power(s.right, -1 / 4, h.epsilon)


def eigenvectors(a):
    """By falling eigenvalues; the axes where it has overflowed."""
    return np.linalg.eigh(a)[1][:, ::-1] if np.isfinite(a).all() else np.eye(len(a))


def refreshed(a, basis, v, axis):
    """One step of the power method with a QR, from the basis before; by falling eigenvalues, as the
    authors' listing has it, and v along with it."""
    if not np.isfinite(a).all():
        return basis, v
    there = a @ basis
    order = np.argsort(-(basis * there).sum(axis=0), kind="stable")
    return np.linalg.qr(there[:, order])[0], np.take(v, order, axis=axis)


def soap(s, w, g, h, lr):
    """Vyas et al. 2024, Algorithm 3; as in the authors' listing the first step makes the bases
    alone, Adam counts from the second one on, and a step comes before what it adds to L and R."""
    if g.ndim == 1:
        return adam(s, w, g, h, lr, steps=s.t - 1) if s.t > 1 else w
    if s.t > 1:
        s.m = mean(s.m, g, h.beta1)
        s.v = square_mean(s.v, s.on_left.T @ g @ s.on_right, h.beta2)
        m_hat = s.on_left.T @ s.m @ s.on_right / (1 - h.beta1 ** (s.t - 1))
        n = m_hat / (root(s.v, 1 - h.beta2 ** (s.t - 1)) + h.epsilon)
        w = w - lr * s.on_left @ n @ s.on_right.T
    s.left, s.right = mean(s.left, g @ g.T, h.beta), mean(s.right, g.T @ g, h.beta)
    if s.t == 1:
        s.on_left, s.on_right = (eigenvectors(a) for a in (s.left, s.right))
    elif (s.t - 1) % int(h.every) == 0:
        s.on_left, s.v = refreshed(s.left, s.on_left, s.v, 0)
        s.on_right, s.v = refreshed(s.right, s.on_right, s.v, 1)
    return w


# The sum of g·gᵀ over gradients of a vector is the largest of them and rounding errors, where they
# differ much in size: no root of that is known. (Those of matrices span all directions each.)
SIZES_OF_TENSORS = {"shampoo": {(2,): ((-0.5, 0.5),)}}
RULES = {rule.__name__: rule for rule in (lamb, lars, adafactor, muon, shampoo, soap)}
