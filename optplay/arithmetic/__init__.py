"""Elementary functions that give the same bits on every machine.

The C library's and NumPy's differ by version and by CPU. These are made only of what IEEE 754
rounds the same everywhere, in a written order: + - * / and square roots, comparisons, and changes
of the exponent. Each is within 1 ulp of the true value. None raises an error. The same text serves
Python's floats, NumPy's arrays of float64 and compiled code (not to be compiled with a fastmath
flag, which would change the order or fuse operations); `sin` and `cos` take no arrays, as
`cosines_and_sines` does.
"""

from optplay.arithmetic.exponential import exp, exp_of_negative
from optplay.arithmetic.hyperbolic import tanh
from optplay.arithmetic.logarithm import log, log1p, log1p_of_fraction
from optplay.arithmetic.normal import Gauss
from optplay.arithmetic.powers import log10, power
from optplay.arithmetic.primitives import Number, sqrt, where
from optplay.arithmetic.trigonometric import cos, sin

__all__ = [
    "Gauss",
    "Number",
    "cos",
    "exp",
    "exp_of_negative",
    "log",
    "log1p",
    "log1p_of_fraction",
    "log10",
    "power",
    "sin",
    "sqrt",
    "tanh",
    "where",
]
