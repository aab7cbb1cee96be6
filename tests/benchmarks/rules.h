/* All update rules with their default hyperparameters, each for one parameter: its new weight. */

/* What a step tells its rule besides lr: the products so far, and what follows from them. */
typedef struct {
    double power1, power2; /* 0.9ᵗ and 0.999ᵗ */
    double decay, product; /* NAdam's 0.96^((t+1)ψ) and Πμ */
    double m_part, g_part, v_part, epsilon;
} Factors;

#define PSI_DECAY 0.9998367253526753 /* 0.96^0.004 */
static const Factors FIRST = {.power1 = 1, .power2 = 1, .decay = PSI_DECAY, .product = 1};

typedef void Advance(Factors *f, long t);
typedef double Rule(double w, double g, double *m, double *v, double *u, double lr, Factors f);

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

#define RULE(name) \
    INLINE double name(double w, double g, double *m, double *v, double *u, double lr, Factors f)

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
    return adam(w - lr * 0.01 * w, g, m, v, u, lr, f);
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

/* X(name, rule, what a step tells it), in the order of RULES in native.py. */
#define ALL_RULES(X)                                                                             \
    X(sgd, sgd, none) X(momentum, momentum, none) X(nesterov, nesterov, none)                    \
    X(rmsprop, rmsprop, none) X(adagrad, adagrad, none) X(adadelta, adadelta, none)              \
    X(adam, adam, corrections) X(adamw, adamw, corrections) X(amsgrad, amsgrad, corrections)     \
    X(adamax, adamax, corrections) X(nadam, nadam, lookahead) X(radam, adam, rectified)          \
    X(lion, lion, none)
