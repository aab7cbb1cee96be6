"""How an update rule is written: what can't be compiled is told by its line, before it is tried.

A rule's numbers are eight at a time, so no `if` can ask for them; and functions of the C library
would give other bits on other machines.
"""

import ast
import builtins
import inspect
import math
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from types import FunctionType, ModuleType
from typing import Any

from optplay import arithmetic
from optplay.errors import InputError, nearest, show

# How many indices each argument of a rule takes to be a number of each of eight; t is a plain one.
ARGUMENTS = {"w": 1, "g": 1, "state": 2, "hyper": 1, "corrections": 1, "lr": 0}
WRITABLE = (
    ast.Assign, ast.AugAssign, ast.AnnAssign, ast.For, ast.If, ast.While, ast.Return, ast.Expr,
    ast.Pass, ast.Break, ast.Continue, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp,
    ast.Call, ast.Constant, ast.Name, ast.Attribute, ast.Subscript, ast.Tuple, ast.operator,
    ast.unaryop, ast.boolop, ast.cmpop, ast.expr_context,
)  # fmt: skip
CALLABLE = (abs, min, max, range, math.sqrt)
# They have branches.
PLAIN_ONLY = (int, float, round, arithmetic.cos, arithmetic.sin)
OURS = [n for n in arithmetic.__all__ if isinstance(getattr(arithmetic, n), FunctionType)]
ON_EIGHT = [n for n in OURS if getattr(arithmetic, n) not in PLAIN_ONLY]
FUNCTIONS = f"abs, min, max, and of optplay.arithmetic {', '.join(ON_EIGHT)}"
ONE_BY_ONE = "numbers one by one, as w[i] in for i in range(w.size)"
INSTEAD = {
    "pow": "a product, or power(a, b) of optplay.arithmetic", "maximum": "max", "minimum": "min",
    "fabs": "abs", "absolute": "abs", "sign": "where(x > 0, 1.0, where(x < 0, -1.0, 0.0))",
    "len": "w.size", "sum": ONE_BY_ONE,
}  # fmt: skip
SIGNS: dict[type[ast.operator], str] = {ast.FloorDiv: "//", ast.Mod: "%", ast.MatMult: "@"}
Found = tuple[str, str] | None


def refuse(step: FunctionType) -> None:
    """Looks through the text of a rule, and of the functions that it calls, where there is one.

    Raises:
        InputError: something that can't be compiled, or would differ from machine to machine.
    """
    _Text(step, dict(zip(_arguments(step), ARGUMENTS.values(), strict=False))).refuse(set())


