"""What is imported when something is first asked of it: naming things is to take no NumPy."""

from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any


class Later(ModuleType):
    """A module of this name, imported on first use; from then on nothing is slower than in it."""

    def __getattr__(self, name: str) -> Any:
        found = import_module(self.__name__)
        vars(self).update(vars(found))
        self.__class__ = ModuleType  # type: ignore[assignment]  # without this method
        return getattr(found, name)


def later(package: str, **names: str) -> Callable[[str], Any]:
    """The `__getattr__` of a package whose modules are imported on first use.

    Args:
        names: by module, what the package has from it, with blanks between.
    """
    where = {name: module for module, its in names.items() for name in its.split()}

    def find(name: str) -> Any:
        if name not in where:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{where[name]}"), name)

    return find
