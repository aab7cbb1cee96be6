"""Finds what is declared: a file or a folder each, and no list to keep."""

from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from types import ModuleType
from typing import NamedTuple, Protocol, TypeVar

from optplay.errors import InputError, unknown


class Declared(Protocol):
    """What every declaration has, whatever it declares."""

    @property
    def name(self) -> str: ...
    @property
    def order(self) -> int: ...


D = TypeVar("D", bound=Declared)


class Registry(Mapping[str, D]):
    """The object called `attribute` of each module of a package, by its name, in their order.

    The modules are imported when something is first asked for.

    Args:
        what: a person calls it, the attribute if left out.
        elsewhere: the module whose `find(name)` gives what has a colon in its name: it is in no
            list, and made when it is asked for.
    """

    def __init__(self, package: str, attribute: str, what: str = "", elsewhere: str = "") -> None:
        self._package, self._attribute = package, attribute
        self._what, self._elsewhere = what or attribute, elsewhere

    @cached_property
    def _known(self) -> dict[str, D]:
        modules = iter_modules(import_module(self._package).__path__, self._package + ".")
        found: list[D] = [getattr(import_module(m.name), self._attribute) for m in modules]
        return {d.name: d for d in sorted(found, key=lambda d: (d.order, d.name))}

    def __getitem__(self, name: str) -> D:
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def find(self, name: object) -> D:
        """The declaration called `name`.

        Raises:
            InputError: there is none of that name.
        """
        if self._elsewhere and isinstance(name, str) and ":" in name:
            found: D = import_module(self._elsewhere).find(name)
            return found
        if isinstance(name, str) and (of_file := self._of_file(name)):
            return of_file
        if not isinstance(name, str) or name not in self._known:
            raise InputError(unknown(self._what, name, self._known))
        return self._known[name]

    def _of_file(self, name: str) -> D | None:
        """What the file of this name declares, as long as no other one was asked for: to import all
        of them takes a while.
        """
        module = f"{self._package}.{name}"
        if "_known" in vars(self) or not name.isidentifier() or find_spec(module) is None:
            return None
        found: D | None = getattr(import_module(module), self._attribute, None)
        return found if found is not None and found.name == name else None


class Instrument(NamedTuple):
    """A way to look into runs: a folder of `optplay/instruments` with the parts that it needs.

    Attributes:
        name: of its folder, and of its command, where words are joined by hyphens.
        title: what a person reads. text: half a sentence on what it shows.
        order: its place among the others, and the number key of its view.
        guide: what is to be seen in it and how it is read: a word, and a plain sentence on it.
    """

    name: str
    title: str
    text: str
    order: int
    guide: tuple[tuple[str, str], ...] = ()

    @property
    def heading(self) -> str:
        return f"{self.title}: {self.text}"


INSTRUMENTS: Registry[Instrument] = Registry("optplay.instruments", "instrument")


def has_part(instrument: str, part: str) -> bool:
    """Whether an instrument has a file of this name: `measure`, `picture`, `command`, `view` …"""
    return find_spec(f"optplay.instruments.{instrument}.{part}") is not None


@cache
def parts(part: str) -> dict[str, ModuleType]:
    """That file of each instrument that has one, by the name of the instrument, in their order."""
    return {
        name: import_module(f"optplay.instruments.{name}.{part}")
        for name in INSTRUMENTS
        if has_part(name, part)
    }
