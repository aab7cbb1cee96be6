"""Finds declarations: one module, one declaration, and no list to keep."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Protocol

from optplay.errors import InputError, unknown


class Declared(Protocol):
    """What every declaration has, whatever it declares."""

    @property
    def name(self) -> str: ...
    @property
    def order(self) -> int: ...


@cache
def declarations(package: str, attribute: str) -> dict[str, Any]:
    """The object called `attribute` of each module of `package`, by its name, in their order."""
    modules = iter_modules(import_module(package).__path__, package + ".")
    found: list[Declared] = [getattr(import_module(m.name), attribute) for m in modules]
    return {d.name: d for d in sorted(found, key=lambda d: (d.order, d.name))}


def find(package: str, attribute: str, name: object, what: str = "") -> Any:
    """The declaration called `name`; an error calls it `what`, or else by its attribute.

    Raises:
        InputError: there is none of that name.
    """
    known = declarations(package, attribute)
    if not isinstance(name, str) or name not in known:
        raise InputError(unknown(what or attribute, name, known))
    return known[name]
