/* The lesson's network (2-8-1, relu, cross-entropy from the logit) and all update rules in C:
   sizes and default hyperparameters are compile-time constants, every rule has a loop of its own.
   Parameters: weights of layer 1 (8×2), its biases, weights of layer 2 (1×8), its bias. */

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

enum { H = 8, B1 = 2 * H, W2 = 3 * H, B2 = 4 * H, N = 4 * H + 1 };
enum { LOSS, ACCURACY, WEIGHT_NORM, GRADIENT_NORM, UPDATE_RATIO, QUANTITIES };

typedef struct {
    double m[N], v[N], u[N];
    double power1, power2, product; /* β₁ᵗ, β₂ᵗ and NAdam's Πμ */
} State;

typedef void Rule(double *w, const double *g, State *s, double lr, long t);

/* The sum of the losses over samples first … last-1; g receives the gradient of their mean. */
INLINE double gradient(const double *w, double *g, const double (*x)[2], const double *y,
                       int first, int last, int *hits)
{
    double loss = 0, share = 1.0 / (last - first);
    memset(g, 0, N * sizeof *g);
    for (int k = first; k < last; k++) {
        double a[H], z = w[B2], x0 = x[k][0], x1 = x[k][1];
        for (int i = 0; i < H; i++)
            a[i] = fmax(w[B1 + i] + w[2 * i] * x0 + w[2 * i + 1] * x1, 0);
        for (int i = 0; i < H; i++)
            z += w[W2 + i] * a[i];
        double e = exp(-fabs(z));
        loss += (z > 0 ? z : 0) - z * y[k] + log1p(e);
        *hits += (z > 0) == (y[k] > 0.5);
        double d = ((z > 0 ? 1 : e) / (1 + e) - y[k]) * share;
        g[B2] += d;
        for (int i = 0; i < H; i++) {
            double back = a[i] > 0 ? d * w[W2 + i] : 0;
            g[W2 + i] += d * a[i];
            g[B1 + i] += back;
            g[2 * i] += back * x0;
            g[2 * i + 1] += back * x1;
        }
    }
    return loss;
}

INLINE void sgd(double *w, const double *g, State *s, double lr, long t)
{
    for (int i = 0; i < N; i++)
        w[i] -= lr * g[i];
}

INLINE void momentum(double *w, const double *g, State *s, double lr, long t)
{
    for (int i = 0; i < N; i++) {
        s->v[i] = 0.9 * s->v[i] + g[i];
        w[i] -= lr * s->v[i];
    }
}

INLINE void nesterov(double *w, const double *g, State *s, double lr, long t)
{
    for (int i = 0; i < N; i++) {
        s->v[i] = 0.9 * s->v[i] + g[i];
        w[i] -= lr * (g[i] + 0.9 * s->v[i]);
    }
}

INLINE void rmsprop(double *w, const double *g, State *s, double lr, long t)
{
    for (int i = 0; i < N; i++) {
        s->v[i] = 0.9 * s->v[i] + (1 - 0.9) * g[i] * g[i];
        w[i] -= lr * g[i] / (sqrt(s->v[i]) + 1e-8);
    }
}

INLINE void adagrad(double *w, const double *g, State *s, double lr, long t)
{
    for (int i = 0; i < N; i++) {
        s->v[i] += g[i] * g[i];
        w[i] -= lr * g[i] / (sqrt(s->v[i]) + 1e-10);
    }
}

INLINE void adadelta(double *w, const double *g, State *s, double lr, long t)
{
    for (int i = 0; i < N; i++) {
        s->v[i] = 0.9 * s->v[i] + (1 - 0.9) * g[i] * g[i];
        double delta = sqrt(s->u[i] + 1e-6) / sqrt(s->v[i] + 1e-6) * g[i];
        s->u[i] = 0.9 * s->u[i] + (1 - 0.9) * delta * delta;
        w[i] -= lr * delta;
    }
}

/* Adam's two means, and the powers of the betas. */
INLINE void means(const double *g, State *s)
{
    s->power1 *= 0.9;
    s->power2 *= 0.999;
    for (int i = 0; i < N; i++) {
        s->m[i] = 0.9 * s->m[i] + (1 - 0.9) * g[i];
        s->v[i] = 0.999 * s->v[i] + (1 - 0.999) * g[i] * g[i];
    }
}

INLINE void adam(double *w, const double *g, State *s, double lr, long t)
{
    means(g, s);
    double rate = lr / (1 - s->power1), v_correction = 1 / (1 - s->power2);
    for (int i = 0; i < N; i++)
        w[i] -= rate * s->m[i] / (sqrt(s->v[i] * v_correction) + 1e-8);
}

INLINE void adamw(double *w, const double *g, State *s, double lr, long t)
{
    for (int i = 0; i < N; i++)
        w[i] -= lr * 0.01 * w[i];
    adam(w, g, s, lr, t);
}

INLINE void amsgrad(double *w, const double *g, State *s, double lr, long t)
{
    means(g, s);
    double rate = lr / (1 - s->power1), v_correction = 1 / (1 - s->power2);
    for (int i = 0; i < N; i++) {
        s->u[i] = s->v[i] > s->u[i] ? s->v[i] : s->u[i];
        w[i] -= rate * s->m[i] / (sqrt(s->u[i] * v_correction) + 1e-8);
    }
}

INLINE void adamax(double *w, const double *g, State *s, double lr, long t)
{
    s->power1 *= 0.9;
    double rate = lr / (1 - s->power1);
    for (int i = 0; i < N; i++) {
        double old = 0.999 * s->u[i], new = fabs(g[i]) + 1e-8;
        s->m[i] = 0.9 * s->m[i] + (1 - 0.9) * g[i];
        s->u[i] = old > new ? old : new;
        w[i] -= rate * s->m[i] / s->u[i];
    }
}

