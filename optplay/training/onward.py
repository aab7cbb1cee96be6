"""What a rule carries from one parameter to the next, which it can't: they are eight at a time."""

import ast
from collections.abc import Iterator, Set
from typing import Any

from optplay.training.indices import ALONE, stored

Names = frozenset[str]


class Onward:
    """Looks for names whose value another parameter left.

    Args:
        loops: the loops over parameters.
    """

    def __init__(self, loops: Set[ast.AST]) -> None:
        self.loops = loops
        self.found: list[tuple[Any, tuple[str, str]]] = []

    def wrong(self, body: list[Any]) -> Iterator[tuple[Any, tuple[str, str]]]:
        self._block(body, frozenset())
        yield from self.found

    def _block(self, body: list[Any], left: Names) -> Names:
        """Args: left: the names that hold what another parameter left. Gives those after it."""
        for part in body:
            left = self._part(part, left)
        return left

    def _part(self, part: Any, left: Names) -> Names:
        if isinstance(part, ast.If):
            self._read(part.test, left)
            return self._block(part.body, left) | self._block(part.orelse, left)
        if isinstance(part, ast.For | ast.While):
            self._read(part.iter if isinstance(part, ast.For) else part.test, left)
            return self._loop(part, left)
        self._read(part, left)
        return left - stored(part)

    def _loop(self, part: Any, left: Names) -> Names:
        variable = stored(part.target) if isinstance(part, ast.For) else frozenset()
        if part in self.loops:
            left |= frozenset().union(*map(stored, part.body))
            self._block(part.body, left - variable)
            return left | variable
        # What a loop over parameters within it left, the next turn finds.
        for _ in range(2):
            left |= self._block(part.body, left - variable)
        return left

    def _read(self, part: ast.AST, left: Names) -> None:
        own = part.target if isinstance(part, ast.AugAssign) else None
        for node in ast.walk(part):
            read = isinstance(node, ast.Name) and (isinstance(node.ctx, ast.Load) or node is own)
            if read and node.id in left:  # type: ignore[attr-defined]
                name = node.id  # type: ignore[attr-defined]
                self.found.append((node, (f"{name}, carried from parameter to parameter", ALONE)))
