"""How what a user writes is looked through: what can't be compiled, or would be compiled wrongly,
is told by its line, before it is tried.

A rule's numbers are eight at a time, those of eight parameters or of one parameter of eight runs:
so no `if` can ask for them, and none can come from another parameter. Functions of the C library
would give other bits on other machines. And compiled code neither raises nor looks whether an
index is in range.
"""

import ast
import builtins
import inspect
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from textwrap import dedent
from types import FunctionType, ModuleType
from typing import Any

from optplay.errors import InputError, nearest, show
from optplay.training.compilation import Declared
from optplay.training.indices import ALONE, ONE_BY_ONE, Dims, Indices
from optplay.training.kinds import KINDS, ON_EIGHT, OURS, PLAIN_ONLY, Kind
from optplay.training.onward import Onward

WRITABLE = (
    ast.Assign, ast.AugAssign, ast.AnnAssign, ast.For, ast.If, ast.While, ast.Return, ast.Expr,
    ast.Pass, ast.Break, ast.Continue, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp,
    ast.Call, ast.Constant, ast.Name, ast.Attribute, ast.Subscript, ast.Tuple, ast.operator,
    ast.unaryop, ast.boolop, ast.cmpop, ast.expr_context,
)  # fmt: skip
INSTEAD = {
    "pow": "a product, or power(a, b) of optplay.arithmetic", "maximum": "max", "minimum": "min",
    "fabs": "abs", "absolute": "abs", "sign": "where(x > 0, 1.0, where(x < 0, -1.0, 0.0))",
    "len": "w.size", "sum": ONE_BY_ONE,
}  # fmt: skip
SIGNS: dict[type[ast.operator], str] = {ast.FloorDiv: "//", ast.Mod: "%", ast.MatMult: "@"}
Found = tuple[str, str] | None


def refuse(declared: Declared) -> None:
    """Looks through the text of a function, and of those that it calls, where there is one.

    Raises:
        InputError: something that can't be compiled, would be compiled wrongly, or would differ
            from machine to machine.
    """
    kind = KINDS[declared.kind]
    dims = dict(zip(_arguments(declared.function), kind.dims, strict=False))
    given = Given({name: each for name, each in dims.items() if each is not None})
    known = Known(kind, dict(zip(kind.counts, declared.counts, strict=True)))
    _Text(declared.function, given, known).refuse()
    for row, message in known.read_at_0.items():
        if known.of_each & {row, "state"} or (row == "state" and known.of_each):
            raise InputError(message)


@dataclass
class Known:
    """What is known of all that a function calls.

    Attributes:
        counts: how long rows are. seen: what was looked through. of_each: the rows of the state
            in which each parameter has a number of its own. read_at_0: the rows that are read as
            one number for all, and what is told if they are not.
    """

    kind: Kind
    counts: dict[str, int]
    seen: set[object] = field(default_factory=set)
    of_each: set[str] = field(default_factory=set)
    read_at_0: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Given:
    """What a function is given.

    Attributes:
        dims: see `Kind`. indices: the arguments that are the variable of a loop, and what it runs
            over. own: those that differ from parameter to parameter.
        looped: whether it is called in a loop over parameters.
    """

    dims: dict[str, Dims]
    indices: dict[str, Any] = field(default_factory=dict)
    own: frozenset[str] = frozenset()
    looped: bool = False

    def __hash__(self) -> int:
        return hash(repr(self))


