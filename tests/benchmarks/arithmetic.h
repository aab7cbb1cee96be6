/* Arithmetic that compilers turn into SIMD wherever it stands in a loop: no call, no branch. */

#include <math.h>
#include <stdint.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

/* exp(x) for x ≤ 0: 2ⁿ·exp(r) with |r| ≤ ½ ln 2, and Taylor's series for the latter. */
INLINE double exp_of_negative(double x)
{
    x = x < -708 ? -708 : x;
    int n = (int)(x * 1.4426950408889634 - 0.5);
    double r = x - n * 6.93147180369123816490e-01 - n * 1.90821492927058770002e-10;
    double r2 = r * r, r4 = r2 * r2;
    double low = (1 + r) + r2 * (1.0 / 2 + r * (1.0 / 6));
    double middle = (1.0 / 24 + r * (1.0 / 120)) + r2 * (1.0 / 720 + r * (1.0 / 5040));
    double high = (1.0 / 40320 + r * (1.0 / 362880)) + r2 * (1.0 / 3628800 + r * (1.0 / 39916800));
    double top = 1.0 / 479001600 + r * (1.0 / 6227020800);
    double result = low + r4 * (middle + r4 * (high + r4 * top));
    int64_t bits;
    memcpy(&bits, &result, sizeof bits);
    bits += (int64_t)((uint64_t)(int64_t)n << 52);
    memcpy(&result, &bits, sizeof result);
    return result;
}

/* log(1 + e) for 0 ≤ e ≤ 1, with the series of fdlibm's log. */
INLINE double log_of_one_plus(double e)
{
    int halved = e > 0.41421356237309503;
    double f = halved ? (e - 1) * 0.5 : e, k = halved ? 1 : 0;
    double s = f / (2 + f), z = s * s, z2 = z * z, half = 0.5 * f * f;
    double odd = 6.666666666666735130e-01 + z2 * (2.857142874366239149e-01
                 + z2 * (1.818357216161805012e-01 + z2 * 1.479819860511658591e-01));
    double even = 3.999999999940941908e-01 + z2 * (2.222219843214978396e-01
                  + z2 * 1.531383769920937332e-01);
    double series = z * (odd + z * even);
    return k * 6.93147180369123816490e-01
           - ((half - (s * (half + series) + k * 1.90821492927058770002e-10)) - f);
}

/* The loss of the logit z, and its derivative by z, from e = exp(-|z|) and log(1 + e). */
INLINE double loss_of(double z, double y, double log)
{
    return 0.5 * (z + fabs(z)) - z * y + log;
}

INLINE double slope_of(double z, double y, double e)
{
    return (z > 0 ? 1 : e) / (1 + e) - y;
}

/* 1 if the label is found, else 0. */
INLINE double hit(double z, double y)
{
    return z > 0 ? y : 1 - y;
}

INLINE double relu(double t)
{
    return t < 0 ? 0 : t;
}
