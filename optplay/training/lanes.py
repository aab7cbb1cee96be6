"""Lanes as numbers of compiled code: `<8 x double>`, on which the processor works as on one number.

What is written for numbers compiles for lanes too: arithmetic, comparisons, `abs`, and the
functions of `arithmetic.primitives` and `arithmetic.lanes`. Each lane is rounded as it would be
alone. What has no such form is `if`: a condition holds in some lanes only, so `where` takes its
place.
"""

import math
import operator
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.imputils import lower_cast
from numba.core.typeconv.castgraph import Conversion
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import lower_builtin, models, register_model

from optplay.arithmetic import primitives
from optplay.arithmetic.lanes import LANES, any_of, folded, four_folded, four_sums, spread
from optplay.arithmetic.primitives import BIAS, EXPONENT_BITS, FRACTION, ROOT_HALF_BITS, ROUND

# The bits of 2^52: a whole number below it is added by writing it into its last bits.
BITS_OF_2_52 = (BIAS + EXPONENT_BITS) << EXPONENT_BITS
DOUBLE, WORD, BIT, PLACE = ir.DoubleType(), ir.IntType(64), ir.IntType(1), ir.IntType(32)
VECTOR, WORDS, BITS = (ir.VectorType(kind, LANES) for kind in (DOUBLE, WORD, BIT))


class Lanes(types.Type):
    """Eight numbers."""

    def __init__(self) -> None:
        super().__init__(name=f"lanes({LANES})")

    def can_convert_from(self, context: Any, other: Any) -> Any:
        """A plain number can stand for the same in each lane."""
        return Conversion.safe if isinstance(other, types.Number) else None


class Mask(types.Type):
    """What a comparison of lanes gives: whether it holds, for each."""

    def __init__(self) -> None:
        super().__init__(name=f"mask({LANES})")

    def can_convert_from(self, context: Any, other: Any) -> Any:
        """What holds for one run can stand for the same in each lane."""
        return Conversion.safe if isinstance(other, types.Boolean) else None


class Places(types.Type):
    """Eight indices."""

    def __init__(self) -> None:
        super().__init__(name=f"places({LANES})")


lanes, mask, places = Lanes(), Mask(), Places()


@register_model(Lanes)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, VECTOR)


@register_model(Mask)
class _MaskModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, BITS)


@register_model(Places)
class _PlacesModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, WORDS)


def _in_all(builder: Any, value: Any) -> Any:
    """A vector of one value."""
    kind = ir.VectorType(value.type, LANES)
    first = builder.insert_element(ir.Constant(kind, ir.Undefined), value, ir.Constant(PLACE, 0))
    order = ir.Constant(ir.VectorType(PLACE, LANES), [0] * LANES)
    return builder.shuffle_vector(first, ir.Constant(kind, ir.Undefined), order)


def _as(wanted: Any, context: Any, builder: Any, kind: Any, value: Any) -> Any:
    """A value as one of the wanted type: lanes, a mask, or what numba knows."""
    if kind == wanted:
        return value
    if wanted == lanes:
        return _in_all(builder, context.cast(builder, value, kind, types.float64))
    return context.cast(builder, value, kind, wanted)


@lower_cast(types.Number, Lanes)
def _to_lanes(context: Any, builder: Any, kind: Any, wanted: Any, value: Any) -> Any:
    return _as(lanes, context, builder, kind, value)


@lower_cast(types.Boolean, Mask)
def _to_mask(context: Any, builder: Any, kind: Any, wanted: Any, value: Any) -> Any:
    return _in_all(builder, builder.trunc(value, BIT) if value.type != BIT else value)


def define(function: Any, *cases: tuple[tuple[Any, ...], Any, Callable[..., Any]]) -> None:
    """Teaches compiled code a function.

    Args:
        cases: the types as which arguments are taken, that of the result, and `emit(builder,
            *values)`, which writes it down. Plain numbers are taken as lanes beside lanes.
    """

    class Template(AbstractTemplate):
        key = function

        def generic(self, args: Any, kws: Any) -> Any:
            for taken, result, _ in cases:
                if not kws and len(args) == len(taken) and _fit(args, taken):
                    return signature(result, *taken)
            return None

    infer_global(function)(Template)
    for taken, _, emit in cases:
        lower_builtin(function, *taken)(
            lambda context, builder, chosen, values, emit=emit: emit(builder, *values)
        )


def _fit(args: Any, taken: Any) -> bool:
    of_lanes = any(kind in (lanes, mask) for kind in args)
    if of_lanes != any(kind in (lanes, mask) for kind in taken):
        return False
    return all(
        given == wanted or (wanted in (lanes, types.float64) and isinstance(given, types.Number))
        for given, wanted in zip(args, taken, strict=True)
    )


def _each(name: str) -> Callable[..., Any]:
    """An instruction of LLVM."""
    return lambda builder, *values: getattr(builder, name)(*values)


def _with_plain(name: str) -> Callable[..., Any]:
    """The same, where what one of them says holds for all lanes."""

    def emit(builder: Any, *values: Any) -> Any:
        masks = [x if x.type == BITS else _in_all(builder, x) for x in values]
        return getattr(builder, name)(*masks)

    return emit


def _known(name: str) -> Callable[..., Any]:
    """A function that LLVM knows by name."""

    def emit(builder: Any, x: Any) -> Any:
        kind = ir.FunctionType(x.type, [x.type])
        suffix = f"v{LANES}f64" if x.type == VECTOR else "f64"
        function = cgutils.get_or_insert_function(builder.module, kind, f"llvm.{name}.{suffix}")
        return builder.call(function, [x])

    return emit


