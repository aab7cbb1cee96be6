"""BLAS in compiled code: SciPy's, as numba reaches it."""

from typing import Any

from llvmlite import binding, ir
from numba import _helperlib, types
from numba.core import cgutils
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import lower_builtin
from numba.np.linalg import ensure_blas

from optplay.arithmetic.products import add_product
from optplay.training.lanes import DOUBLE, WORD
from optplay.training.views import View, parts

LETTER, POINTER = ir.IntType(8), ir.IntType(8).as_pointer()
# kind, both transpositions, m, n, k, alpha, a and lda, b and ldb, beta, c and ldc: BLAS' dgemm.
GEMM = ir.FunctionType(
    ir.IntType(32),
    [LETTER, LETTER, LETTER, WORD, WORD, WORD, POINTER, POINTER, WORD, POINTER, WORD, POINTER,
     POINTER, WORD],
)  # fmt: skip
VECTOR = View(types.float64, 1)

# It tells those who have no SciPy.
ensure_blas()
# Machine code from the cache calls it too, where numba compiles nothing.
helpers = _helperlib.c_helpers  # type: ignore[attr-defined]  # It is written in C.
binding.add_symbol("numba_xxgemm", helpers["xxgemm"])


@infer_global(add_product)
class _AddProduct(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        taken = [VECTOR, types.int64] * 3 + [types.int64] * 5
        return signature(types.none, *taken)


@lower_builtin(add_product, *[View, types.Integer] * 3, *[types.Integer] * 5)
def _(context: Any, builder: Any, chosen: Any, values: Any) -> Any:
    def pointer(view: Any, first: Any) -> Any:
        data = parts(context, builder, VECTOR, view).data
        return builder.bitcast(builder.gep(data, [first]), POINTER)

    def letter(turned: Any) -> Any:
        is_turned = builder.icmp_signed("!=", turned, ir.Constant(WORD, 0))
        t, n = (ir.Constant(LETTER, ord(each)) for each in "tn")
        return is_turned, builder.select(is_turned, t, n)

    c, a, b = (pointer(*values[first : first + 2]) for first in (0, 2, 4))
    rows, columns, inner, turned_a, turned_b = values[6:]
    (a_turned, a_letter), (b_turned, b_letter) = letter(turned_a), letter(turned_b)
    one = cgutils.alloca_once_value(builder, ir.Constant(DOUBLE, 1.0))
    factor = builder.bitcast(one, POINTER)
    gemm = cgutils.get_or_insert_function(builder.module, GEMM, "numba_xxgemm")
    # BLAS takes matrices column by column, so this is Cᵀ += Bᵀ·Aᵀ.
    builder.call(
        gemm,
        [
            ir.Constant(LETTER, ord("d")), b_letter, a_letter, columns, rows, inner, factor,
            b, builder.select(b_turned, inner, columns),
            a, builder.select(a_turned, rows, inner), factor, c, columns,
        ],
    )  # fmt: skip
    return context.get_dummy_value()
