"""Records that check themselves: a type and a range per field, and errors that people can read."""

import math
from collections.abc import Mapping, Sequence
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, NamedTuple, Self, Union, get_args, get_origin

import msgspec

from optplay.errors import InputError, inside, show, unknown
from optplay.gate import line, prose

# A text of several lines; any other one is a single line.
Prose = Annotated[str, msgspec.Meta(extra={"lines": True})]
LARGEST_WHOLE = 2**63 - 1
WORDS = {int: "a whole number", float: "a number", bool: "true or false", str: "a text"}


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A frozen record whose fields are checked against their types and `msgspec.Meta` ranges.

    Its texts are as `optplay.gate` lets them in: whatever they say, they can be shown.

    Raises:
        InputError: on construction, for the first field that is out of its type or range.
    """

    def __post_init__(self) -> None:
        for field in checks(type(self)):
            given = found = getattr(self, field.name)
            if isinstance(given, str):
                found = (prose if field.lines else line)(given)
            if field.records and isinstance(found, Mapping):
                try:
                    found = described(field.records, found).of(found)
                except InputError as error:
                    raise inside(field.name, error) from None
            try:
                value = msgspec.convert(found, field.plain)
            except msgspec.ValidationError:
                raise InputError(refusal(field.name, given, field.type)) from None
            if field.plain != field.type and not _holds(value, field.type):
                raise InputError(refusal(field.name, given, field.type))
            if isinstance(value, float) and not math.isfinite(value):
                raise InputError(refusal(field.name, given, field.type))
            # Minus zero is zero: what is equal must be spelt alike.
            value = value + 0.0 if isinstance(value, float) else value
            msgspec.structs.force_setattr(self, field.name, value)

    @classmethod
    def of(cls, table: object) -> Self:
        """The record that a table of a TOML file describes.

        Raises:
            InputError: not a table, an unknown or a missing key, or a wrong value.
        """
        if not isinstance(table, Mapping):
            raise InputError(f"found {show(table)}, allowed: a table")
        for key in table:
            if key not in cls.__struct_fields__:
                raise InputError(unknown("key", key, cls.__struct_fields__))
        for field in checks(cls):
            if field.required and field.name not in table:
                raise InputError(f"{field.name} is missing: {describe(field.type)}")
        return cls(**table)


class Check(NamedTuple):
    """What a field of a record is checked against.

    Attributes:
        type: as it is declared; plain: the same, with anything in the place of records.
        records: of which it holds one, if it holds any. lines: whether a text of it is Prose.
    """

    name: str
    required: bool
    type: Any
    plain: Any
    records: tuple[type[Record], ...]
    lines: bool


@cache
def checks(record: type[Record]) -> tuple[Check, ...]:
    """How the fields of a record are checked."""
    return tuple(
        Check(
            f.name, f.required, f.type, _without_records(f.type), record_types(f.type),
            _has_lines(f.type),
        )
        for f in msgspec.structs.fields(record)
    )  # fmt: skip


def _has_lines(kind: Any) -> bool:
    """Whether a text of this type is Prose."""
    meta = get_args(kind)[1:] if get_origin(kind) is Annotated else ()
    return any((each.extra or {}).get("lines") for each in meta)


def record_types(kind: Any) -> tuple[type[Record], ...]:
    """The records of which a field of type `kind`, perhaps optional, holds one."""
    parts = get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)
    return tuple(part for part in parts if isinstance(part, type) and issubclass(part, Record))


def described(records: Sequence[type[Record]], table: Mapping[Any, Any]) -> type[Record]:
    """Which of some records a table describes: it has all keys that this one can't do without."""

    def required(record: type[Record]) -> set[str]:
        return {field.name for field in checks(record) if field.required}

    fitting = [record for record in records if required(record) <= table.keys()]
    return max(fitting or records, key=lambda record: len(required(record)))


def _without_records(kind: Any) -> Any:
    """The type with anything in the place of records: msgspec refuses a choice of two of them."""
    if record_types(kind):
        return Any
    if get_origin(kind) is Annotated:
        base, *metas = get_args(kind)
        return Annotated[_without_records(base), *metas]
    if get_origin(kind) is tuple:
        item: Any = _without_records(get_args(kind)[0])
        return tuple[item, ...]
    return kind


def _holds(value: object, kind: Any) -> bool:
    """Whether there are records where `kind` wants them; each has checked itself."""
    if get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if get_origin(kind) is tuple and isinstance(value, tuple):
        return all(_holds(item, get_args(kind)[0]) for item in value)
    if records := record_types(kind):
        return isinstance(value, records) or (value is None and type(None) in get_args(kind))
    return True


def refusal(name: str, found: object, kind: Any) -> str:
    """One line on a value that is not of its kind."""
    name, choices, records = name.rstrip("_"), options(kind), record_types(kind)
    if choices and isinstance(found, str):
        return unknown(name, found, choices)
    if isinstance(found, tuple) and any(isinstance(item, Record) for item in found):
        return f"{name}: found {len(found):,} of them, allowed: {describe(kind)}"
    # As other libraries have it, `clip = 1.0`.
    hint, number = "", isinstance(found, int | float) and not isinstance(found, bool)
    if number and len(records) == 1:
        first = checks(records[0])[0]
        if describe(first.type).startswith(WORDS[float]):
            hint = f", as {name} = {{ {first.name} = {show(found)} }}"
    return f"{name}: found {show(found)}, allowed: {describe(kind)}{hint}"


def options(kind: Any) -> tuple[str, ...]:
    """The names that a field of type `kind` may hold, if it is a choice."""
    if get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    return get_args(kind) if get_origin(kind) is Literal else ()


def describe(kind: Any) -> str:
    """A type with its range, in words."""
    if choices := options(kind):
        return ", ".join(choices)
    if get_origin(kind) is Annotated:
        base, *metas = get_args(kind)
        return describe(base) + "".join(bounds(meta, base is str) for meta in metas)
    if get_origin(kind) in (Union, UnionType):
        parts = [describe(k) for k in get_args(kind) if k is not type(None)]
        return " or ".join(parts)
    if get_origin(kind) is tuple:
        return f"a list, each {describe(get_args(kind)[0])}"
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        names = kind.__struct_fields__
        return f"a table with the key{'s' * (len(names) > 1)} {', '.join(names)}"
    return WORDS.get(kind, "a table")


def bounds(meta: msgspec.Meta, text: bool = False) -> str:
    """The range that a Meta allows, as an interval; of a text, how long it may be."""
    if meta.min_length is not None or meta.max_length is not None:
        many = f"{meta.min_length or 0:,} to {meta.max_length:,}"
        return f" of {many} characters" if text else f", {many} of them"
    low, high = meta.ge if meta.gt is None else meta.gt, meta.le if meta.lt is None else meta.lt
    if low is None or high is None:
        return ""
    if high == LARGEST_WHOLE:
        return f", {low:,} or more and below 2^63"
    left, right = "[" if meta.gt is None else "(", "]" if meta.lt is None else ")"
    ends = ", ".join(f"{int(x) if x == int(x) else x:,}" for x in (low, high))
    return f" in {left}{ends}{right}"
