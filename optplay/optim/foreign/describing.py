"""What a class of PyTorch's kind says of itself. Only a child imports this."""

from importlib import import_module
from inspect import Parameter, isclass, signature
from math import isfinite
from typing import Any

# How a step is computed, not what it comes to.
OF_THE_MACHINE = ("foreach", "fused", "capturable", "differentiable")
MOST_TEXT = 300


class RefusedError(Exception):
    """A class that can't be taken. `told` says why: see `declared.refused`."""

    def __init__(self, **told: Any) -> None:
        super().__init__(told)
        self.told = told


def found(module: str, name: str) -> Any:
    """The class of this name in a module.

    Raises:
        RefusedError: there is none, or it is none of torch.optim.Optimizer's kind.
    """
    _imported("torch")
    base: Any = _imported("torch.optim").Optimizer
    value: Any = _imported(module)
    for part in name.split("."):
        try:
            value = getattr(value, part)
        except AttributeError:
            names = [k for k, v in vars(value).items() if isclass(v) and issubclass(v, base)]
            raise RefusedError(asked=name, names=sorted(names)) from None
    if not (isclass(value) and issubclass(value, base)):
        raise RefusedError(error="it is not of torch.optim.Optimizer's kind")
    kind: Any = value
    closure = signature(kind.step).parameters.get("closure")
    if closure and closure.default is Parameter.empty:
        raise RefusedError(
            error="its step evaluates the loss again (a closure), allowed: classes that step along "
            "the gradient that they are given"
        )
    return value


def _imported(name: str) -> Any:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name and (name == error.name or name.startswith(error.name + ".")):
            raise RefusedError(missing=error.name) from None
        raise


def description(kind: Any) -> dict[str, Any]:
    """Its text, its package, and its arguments: numbers, switches or lists of numbers, by name.

    Raises:
        RefusedError: it can't be made without an argument that is none of them.
    """
    arguments = {}
    for parameter in [*signature(kind).parameters.values()][1:]:
        name, default = parameter.name, parameter.default
        if parameter.kind in (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD):
            continue
        if name == "lr":
            # None, or none at all, leaves it to whoever makes one.
            arguments[name] = _plain(default)
        elif default is Parameter.empty:
            raise RefusedError(error=f"it can't be made without {name}, which is not a knob")
        elif name not in OF_THE_MACHINE and _plain(default) is not None:
            arguments[name] = _plain(default)
    if "lr" not in arguments:
        raise RefusedError(error="it has no lr")
    text = (kind.__doc__ or "").strip().partition("\n")[0].strip()
    package = kind.__module__.partition(".")[0]
    version = getattr(import_module(package), "__version__", "")
    return {
        "title": kind.__name__, "text": text[:MOST_TEXT], "arguments": arguments,
        "package": f"{package} {version}".strip(),
    }  # fmt: skip


def _plain(value: Any) -> Any:
    """A default as JSON: a finite number, a switch, or a list with None for all else; or None."""
    if isinstance(value, tuple | list):
        plain = [_plain(each) for each in value]
        flat = not any(isinstance(each, list) for each in plain)
        return plain if flat and any(each is not None for each in plain) else None
    return value if isinstance(value, int | float) and isfinite(value) else None