class _Text:
    """The text of a function."""

    def __init__(self, function: FunctionType, given: Given, known: Known) -> None:
        self.file, self.known, self.kind = (
            Path(function.__code__.co_filename).name,
            known,
            known.kind,
        )
        self.dims, self.own = dict(given.dims), set(given.own)
        self.given, self.body = given, list[Any]()
        try:
            self.lines, self.start = inspect.getsourcelines(function)
            tree = ast.parse(dedent("".join(self.lines)))
        except (OSError, TypeError, ValueError, SyntaxError):
            tree = ast.Module([], [])
        written = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.Lambda)]
        if len(written) == 1 or (written and isinstance(written[0], ast.FunctionDef)):
            body: Any = written[0].body
            lambdas = isinstance(written[0], ast.Lambda)
            self.body = [ast.copy_location(ast.Return(body), body)] if lambdas else body
        self.nodes: list[Any] = [node for part in self.body for node in below(part)]
        self.local = {
            n.id
            for n in self.nodes
            if isinstance(getattr(n, "ctx", 0), ast.Store) and isinstance(n, ast.Name)
        } | set(_arguments(function))
        inner = inspect.getclosurevars(function).nonlocals
        self.outside = {**vars(builtins), **function.__globals__, **inner}
        while self._spread():
            pass
        self.indices = Indices(self, given.indices, looped=given.looped)
        self.own |= self.indices.over_parameters
        while self._spread_own():
            pass

    def _spread(self) -> bool:
        """Takes over to names what is assigned to them; whether that is news."""
        before = dict(self.dims)
        for target, value in self._assigned():
            if isinstance(target, ast.Name) and (dims := self.dims_of(value)) is not None:
                self.dims[target.id] = _either(dims, self.dims.get(target.id))
        return self.dims != before

    def _spread_own(self) -> bool:
        before = len(self.own)
        for target, value in self._assigned():
            if isinstance(target, ast.Name) and self.is_own(value):
                self.own.add(target.id)
        return len(self.own) > before

    def _assigned(self) -> Iterator[tuple[ast.expr, ast.expr]]:
        """What is assigned to what, part by part."""
        for node in self.nodes:
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    yield from _pairs(target, node.value)
            elif isinstance(node, ast.AugAssign | ast.AnnAssign) and node.value is not None:
                yield node.target, node.value

    def is_own(self, node: ast.AST) -> bool:
        """Whether a value differs from parameter to parameter."""
        return any(isinstance(n, ast.Name) and n.id in self.own for n in below(node))

    def dims_of(self, *nodes: ast.AST) -> Dims | None:
        """What the indices of some parts range over; None of plain numbers."""
        found: Dims | None = None
        for node in nodes:
            if (dims := self._dims(node)) is not None:
                found = _either(dims, found)
        return found

    def _dims(self, node: ast.AST) -> Dims | None:
        if isinstance(node, ast.Name):
            return self.dims.get(node.id)
        if isinstance(node, ast.Attribute):
            return None
        if isinstance(node, ast.Subscript):
            taken = indices_of(node)
            if (dims := self.dims_of(node.value)) is None:
                return None
            row = self.constant(taken[0])
            left = dims[len(taken) :]
            known = dims[:1] == ("slots",) and left and row is not None
            return (f"state[{row}]",) if known else left
        if isinstance(node, ast.Call):
            return None if self.dims_of(*node.args) is None else ()
        return self.dims_of(*ast.iter_child_nodes(node))

    def of_eight(self, *nodes: ast.AST) -> bool:
        return self.kind.eight and self.dims_of(*nodes) is not None

    def constant(self, node: ast.expr) -> int | None:
        """A whole number that stands there, or is named."""
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            value = self.constant(node.operand)
            return None if value is None else -value
        found: Any = node.value if isinstance(node, ast.Constant) else self.value(node)
        return found if type(found) is int else None

    def refuse(self) -> None:
        wrong = [(node, self._wrong(node)) for node in self.nodes]
        for node, found in [*wrong, *self.indices.wrong(), *self._ends_wrong()]:
            if found is not None:
                raise InputError(self.told(node, *found))
        self._keep_rows()
        for node in self.nodes:
            called = self.value(node.func) if isinstance(node, ast.Call) else None
            if isinstance(called, FunctionType) and not _trusted(called):
                given = self._given(called, node)
                if (key := (called, given)) not in self.known.seen:
                    self.known.seen.add(key)
                    inner = replace(self.kind, returns=False)
                    _Text(called, given, replace(self.known, kind=inner)).refuse()

    def _given(self, called: FunctionType, call: ast.Call) -> Given:
        pairs = list(zip(_arguments(called), call.args, strict=False))
        dims = {name: self.dims_of(node) for name, node in pairs}
        over = {name: self.indices.over(node) for name, node in pairs}
        return Given(
            {name: each for name, each in dims.items() if each is not None},
            {name: each for name, each in over.items() if each is not None},
            frozenset(name for name, node in pairs if self.is_own(node)),
            self.indices.in_parameters(call),
        )

    def _keep_rows(self) -> None:
        """Which rows of the state have a number of each parameter, and which are one for all."""
        for target, value in self._assigned():
            dims = self.dims_of(target.value) if isinstance(target, ast.Subscript) else None
            if isinstance(target, ast.Subscript) and dims and self.is_own(value):
                row = self.dims_of(target.value)
                if row == ("slots", "state"):
                    row = (f"state[{self.constant(indices_of(target)[0])}]",)
                self.known.of_each.add(row[0] if row and "None" not in row[0] else "state")
        for node, row_name in self.indices.read_at_0:
            told = self.told(node, ast.unparse(node), ALONE)
            self.known.read_at_0.setdefault(row_name, told)

    def told(self, node: Any, found: str, allowed: str) -> str:
        line = node.lineno - 1
        where = f"{self.file}, line {self.start + line}, {show(self.lines[line].strip())}"
        return f"{where}: found {found}, allowed: {allowed}"

    def value(self, node: ast.expr) -> Any:
        """What a name stands for outside the function; None if that is not known."""
        if isinstance(node, ast.Attribute):
            owner = self.value(node.value)
            return getattr(owner, node.attr, None) if isinstance(owner, ModuleType) else None
        named = isinstance(node, ast.Name) and node.id not in self.local
        return self.outside.get(node.id) if named else None  # type: ignore[attr-defined]

    def _ends_wrong(self) -> Iterator[tuple[Any, Found]]:
        for target, value in self._assigned():
            held = self.dims.get(target.id) if isinstance(target, ast.Name) else None
            dims = self.dims_of(value)
            if held and dims and _either(held, dims) != _either(dims, held):
                name = ast.unparse(target)
                yield target, (f"{name} for rows of {held[0]} and of {dims[0]}", "a name for each")
        if self.body and self.kind.returns and not _returns(self.body):
            yield self.body[-1], ("an end without return", "a number returned in every case")
        if not self.kind.returns and self.kind is KINDS["optimizer"]:
            for node in self.nodes:
                if isinstance(node, ast.Return) and node.value is not None:
                    yield node, ("a value returned", "return alone: a rule changes w and state")
        if self.kind.eight and not self.kind.arrays:
            looped = self.indices.loops_over_parameters
            yield from ((n, f) for n, f in Onward(looped).wrong(self.body))

    def _wrong(self, node: ast.AST) -> Found:
        """What is wrong with a part of the text, and what may stand there, if something is."""
        if isinstance(node, ast.keyword):
            return f"the argument {node.arg} by its name", "arguments in order, as f(a, b)"
        if not isinstance(node, WRITABLE):
            return type(node).__name__.lower(), self.kind.allowed
        if isinstance(node, ast.Name) and node.id not in {*self.local, *self.outside}:
            near = nearest(node.id, [*self.local, *ON_EIGHT])
            known = f"names that are, as {near}" if near else "names that are"
            return f"{node.id}, which is not defined", known
        if isinstance(node, ast.Call):
            return self._wrong_call(node)
        if isinstance(node, ast.For):
            ranged = isinstance(node.iter, ast.Call) and self.value(node.iter.func) is range
            return None if ranged else ("a loop over something else", "for i in range(w.size)")
        if isinstance(node, ast.BinOp):
            return self._wrong_sum(node.op, node.left, node.right)
        if isinstance(node, ast.AugAssign):
            return self._wrong_sum(node.op, node.target, node.value)
        return self._wrong_choice(node)

    def _wrong_call(self, node: ast.Call) -> Found:
        called, found = self.value(node.func), ast.unparse(node.func)
        eight = self.of_eight(*node.args)
        undefined = isinstance(node.func, ast.Name) and called is None
        if called in (min, max) and eight and len(node.args) != 2:
            return f"{found} of {len(node.args)}", f"{found}(a, {found}(b, c))"
        if called is round and len(node.args) > 1:
            return "round to some digits", "round(x)"
        if undefined or called in self.kind.callable or (not eight and called in PLAIN_ONLY):
            return None
        if isinstance(called, FunctionType) and called not in PLAIN_ONLY:
            return None
        name = found.rpartition(".")[2]
        if self.kind.arrays and name in ("min", "max"):
            return f"the function {found}", "where(a > b, a, b)"
        ours = name in (ON_EIGHT if eight else OURS)
        known = f"{name} of optplay.arithmetic" if ours else self.kind.functions
        return f"the function {found}", INSTEAD.get(name, known)

    def _wrong_choice(self, node: ast.AST) -> Found:
        """A condition that is asked for eight numbers at once."""
        test = node.test if isinstance(node, ast.If | ast.While | ast.IfExp) else node
        if not self.of_eight(test):
            return None
        if test is not node:
            word = "while" if isinstance(node, ast.While) else "if"
            return f"{word}, of eight numbers at a time", "where(condition, a, b)"
        if isinstance(node, ast.BoolOp):
            word, sign = ("and", "&") if isinstance(node.op, ast.And) else ("or", "|")
            return f"{word}, of eight numbers at a time", f"(a > b) {sign} (c > d)"
        if isinstance(node, ast.Compare) and len(node.ops) > 1:
            return "several comparisons in one", "(a < b) & (b < c)"
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return "not, of eight numbers at a time", "the opposite comparison"
        return None

    def _wrong_sum(self, operator: ast.operator, *parts: ast.expr) -> Found:
        if self.dims_of(*parts):
            return "a whole row of numbers", ONE_BY_ONE
        constant = not any(isinstance(n, ast.Name) for part in parts for n in below(part))
        if isinstance(operator, ast.Pow) and not constant:
            return "**", INSTEAD["pow"]
        sign = SIGNS.get(type(operator))
        return None if sign is None or not self.of_eight(*parts) else (sign, "+ - * /")