INLINE void nadam(double *w, const double *g, State *s, double lr, long t)
{
    double mu = 0.9 * (1 - 0.5 * pow(0.96, t * 0.004));
    double mu_next = 0.9 * (1 - 0.5 * pow(0.96, (t + 1) * 0.004));
    s->product *= mu;
    means(g, s);
    double m_part = lr * mu_next / (1 - s->product * mu_next);
    double g_part = lr * (1 - mu) / (1 - s->product), v_correction = 1 / (1 - s->power2);
    for (int i = 0; i < N; i++)
        w[i] -= (m_part * s->m[i] + g_part * g[i]) / (sqrt(s->v[i] * v_correction) + 1e-8);
}

INLINE void radam(double *w, const double *g, State *s, double lr, long t)
{
    means(g, s);
    double most = 2 / (1 - 0.999) - 1, rate = lr / (1 - s->power1);
    double rho = most - 2 * t * s->power2 / (1 - s->power2);
    if (rho > 5) {
        rate *= sqrt((rho - 4) * (rho - 2) * most / ((most - 4) * (most - 2) * rho));
        rate *= sqrt(1 - s->power2);
        for (int i = 0; i < N; i++)
            w[i] -= rate * s->m[i] / (sqrt(s->v[i]) + 1e-8);
    } else {
        for (int i = 0; i < N; i++)
            w[i] -= rate * s->m[i];
    }
}

INLINE void lion(double *w, const double *g, State *s, double lr, long t)
{
    for (int i = 0; i < N; i++) {
        double c = 0.9 * s->m[i] + (1 - 0.9) * g[i];
        w[i] -= c > 0 ? lr : c < 0 ? -lr : 0;
        s->m[i] = 0.99 * s->m[i] + (1 - 0.99) * g[i];
    }
}

typedef struct {
    const int *rules;
    const double *lrs, (*starts)[N], (*x)[2], *y;
    int jobs, samples, batch, epochs;
    double *records;
    atomic_int next;
} Work;

/* Trains one job; stops where the loss is no longer finite. */
INLINE void train(const Work *work, int job, Rule step, int batch)
{
    double w[N], before[N], g[N], lr = work->lrs[job];
    double *record = work->records + (size_t)job * work->epochs * QUANTITIES;
    State s = {.power1 = 1, .power2 = 1, .product = 1};
    memcpy(w, work->starts[job], sizeof w);
    long t = 0;
    for (int epoch = 0; epoch < work->epochs; epoch++, record += QUANTITIES) {
        double loss = 0, norms = 0, ratios = 0, weights = 0;
        int hits = 0, steps = 0;
        for (int low = 0; low < work->samples; low += batch, steps++) {
            int high = low + batch < work->samples ? low + batch : work->samples;
            loss += gradient(w, g, work->x, work->y, low, high, &hits);
            memcpy(before, w, sizeof w);
            double squares = 0, change = 0;
            for (int i = 0; i < N; i++)
                squares += g[i] * g[i];
            norms += sqrt(squares);
            step(w, g, &s, lr, ++t);
            weights = 0;
            for (int i = 0; i < N; i++) {
                weights += w[i] * w[i];
                change += (w[i] - before[i]) * (w[i] - before[i]);
            }
            ratios += sqrt(change / weights);
            if (!isfinite(loss) || !isfinite(weights)) {
                record[LOSS] = NAN;
                return;
            }
        }
        record[LOSS] = loss / work->samples;
        record[ACCURACY] = (double)hits / work->samples;
        record[WEIGHT_NORM] = sqrt(weights);
        record[GRADIENT_NORM] = norms / steps;
        record[UPDATE_RATIO] = ratios / steps;
    }
}

#define TRAIN(rule)                                                                              \
    static void train_##rule(const Work *work, int job)                                          \
    {                                                                                            \
        if (work->batch == 1)                                                                    \
            train(work, job, rule, 1);                                                           \
        else                                                                                     \
            train(work, job, rule, work->batch);                                                 \
    }
TRAIN(sgd) TRAIN(momentum) TRAIN(nesterov) TRAIN(rmsprop) TRAIN(adagrad) TRAIN(adadelta)
TRAIN(adam) TRAIN(adamw) TRAIN(amsgrad) TRAIN(adamax) TRAIN(nadam) TRAIN(radam) TRAIN(lion)

/* In the order of RULES in native.py. */
static void (*const trainers[])(const Work *, int) = {
    train_sgd,  train_momentum, train_nesterov, train_rmsprop, train_adagrad, train_adadelta,
    train_adam, train_adamw,    train_amsgrad,  train_adamax,  train_nadam,   train_radam,
    train_lion,
};

static void *worker(void *argument)
{
    Work *work = argument;
    for (int job; (job = atomic_fetch_add(&work->next, 1)) < work->jobs;)
        trainers[work->rules[job]](work, job);
    return NULL;
}

/* records: (jobs, epochs, QUANTITIES) */
void train_many(int jobs, int threads, const int *rules, const double *lrs, const double *starts,
                const double *x, const double *y, int samples, int batch, int epochs,
                double *records)
{
    Work work = {rules, lrs, (const double (*)[N])starts, (const double (*)[2])x, y,
                 jobs, samples, batch, epochs, records, 0};
    pthread_t others[threads];
    for (int i = 1; i < threads; i++)
        pthread_create(&others[i], NULL, worker, &work);
    worker(&work);
    for (int i = 1; i < threads; i++)
        pthread_join(others[i], NULL);
}