def _compared(sign: str) -> Callable[..., Any]:
    # As in Python, NaN is unequal to everything, and that is all it is.
    name = "fcmp_unordered" if sign == "!=" else "fcmp_ordered"
    return lambda builder, x, y: getattr(builder, name)(sign, x, y)


def _chosen(sign: str) -> Callable[..., Any]:
    """As Python's min and max: the first of two, unless the second is the better one."""
    return lambda builder, x, y: builder.select(builder.fcmp_ordered(sign, y, x), y, x)


def _whole(builder: Any, x: Any) -> tuple[Any, Callable[[int], Any]]:
    """The bits of a number, or of each lane, and how a constant is written beside them."""
    kind = WORDS if x.type == VECTOR else WORD

    def constant(value: int) -> Any:
        return ir.Constant(kind, [value] * LANES if kind == WORDS else value)

    return builder.bitcast(x, kind), constant


def _power_of_two(builder: Any, k: Any) -> Any:
    # The last bits of this sum are k + 1023, which is how an exponent is stored.
    bits, constant = _whole(builder, builder.fadd(k, _like(k, ROUND + BIAS)))
    return builder.bitcast(builder.shl(bits, constant(EXPONENT_BITS)), k.type)


def _exponent(builder: Any, x: Any) -> Any:
    bits, constant = _whole(builder, x)
    offset = builder.add(bits, constant((BIAS << EXPONENT_BITS) - ROOT_HALF_BITS))
    biased = builder.lshr(offset, constant(EXPONENT_BITS))
    # Not converted: many processors can't convert several integers of 64 bits at a time.
    number = builder.bitcast(builder.or_(biased, constant(BITS_OF_2_52)), x.type)
    return builder.fsub(number, _like(x, 2.0**EXPONENT_BITS + BIAS))


def _mantissa(builder: Any, x: Any) -> Any:
    bits, constant = _whole(builder, x)
    offset = builder.sub(bits, constant(ROOT_HALF_BITS))
    within = builder.and_(offset, constant(FRACTION))
    return builder.bitcast(builder.add(within, constant(ROOT_HALF_BITS)), x.type)


def _like(x: Any, value: float) -> Any:
    return ir.Constant(x.type, [value] * LANES if x.type == VECTOR else value)


def _is_any(builder: Any, x: Any) -> Any:
    word = ir.IntType(LANES)
    return builder.icmp_unsigned("!=", builder.bitcast(x, word), ir.Constant(word, 0))


def _part(builder: Any, x: Any, first: int, count: int) -> Any:
    """Some numbers in a row, of lanes."""
    order = ir.Constant(ir.VectorType(PLACE, count), [*range(first, first + count)])
    return builder.shuffle_vector(x, ir.Constant(x.type, ir.Undefined), order)


def _folded(builder: Any, x: Any) -> Any:
    half = LANES // 2
    return _four_folded(
        builder, builder.fadd(_part(builder, x, 0, half), _part(builder, x, half, half))
    )


def _four_sums(builder: Any, sums: Any, x: Any) -> Any:
    half = LANES // 2
    for part in (_part(builder, x, 0, half), _part(builder, x, half, half)):
        sums = builder.fadd(_part(builder, sums, 0, half), part)
    # The other half is nothing.
    return _part(builder, sums, 0, LANES)


def _four_folded(builder: Any, sums: Any) -> Any:
    pair = builder.fadd(_part(builder, sums, 0, 2), _part(builder, sums, 2, 2))
    one, other = (builder.extract_element(pair, ir.Constant(PLACE, at)) for at in (0, 1))
    return builder.fadd(one, other)


for operators, instruction in (
    ((operator.add, operator.iadd), "fadd"),
    ((operator.sub, operator.isub), "fsub"),
    ((operator.mul, operator.imul), "fmul"),
    ((operator.truediv, operator.itruediv), "fdiv"),
):
    for each in operators:
        define(each, ((lanes, lanes), lanes, _each(instruction)))
for each, sign in (
    (operator.lt, "<"), (operator.le, "<="), (operator.gt, ">"), (operator.ge, ">="),
    (operator.eq, "=="), (operator.ne, "!="),
):  # fmt: skip
    define(each, ((lanes, lanes), mask, _compared(sign)))
define(min, ((lanes, lanes), lanes, _chosen("<")))
define(max, ((lanes, lanes), lanes, _chosen(">")))
define(math.sqrt, ((lanes,), lanes, _known("sqrt")))
for each, instruction in ((operator.and_, "and_"), (operator.or_, "or_")):
    define(
        each,
        ((mask, mask), mask, _each(instruction)),
        ((mask, types.boolean), mask, _with_plain(instruction)),
        ((types.boolean, mask), mask, _with_plain(instruction)),
    )
define(operator.neg, ((lanes,), lanes, _each("fneg")))
define(abs, ((lanes,), lanes, _known("fabs")))
define(
    primitives.where,
    ((types.boolean, types.float64, types.float64), types.float64, _each("select")),
    ((mask, lanes, lanes), lanes, _each("select")),
    ((types.boolean, lanes, lanes), lanes, _each("select")),
)
for function, emit in (
    (primitives.sqrt, _known("sqrt")), (primitives.power_of_two, _power_of_two),
    (primitives.exponent, _exponent), (primitives.mantissa, _mantissa),
):  # fmt: skip
    define(function, ((types.float64,), types.float64, emit), ((lanes,), lanes, emit))
define(folded, ((lanes,), types.float64, _folded))
define(four_sums, ((lanes, lanes), lanes, _four_sums))
define(four_folded, ((lanes,), types.float64, _four_folded))
define(any_of, ((mask,), types.boolean, _is_any), ((types.boolean,), types.boolean, lambda _, x: x))
define(spread, ((lanes,), lanes, lambda _, x: x), ((types.float64,), lanes, _in_all))
