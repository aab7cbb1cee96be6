"""Arrays as compiled code sees them: where they begin, and how long they are in each dimension.

numba's own arrays are some ten words each, and look for negative indices: a call that is given
four of them takes as long as a fifth of a training step.
"""

import operator
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.typing.templates import (
    AbstractTemplate,
    AttributeTemplate,
    infer_getattr,
    infer_global,
    signature,
)
from numba.extending import lower_builtin, lower_getattr, models, register_model

from optplay.arithmetic.lanes import LANES, apart, eight, packed, put_apart, put_eight
from optplay.arithmetic.tensors import matrix
from optplay.training.lanes import PLACE, VECTOR, WORD, lanes, places

SMALLEST = 8


class View(types.Type):
    """Numbers that lie one after another, the last index changing fastest."""

    def __init__(self, dtype: Any, ndim: int) -> None:
        self.dtype, self.ndim = dtype, ndim
        super().__init__(name=f"view({dtype}, {ndim})")


@register_model(View)
class _ViewModel(models.StructModel):
    def __init__(self, manager: Any, kind: View) -> None:
        sizes = [(f"size{d}", types.int64) for d in range(kind.ndim)]
        super().__init__(manager, kind, [("data", types.CPointer(kind.dtype)), *sizes])


def parts(context: Any, builder: Any, kind: View, value: Any = None) -> Any:
    return cgutils.create_struct_proxy(kind)(context, builder, value)


def _sizes(view: Any, kind: View, first: int = 0) -> list[Any]:
    return [getattr(view, f"size{d}") for d in range(first, kind.ndim)]


def made(context: Any, builder: Any, kind: View, data: Any, sizes: list[Any]) -> Any:
    view = parts(context, builder, kind)
    view.data = builder.bitcast(data, view.data.type)
    for d, size in enumerate(sizes):
        setattr(view, f"size{d}", size)
    return view._getvalue()


