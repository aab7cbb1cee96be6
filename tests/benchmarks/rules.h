/* All update rules with their default hyperparameters, each for one parameter: its new weight. */

/* What a step tells its rule besides lr: the products so far, and what follows from them. */
typedef struct {
    double power1, power2, power3; /* β₁ᵗ, β₂ᵗ and Adan's β₃ᵗ */
    double decay, product;         /* NAdam's 0.96^((t+1)ψ) and Πμ */
    double m_part, g_part, v_part, u_part, epsilon;
    double seen, most; /* 0 in the first step, else 1; the longest u of ADOPT */
} Factors;

#define PSI_DECAY 0.9998367253526753 /* 0.96^0.004 */
static const Factors FIRST = {.power1 = 1, .power2 = 1, .power3 = 1, .decay = PSI_DECAY, .product = 1};

typedef void Advance(Factors *f, long t);
typedef double Rule(double w, double g, double *m, double *v, double *u, double *before, double lr,
                    Factors f);
typedef double Begin(double w, double lr);

INLINE void none(Factors *f, long t) {}

INLINE void corrections(Factors *f, long t)
{
    f->power1 *= 0.9;
    f->power2 *= 0.999;
    f->m_part = 1 / (1 - f->power1);
    f->v_part = 1 / (1 - f->power2);
    f->epsilon = 1e-8;
}

INLINE void lookahead(Factors *f, long t)
{
    corrections(f, t);
    double mu = 0.9 * (1 - 0.5 * f->decay);
    f->decay *= PSI_DECAY;
    double mu_next = 0.9 * (1 - 0.5 * f->decay);
    f->product *= mu;
    f->m_part = mu_next / (1 - f->product * mu_next);
    f->g_part = (1 - mu) / (1 - f->product);
}

/* Until v is trusted, the divisor is made 1. */
INLINE void rectified(Factors *f, long t)
{
    corrections(f, t);
    double most = 2 / (1 - 0.999) - 1, rho = most - 2 * t * f->power2 / (1 - f->power2);
    double share = (rho - 4) * (rho - 2) * most / ((most - 4) * (most - 2) * rho);
    int trusted = rho > 5;
    f->m_part *= trusted ? sqrt(share * (1 - f->power2)) : 1;
    f->v_part = trusted;
    f->epsilon = trusted ? 1e-8 : 1;
}

/* Of its mean to come: β₁·m/(1-β₁ᵗ⁺¹) + (1-β₁)·g/(1-β₁ᵗ). */
INLINE void ahead(Factors *f, long t)
{
    corrections(f, t);
    f->m_part = 0.9 / (1 - 0.9 * f->power1);
    f->g_part = (1 - 0.9) / (1 - f->power1);
}

INLINE void three(Factors *f, long t)
{
    f->power1 *= 0.98;
    f->power2 *= 0.92;
    f->power3 *= 0.99;
    f->m_part = 1 / (1 - f->power1);
    f->u_part = 0.92 / (1 - f->power2);
    f->v_part = 1 / sqrt(1 - f->power3);
    f->seen = t > 1;
}

INLINE void cut(Factors *f, long t)
{
    f->seen = t > 1;
    f->most = sqrt(sqrt((double)t));
}

/* The part of this step in the mean of all, at one rate. */
INLINE void averaged(Factors *f, long t)
{
    corrections(f, t);
    f->m_part = 1.0 / t;
}

#define RULE(name) \
    INLINE double name(double w, double g, double *m, double *v, double *u, double *before, \
                       double lr, Factors f)

RULE(sgd)
{
    return w - lr * g;
}

RULE(momentum)
{
    *v = 0.9 * *v + g;
    return w - lr * *v;
}

RULE(nesterov)
{
    *v = 0.9 * *v + g;
    return w - lr * (g + 0.9 * *v);
}

RULE(rmsprop)
{
    *v = 0.9 * *v + (1 - 0.9) * g * g;
    return w - lr * g / (sqrt(*v) + 1e-8);
}

RULE(adagrad)
{
    *v += g * g;
    return w - lr * g / (sqrt(*v) + 1e-10);
}

RULE(adadelta)
{
    *v = 0.9 * *v + (1 - 0.9) * g * g;
    double delta = sqrt((*u + 1e-6) / (*v + 1e-6)) * g;
    *u = 0.9 * *u + (1 - 0.9) * delta * delta;
    return w - lr * delta;
}

INLINE void means(double g, double *m, double *v)
{
    *m = 0.9 * *m + (1 - 0.9) * g;
    *v = 0.999 * *v + (1 - 0.999) * g * g;
}

/* RAdam too. */
RULE(adam)
{
    means(g, m, v);
    return w - lr * f.m_part * *m / (sqrt(*v * f.v_part) + f.epsilon);
}

RULE(adamw)
{
    return adam(w - lr * 0.01 * w, g, m, v, u, before, lr, f);
}

RULE(amsgrad)
{
    means(g, m, v);
    *u = *v > *u ? *v : *u;
    return w - lr * f.m_part * *m / (sqrt(*u * f.v_part) + f.epsilon);
}

RULE(adamax)
{
    double old = 0.999 * *u, new = fabs(g) + 1e-8;
    *m = 0.9 * *m + (1 - 0.9) * g;
    *u = old > new ? old : new;
    return w - lr * f.m_part * *m / *u;
}

RULE(nadam)
{
    means(g, m, v);
    return w - lr * (f.m_part * *m + f.g_part * g) / (sqrt(*v * f.v_part) + f.epsilon);
}

RULE(lion)
{
    double c = 0.9 * *m + (1 - 0.9) * g, rate = c < 0 ? -lr : lr;
    *m = 0.99 * *m + (1 - 0.99) * g;
    return w - (c == 0 ? 0 : rate);
}

