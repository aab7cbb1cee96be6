"""Which curvature an update rule can stand: limits that several rules share.

Each is the c at which an eigenvalue of the step on a quadratic passes -1, with lr times the
curvature equal to c (Cohen et al. 2021, Gradient descent on neural networks typically occurs at
the edge of stability; 2022, Adaptive gradient methods at the edge of stability).
"""

from collections.abc import Mapping


def descent(hyper: Mapping[str, float]) -> float:
    """2: a step that long leads as far beyond the minimum as it began before it."""
    return 2.0


def heavy_ball(hyper: Mapping[str, float]) -> float:
    """2 + 2β, for a sum of gradients; more by as much as they are dampened."""
    return (2 + 2 * hyper["beta"]) / (1 - hyper["dampening"])


def nesterov(hyper: Mapping[str, float]) -> float:
    """(2+2β)/(1+2β), for a sum of gradients that looks ahead."""
    return (2 + 2 * hyper["beta"]) / (1 + 2 * hyper["beta"])


def mean_gradient(hyper: Mapping[str, float]) -> float:
    """(2+2β₁)/(1-β₁), for a mean of gradients: the heavy ball's, at 1-β₁ of its rate."""
    return (2 + 2 * hyper["beta1"]) / (1 - hyper["beta1"])


def mean_gradient_ahead(hyper: Mapping[str, float]) -> float:
    """(2+2β₁)/((1-β₁)(1+2β₁)), for a mean of gradients that looks ahead: Nesterov's, likewise."""
    return mean_gradient(hyper) / (1 + 2 * hyper["beta1"])