@infer_global(operator.getitem)
class _Get(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        view, index = args
        if not isinstance(view, View):
            return None
        taken = _index(index)
        left = view.ndim - len(taken)
        if taken[0] == places:
            # Of each lane the number at its own place.
            whole = view.dtype == types.float64 and not left
            return signature(lanes, view, index) if whole else None
        result = view.dtype if left == 0 else View(view.dtype, left)
        return signature(result, view, index)


@infer_global(operator.setitem)
class _Set(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        view, index, _ = args
        if not isinstance(view, View) or len(_index(index)) != view.ndim:
            return None
        return signature(types.none, view, index, view.dtype)


def _index(index: Any) -> tuple[Any, ...]:
    parts: Any = index
    return (*parts,) if isinstance(index, types.BaseTuple) else (index,)


def _place(context: Any, builder: Any, chosen: Any, values: Any) -> tuple[Any, Any, int]:
    """The parts of a view, a pointer to what an index leads to, and how many numbers it has."""
    kind, index = chosen.args[:2]
    view, taken = parts(context, builder, kind, values[0]), _index(index)
    numbers = [values[1]]
    if isinstance(index, types.BaseTuple):
        numbers = cgutils.unpack_tuple(builder, values[1])
    place = ir.Constant(WORD, 0)
    for d, size in enumerate(_sizes(view, kind)):
        place = builder.mul(place, size)
        if d < len(taken):
            place = builder.add(place, context.cast(builder, numbers[d], taken[d], types.int64))
    data = builder.bitcast(view.data, context.get_value_type(kind.dtype).as_pointer())
    return view, builder.gep(data, [place]), len(taken)


def _gathered(context: Any, builder: Any, chosen: Any, values: Any) -> Any:
    """The number at its own place of each lane."""
    kind, index = chosen.args[:2]
    view = parts(context, builder, kind, values[0])
    rows, *others = [values[1]]
    if isinstance(index, types.BaseTuple):
        rows, *others = cgutils.unpack_tuple(builder, values[1])
    result = ir.Constant(VECTOR, ir.Undefined)
    for lane in range(LANES):
        place = builder.extract_element(rows, ir.Constant(PLACE, lane))
        for d, other in enumerate(others, 1):
            number = context.cast(builder, other, index[d], types.int64)
            place = builder.add(builder.mul(place, getattr(view, f"size{d}")), number)
        found = builder.load(builder.gep(view.data, [place]))
        result = builder.insert_element(result, found, ir.Constant(PLACE, lane))
    return result


@lower_builtin(operator.getitem, View, types.Any)
def _(context: Any, builder: Any, chosen: Any, values: Any) -> Any:
    kind = chosen.args[0]
    if _index(chosen.args[1])[0] == places:
        return _gathered(context, builder, chosen, values)
    view, place, count = _place(context, builder, chosen, values)
    if count < kind.ndim:
        return made(context, builder, chosen.return_type, place, _sizes(view, kind, count))
    loaded = builder.load(place)
    loaded.align = SMALLEST
    return loaded


@lower_builtin(operator.setitem, View, types.Any, types.Any)
def _(context: Any, builder: Any, chosen: Any, values: Any) -> Any:
    _, place, _ = _place(context, builder, chosen, values)
    builder.store(values[2], place).align = SMALLEST
    return context.get_dummy_value()


@infer_getattr
class _Attributes(AttributeTemplate):
    key = View

    def resolve_size(self, view: View) -> Any:
        return types.int64

    def resolve_shape(self, view: View) -> Any:
        return types.UniTuple(types.int64, view.ndim)


@lower_getattr(View, "size")
def _(context: Any, builder: Any, kind: View, value: Any) -> Any:
    size = ir.Constant(WORD, 1)
    for each in _sizes(parts(context, builder, kind, value), kind):
        size = builder.mul(size, each)
    return size


@lower_getattr(View, "shape")
def _(context: Any, builder: Any, kind: View, value: Any) -> Any:
    shape = types.UniTuple(types.int64, kind.ndim)
    return context.make_tuple(builder, shape, _sizes(parts(context, builder, kind, value), kind))


@infer_global(packed)
class _Packed(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        (view,) = args
        return signature(View(lanes, view.ndim), view)


@lower_builtin(packed, View)
def _(context: Any, builder: Any, chosen: Any, values: Any) -> Any:
    kind = chosen.args[0]
    if kind.dtype == lanes:
        return values[0]
    view = parts(context, builder, kind, values[0])
    *others, last = _sizes(view, kind)
    more, per_lanes = (ir.Constant(WORD, number) for number in (LANES - 1, LANES))
    last = builder.udiv(builder.add(last, more), per_lanes)
    return made(context, builder, chosen.return_type, view.data, [*others, last])


@infer_global(matrix)
class _Matrix(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        view = args[0]
        if not isinstance(view, View) or view.ndim != 1:
            return None
        return signature(View(view.dtype, 2), view, *[types.int64] * 3)


@lower_builtin(matrix, View, *[types.Integer] * 3)
def _(context: Any, builder: Any, chosen: Any, values: Any) -> Any:
    view = parts(context, builder, chosen.args[0], values[0])
    data = builder.bitcast(view.data, context.get_value_type(chosen.args[0].dtype).as_pointer())
    place = builder.gep(data, [values[1]])
    return made(context, builder, chosen.return_type, place, [*values[2:]])


def _define(function: Any, arguments: int, result: Any, emit: Any) -> None:
    """Teaches compiled code what `arithmetic.lanes` does with numbers in a row.

    Args:
        arguments: how many lanes follow the view and the first index.
        emit: `emit(builder, pointer, *lanes)` writes it down.
    """

    @infer_global(function)
    class Template(AbstractTemplate):
        def generic(self, args: Any, kws: Any) -> Any:
            view = args[0]
            if not isinstance(view, View) or view.dtype != types.float64 or view.ndim != 1:
                return None
            return signature(result, view, types.int64, *[lanes] * arguments)

    @lower_builtin(function, View, types.Integer, *[lanes] * arguments)
    def _(context: Any, builder: Any, chosen: Any, values: Any) -> Any:
        data = parts(context, builder, chosen.args[0], values[0]).data
        found = emit(builder, builder.gep(data, [values[1]]), *values[2:])
        return context.get_dummy_value() if result == types.none else found


def _row(builder: Any, place: Any, index: int = 0) -> Any:
    return builder.gep(builder.bitcast(place, VECTOR.as_pointer()), [ir.Constant(WORD, index)])


def _loaded(builder: Any, place: Any, index: int = 0) -> Any:
    found = builder.load(_row(builder, place, index))
    found.align = SMALLEST
    return found


def _stored(builder: Any, place: Any, value: Any, index: int = 0) -> None:
    builder.store(value, _row(builder, place, index)).align = SMALLEST


def _shuffled(builder: Any, one: Any, other: Any, order: list[int]) -> Any:
    mask = ir.Constant(ir.VectorType(PLACE, len(order)), order)
    return builder.shuffle_vector(one, other, mask)


def _apart(builder: Any, place: Any) -> Any:
    rows = [_loaded(builder, place, index) for index in (0, 1)]
    parts = [
        _shuffled(builder, rows[0], rows[1], [*range(first, 2 * LANES, 2)]) for first in (0, 1)
    ]
    return cgutils.pack_array(builder, parts)


def _put_apart(builder: Any, place: Any, one: Any, other: Any) -> None:
    order = [at for lane in range(LANES) for at in (lane, LANES + lane)]
    for index in (0, 1):
        half = order[index * LANES : (index + 1) * LANES]
        _stored(builder, place, _shuffled(builder, one, other, half), index)


_define(eight, 0, lanes, _loaded)
_define(put_eight, 1, types.none, _stored)
_define(apart, 0, types.UniTuple(lanes, 2), _apart)
_define(put_apart, 2, types.none, _put_apart)