INLINE double deviation(double v, double a)
{
    double variance = v - a * a;
    return sqrt(variance < 0 ? 0 : variance);
}

RULE(rmsprop_centered)
{
    *v = 0.9 * *v + (1 - 0.9) * g * g;
    *u = 0.9 * *u + (1 - 0.9) * g;
    return w - lr * g / (deviation(*v, *u) + 1e-8);
}

RULE(rmsprop_momentum)
{
    *v = 0.9 * *v + (1 - 0.9) * g * g;
    *m = 0.9 * *m + g / (sqrt(*v) + 1e-8);
    return w - lr * *m;
}

RULE(rmsprop_centered_momentum)
{
    *v = 0.9 * *v + (1 - 0.9) * g * g;
    *u = 0.9 * *u + (1 - 0.9) * g;
    *m = 0.9 * *m + g / (deviation(*v, *u) + 1e-8);
    return w - lr * *m;
}

RULE(ademamix)
{
    means(g, m, v);
    *u = 0.9999 * *u + (1 - 0.9999) * g;
    return w - lr * (f.m_part * *m + 5 * *u) / (sqrt(*v * f.v_part) + 1e-8);
}

/* A first step only sets v. */
RULE(adopt)
{
    double root = sqrt(*v), to = g / (root > 1e-6 ? root : 1e-6), kept = f.seen * 0.9999;
    to = to > f.most ? f.most : to;
    to = to < -f.most ? -f.most : to;
    *m = 0.9 * *m + f.seen * (1 - 0.9) * to;
    *v = kept * *v + (1 - kept) * g * g;
    return w - lr * *m;
}

RULE(adan)
{
    double delta = f.seen * (g - *before), next = g + 0.92 * delta;
    *before = g;
    *m = 0.98 * *m + (1 - 0.98) * g;
    *u = 0.92 * *u + (1 - 0.92) * delta;
    *v = 0.99 * *v + (1 - 0.99) * next * next;
    return w - lr * (f.m_part * *m + f.u_part * *u) / (sqrt(*v) * f.v_part + 1e-8);
}

RULE(adabelief)
{
    *m = 0.9 * *m + (1 - 0.9) * g;
    *v = 0.999 * *v + (1 - 0.999) * (g - *m) * (g - *m) + 1e-16;
    return w - lr * f.m_part * *m / (sqrt(*v * f.v_part) + 1e-16);
}

/* m is u, which begins as v does. */
RULE(yogi)
{
    double square = g * g, toward = *v < square ? square : 0;
    *u = 0.9 * *u + (1 - 0.9) * g;
    *v += (1 - 0.999) * (*v > square ? -square : toward);
    return w - lr * f.m_part * *u / (sqrt(*v * f.v_part) + 1e-3);
}

INLINE double along(double size, double a)
{
    double back = a < 0 ? -size : 0;
    return a > 0 ? size : back;
}

RULE(signum)
{
    *m = 0.9 * *m + (1 - 0.9) * g;
    return w - along(lr, *m);
}

RULE(rprop)
{
    double kept = along(*before, g), shrink = kept < 0 ? 0.5 : 1;
    double size = *v * (kept > 0 ? 1.2 : shrink);
    size = size < 1e-6 ? 1e-6 : size;
    *v = size > 50 ? 50 : size;
    *before = kept < 0 ? 0 : g;
    return w - along(*v, *before);
}

/* z is u, which begins with w. */
RULE(schedule_free_sgd)
{
    double y = w + f.m_part * (*u - w) - lr * (1 - 0.9 * (1 - f.m_part)) * g;
    *u -= lr * g;
    return y;
}

/* v is m, which begins with 0. */
RULE(schedule_free_adamw)
{
    *m = 0.999 * *m + (1 - 0.999) * g * g;
    return schedule_free_sgd(w, g / (sqrt(*m * f.v_part) + 1e-8), m, v, u, before, lr, f);
}

/* What v and u begin with; m begins with 0. */
INLINE double zero(double w, double lr) { return 0; }
INLINE double little(double w, double lr) { return 1e-6; }
INLINE double rate(double w, double lr) { return lr; }
INLINE double weight(double w, double lr) { return w; }

/* X(name, rule, what a step tells it, what v and u begin with), in the order of RULES in native.py. */
#define ALL_RULES(X)                                                                             \
    X(sgd, sgd, none, zero) X(momentum, momentum, none, zero)                                    \
    X(nesterov, nesterov, none, zero) X(rmsprop, rmsprop, none, zero)                            \
    X(adagrad, adagrad, none, zero) X(adadelta, adadelta, none, zero)                            \
    X(adam, adam, corrections, zero) X(adamw, adamw, corrections, zero)                          \
    X(amsgrad, amsgrad, corrections, zero) X(adamax, adamax, corrections, zero)                  \
    X(nadam, nadam, lookahead, zero) X(radam, adam, rectified, zero) X(lion, lion, none, zero)   \
    X(ademamix, ademamix, corrections, zero) X(adopt, adopt, cut, zero)                          \
    X(adan, adan, three, zero) X(adabelief, adabelief, corrections, zero)                        \
    X(yogi, yogi, corrections, little) X(signum, signum, none, zero)                             \
    X(rprop, rprop, none, rate) X(schedule_free_adamw, schedule_free_adamw, averaged, weight)    \
    X(schedule_free_sgd, schedule_free_sgd, averaged, weight)                                    \
    X(rmsprop_centered, rmsprop_centered, none, zero)                                            \
    X(rmsprop_momentum, rmsprop_momentum, none, zero)                                            \
    X(rmsprop_centered_momentum, rmsprop_centered_momentum, none, zero)                          \
    X(adam_nesterov, nadam, ahead, zero)
