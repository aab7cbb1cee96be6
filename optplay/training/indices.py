"""What the indices of a text lead to: compiled code doesn't look whether they are in range."""

import ast
from collections.abc import Iterator
from typing import Any

# What each index ranges over: "slots", "hyper", "knobs", "coordinates", "constants", or parameters,
# and then it tells of what: "w", "g", "state[0]", or "state" where the row is not known.
Dims = tuple[str, ...]
Found = tuple[str, str]

COUNTED = ("slots", "hyper", "knobs", "coordinates", "constants")
ONE_BY_ONE = "numbers one by one, as w[i] in for i in range(w.size)"
ALONE = f"{ONE_BY_ONE}: a rule treats parameters one by one"
WORDS = {"slots": "slots", "hyper": "hyperparameters after lr", "coordinates": "coordinates"}


class Indices:
    """The indices of a text, and the loops whose variables they are.

    Args:
        text: see `written`. given: the arguments that are such variables, and what they run over.
        looped: whether the function is called in a loop over parameters.

    Attributes:
        loops_over_parameters: the loops. over_parameters: the names of their variables.
        read_at_0: subscripts that read the first number of a row of the state, for all.
    """

    def __init__(self, text: Any, given: dict[str, Any], *, looped: bool) -> None:
        self.text, self.looped = text, looped
        self.within: dict[ast.AST, tuple[ast.For, ...]] = {}
        self.given, self.runs_over = given, dict[ast.For, Any]()
        self.read_at_0: list[tuple[ast.Subscript, str]] = []
        self.fit: set[ast.AST] = set()
        for part in text.body:
            self._place(part, ())
        self.loops_over_parameters = {
            loop for loop, over in self.runs_over.items() if _of_parameters(over)
        }
        self.over_parameters = {n for n, over in given.items() if _of_parameters(over)}
        for loop in self.loops_over_parameters:
            self.over_parameters |= stored(loop.target)

    def _place(self, node: ast.AST, loops: tuple[ast.For, ...]) -> None:
        self.within[node] = loops
        if isinstance(node, ast.For):
            self.runs_over[node] = self._range(node.iter)
        for name, value in ast.iter_fields(node):
            for part in value if isinstance(value, list) else [value]:
                if isinstance(part, ast.AST):
                    inner = isinstance(node, ast.For) and name == "body"
                    self._place(part, (*loops, node) if inner else loops)  # type: ignore[arg-type]

    def _range(self, node: ast.expr) -> Any:
        """What range(…) runs over from 0 on: a number, the name of what is counted, or None."""
        given = [*node.args] if isinstance(node, ast.Call) else []
        if len(given) == 2 and self.text.constant(given[0]) == 0:
            given = given[1:]
        if len(given) != 1:
            return None
        if (count := self.text.constant(given[0])) is not None:
            return count
        over = self._counted(given[0])
        if over is not None:
            self.fit |= set(ast.walk(given[0]))
        return over

    def _counted(self, node: ast.expr) -> str | None:
        """What a size is one of, as `w.size` of w."""
        if isinstance(node, ast.Attribute) and node.attr == "size":
            dims: Dims = self.text.dims_of(node.value) or ()
            return dims[0] if len(dims) == 1 else None
        if isinstance(node, ast.Subscript) and _attribute(node.value, "shape"):
            dims = self.text.dims_of(node.value.value) or ()  # type: ignore[attr-defined]
            at = self.text.constant(node.slice)
            return dims[at] if at is not None and 0 <= at < len(dims) else None
        return None

    def over(self, node: ast.AST) -> Any:
        """What a variable of a loop runs over, where it stands; None of anything else."""
        if not isinstance(node, ast.Name):
            return None
        for loop in reversed(self.within[node]):
            if isinstance(loop.target, ast.Name) and loop.target.id == node.id:
                return self.runs_over[loop]
        return self.given.get(node.id)

    def in_parameters(self, node: ast.AST) -> bool:
        loops = self.within[node]
        return self.looped or any(loop in self.loops_over_parameters for loop in loops)

    def wrong(self) -> Iterator[tuple[Any, Found | None]]:
        for node in self.text.nodes:
            if isinstance(node, ast.Subscript):
                yield node, self._wrong_subscript(node)
            elif isinstance(node, ast.Call):
                self.fit |= set(node.args)
        for node in self.text.nodes:
            yield node, self._wrong_use(node)

    def _wrong_use(self, node: Any) -> Found | None:
        """A size, or the variable of a loop over parameters, as a number; an end of such a loop."""
        if isinstance(node, ast.Attribute) and node.attr in ("size", "shape"):
            dims = self.text.dims_of(node.value) or ()
            if node not in self.fit and any(map(_of_parameters, dims)):
                return f"{ast.unparse(node)} as a number", ALONE
        if isinstance(node, ast.Name) and node.id in self.over_parameters:
            inner = not isinstance(node.ctx, ast.Store)
            called = node in self.fit and _of_parameters(self.over(node))
            if inner and not called:
                return f"{node.id} as a number", ALONE
        loops = self.within[node]
        is_set = isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        if is_set and node.id in {*self.given, *(n for f in loops for n in stored(f.target))}:
            return f"{node.id} set where it is an index", "another name"
        if isinstance(node, ast.For) and node in self.loops_over_parameters:
            return ("a loop in one over parameters", ALONE) if self.in_parameters(node) else None
        if isinstance(node, ast.Break) and loops and loops[-1] in self.loops_over_parameters:
            return "break, of a loop over parameters", ALONE
        looped = any(loop in self.loops_over_parameters for loop in loops)
        return (
            ("return, in a loop over parameters", ALONE)
            if (isinstance(node, ast.Return) and looped)
            else None
        )

    def _wrong_subscript(self, node: ast.Subscript) -> Found | None:
        taken = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if _attribute(node.value, "shape"):
            over = self._counted(node)
            if over is not None and not _of_parameters(over):
                self.fit.add(node.value)
            return None
        dims = self.text.dims_of(node.value)
        if dims is None:
            return self._wrong_of_another(node, taken)
        for index, over in zip(taken, dims, strict=False):
            wrong = self._wrong_index(node, index, over, row=dims)
            if wrong:
                return wrong
        return None

    def _wrong_of_another(self, node: ast.Subscript, taken: list[ast.expr]) -> Found | None:
        """An index into something that is neither an argument nor a part of one."""
        known, at = self.text.value(node.value), self.text.constant(taken[0])
        if at is None:
            return (
                f"{ast.unparse(node.slice)} as an index",
                "a number that stands there, as in x[0]",
            )
        count = len(known) if hasattr(known, "__len__") else None
        if count is not None and not -count <= at < count:
            return f"the index {at} of {ast.unparse(node.value)}", f"-{count} to {count - 1}"
        return None

    def _wrong_index(
        self, node: ast.Subscript, index: ast.expr, over: str, row: Dims
    ) -> Found | None:
        at, found = self.text.constant(index), ast.unparse(node)
        if at is not None and at < 0:
            return "an index below 0", "indices from 0 on"
        if _of_parameters(over):
            return self._wrong_parameter(node, index, over, row)
        count = self.text.known.counts.get(over, 0)
        runs = at + 1 if at is not None else self.over(index)
        if runs == over:
            self.fit.add(index)
            return None
        if not isinstance(runs, int):
            allowed = "numbers, or i of for i in range(a number)"
            return f"{ast.unparse(index)} as an index of {over}", allowed
        if runs > count:
            declared = f"{WORDS.get(over, over)}: {count}"
            allowed = f"0 to {count - 1} ({declared})" if count else f"none ({declared})"
            return f"the index {runs - 1} in {found}", allowed
        return None

    def _wrong_parameter(
        self, node: ast.Subscript, index: ast.expr, over: str, row: Dims
    ) -> Found | None:
        if _of_parameters(self.over(index)):
            self.fit.add(index)
            return None
        of_state = over.startswith("state")
        first = self.text.constant(index) == 0 and of_state and isinstance(node.ctx, ast.Load)
        if not first or self.in_parameters(node):
            return ast.unparse(node), ALONE
        if row[0] == "slots":
            over = f"state[{self.text.constant(node.slice.elts[0])}]"  # type: ignore[attr-defined]
        self.read_at_0.append((node, over if "None" not in over else "state"))
        return None


def stored(part: ast.AST) -> frozenset[str]:
    """The names that are assigned in a part."""
    return frozenset(
        n.id for n in ast.walk(part) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    )


def _of_parameters(over: Any) -> bool:
    return isinstance(over, str) and over not in COUNTED


def _attribute(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == name
