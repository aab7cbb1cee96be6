"""Choosing one of several functions by its number, in a form that can be compiled.

Compiled code has no tables of functions: what is built here is a chain of comparisons, all of it
copied into the caller. Where the number is a constant there, only the one function is left.
"""

from collections.abc import Callable, Sequence
from typing import Any

Function = Callable[..., Any]


def by_number(functions: Sequence[Function]) -> Function:
    """A function of a number from 0 on, and of whatever the function of that number takes."""
    *others, last = functions
    chain = _always(last)
    for number in reversed(range(len(others))):
        chain = _choice(number, others[number], chain)
    return chain


def _always(function: Function) -> Function:
    def choose(number: int, *given: Any) -> Any:
        return function(*given)

    return choose


def _choice(own: int, function: Function, others: Function) -> Function:
    def choose(number: int, *given: Any) -> Any:
        if number == own:
            return function(*given)
        return others(number, *given)

    return choose