def _either(dims: Dims, other: Dims | None) -> Dims:
    """The longer one; where both are rows of the state, any of it."""
    if other is None or dims == other:
        return dims
    if len(dims) == len(other) == 1 and dims[0].startswith("state"):
        return ("state",)
    return max(other, dims, key=len)


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    if not isinstance(target, ast.Tuple):
        yield target, value
        return
    each = value.elts if isinstance(value, ast.Tuple) else [value] * len(target.elts)
    for pair in zip(target.elts, each, strict=False):
        yield from _pairs(*pair)


def _returns(body: list[Any]) -> bool:
    """Whether a value is returned whichever way is taken."""
    last = body[-1] if body else None
    if isinstance(last, ast.If):
        return _returns(last.body) and _returns(last.orelse)
    return isinstance(last, ast.Return) and last.value is not None


def _trusted(function: FunctionType) -> bool:
    return function.__module__.startswith("optplay.arithmetic")


def _arguments(function: FunctionType) -> list[str]:
    return [*inspect.signature(function).parameters]


def indices_of(node: ast.Subscript) -> list[ast.expr]:
    return node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]


def below(node: ast.AST) -> Iterator[ast.AST]:
    """A part of a text and its parts, as they stand, but for annotations."""
    yield node
    for name, value in ast.iter_fields(node):
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, ast.AST) and name != "annotation":
                yield from below(part)