class _Text:
    """The text of a function.

    Args:
        ranks: how many indices names take to be a number of each of eight; a plain number, as `t`,
            is not among them.
    """

    def __init__(self, function: FunctionType, ranks: dict[str, int]) -> None:
        self.file, self.ranks = Path(function.__code__.co_filename).name, dict(ranks)
        self.nodes: list[Any] = []
        try:
            self.lines, self.start = inspect.getsourcelines(function)
            (tree,) = ast.parse(dedent("".join(self.lines))).body
        except (OSError, TypeError, ValueError, SyntaxError):
            return
        if isinstance(tree, ast.FunctionDef):
            self.nodes = [node for part in tree.body for node in _below(part)]
        self.local = {
            n.id
            for n in self.nodes
            if isinstance(getattr(n, "ctx", 0), ast.Store) and isinstance(n, ast.Name)
        } | set(_arguments(function))
        inner = inspect.getclosurevars(function).nonlocals
        self.outside = {**vars(builtins), **function.__globals__, **inner}
        while self._spread():
            pass

    def _spread(self) -> bool:
        """Takes over to names what is assigned to them; whether that is news."""
        before = dict(self.ranks)
        for node in self.nodes:
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    self._assign(target, node.value)
            elif isinstance(node, ast.AugAssign | ast.AnnAssign) and node.value is not None:
                self._assign(node.target, node.value)
        return self.ranks != before

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Tuple):
            each = value.elts if isinstance(value, ast.Tuple) else [value] * len(target.elts)
            for pair in zip(target.elts, each, strict=False):
                self._assign(*pair)
        elif isinstance(target, ast.Name) and (rank := self.rank(value)) is not None:
            self.ranks[target.id] = max(rank, self.ranks.get(target.id, 0))

    def rank(self, *nodes: ast.AST) -> int | None:
        """The highest of some parts; None of plain numbers."""
        return max((rank for node in nodes if (rank := self._rank(node)) is not None), default=None)

    def _rank(self, node: ast.AST) -> int | None:
        if isinstance(node, ast.Name):
            return self.ranks.get(node.id)
        if isinstance(node, ast.Attribute):
            return None
        if isinstance(node, ast.Subscript):
            rank = self.rank(node.value)
            indices = len(node.slice.elts) if isinstance(node.slice, ast.Tuple) else 1
            return None if rank is None else max(rank - indices, 0)
        if isinstance(node, ast.Call):
            return None if self.rank(*node.args) is None else 0
        return self.rank(*ast.iter_child_nodes(node))

    def refuse(self, seen: set[object]) -> None:
        for node in self.nodes:
            if (found := self._wrong(node)) is not None:
                raise InputError(self._told(node.lineno - 1, *found))
        for node in self.nodes:
            called = self._value(node.func) if isinstance(node, ast.Call) else None
            if isinstance(called, FunctionType) and not _trusted(called):
                given = dict(zip(_arguments(called), map(self.rank, node.args), strict=False))
                ranks = {name: rank for name, rank in given.items() if rank is not None}
                if (key := (called, tuple(ranks.items()))) not in seen:
                    seen.add(key)
                    _Text(called, ranks).refuse(seen)

    def _told(self, line: int, found: str, allowed: str) -> str:
        where = f"{self.file}, line {self.start + line}, {show(self.lines[line].strip())}"
        return f"{where}: found {found}, allowed: {allowed}"

    def _value(self, node: ast.expr) -> Any:
        """What a name stands for outside the function; None if that is not known."""
        if isinstance(node, ast.Attribute):
            owner = self._value(node.value)
            return getattr(owner, node.attr, None) if isinstance(owner, ModuleType) else None
        named = isinstance(node, ast.Name) and node.id not in self.local
        return self.outside.get(node.id) if named else None  # type: ignore[attr-defined]

    def _wrong(self, node: ast.AST) -> Found:
        """What is wrong with a part of the text, and what may stand there, if something is."""
        if not isinstance(node, WRITABLE):
            return type(node).__name__.lower(), f"arithmetic, where, loops over range; {ONE_BY_ONE}"
        if isinstance(node, ast.Name) and node.id not in {*self.local, *self.outside}:
            near = nearest(node.id, [*self.local, *ON_EIGHT])
            known = f"names that are, as {near}" if near else "names that are"
            return f"{node.id}, which is not defined", known
        if isinstance(node, ast.Call):
            return self._wrong_call(node)
        if isinstance(node, ast.For):
            ranged = isinstance(node.iter, ast.Call) and self._value(node.iter.func) is range
            return None if ranged else ("a loop over something else", "for i in range(w.size)")
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.UnaryOp):
            return "an index below 0", "indices from 0 on"
        if isinstance(node, ast.BinOp):
            return self._wrong_sum(node.op, node.left, node.right)
        if isinstance(node, ast.AugAssign):
            return self._wrong_sum(node.op, node.target, node.value)
        return self._wrong_choice(node)

    def _wrong_call(self, node: ast.Call) -> Found:
        called, found = self._value(node.func), ast.unparse(node.func)
        plain = self.rank(*node.args) is None
        undefined = isinstance(node.func, ast.Name) and called is None
        if undefined or called in CALLABLE or (plain and called in PLAIN_ONLY):
            return None
        if isinstance(called, FunctionType) and called not in PLAIN_ONLY:
            return None
        name = found.rpartition(".")[2]
        ours = name in OURS and called not in PLAIN_ONLY
        known = f"{name} of optplay.arithmetic" if ours else FUNCTIONS
        return f"the function {found}", INSTEAD.get(name, known)

    def _wrong_choice(self, node: ast.AST) -> Found:
        """A condition that is asked for eight numbers at once."""
        test = node.test if isinstance(node, ast.If | ast.While | ast.IfExp) else node
        if self.rank(test) is None:
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
        rank = self.rank(*parts)
        if (rank or 0) > 0:
            return "a whole row of numbers", ONE_BY_ONE
        constant = not any(isinstance(n, ast.Name) for part in parts for n in _below(part))
        if isinstance(operator, ast.Pow) and not constant:
            return "**", INSTEAD["pow"]
        sign = SIGNS.get(type(operator))
        return None if rank is None or sign is None else (sign, "+ - * /")


def _trusted(function: FunctionType) -> bool:
    return function.__module__.startswith("optplay.arithmetic")


def _arguments(function: FunctionType) -> list[str]:
    return [*inspect.signature(function).parameters]


def _below(node: ast.AST) -> Iterator[ast.AST]:
    """A part of a text and its parts, as they stand, but for annotations."""
    yield node
    for name, value in ast.iter_fields(node):
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, ast.AST) and name != "annotation":
                yield from _below(part)
