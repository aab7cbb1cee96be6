/* One run at a time: sizes and hyperparameters are constants, every rule has a loop of its own. */

#include "work.h"

/* Parameters are padded with zeros, so that SIMD has no remainder. */
enum { PADDED = (N + 3) / 4 * 4, BLOCK = 32 };
typedef double Padded[PADDED] __attribute__((aligned(64)));

/* The gradient of one sample's loss. */
INLINE void one(const double *w, double *g, double x0, double x1, double y, double *loss,
                double *hits)
{
    double a[H] __attribute__((aligned(64))), z = 0;
    #pragma omp simd reduction(+ : z)
    for (int i = 0; i < H; i++) {
        a[i] = relu(w[B1 + i] + w[i] * x0 + w[W1 + i] * x1);
        z += w[W2 + i] * a[i];
    }
    z += w[B2];
    double e = exp(-fabs(z)), d = slope_of(z, y, e);
    *loss += loss_of(z, y, log1p(e));
    *hits += hit(z, y);
    #pragma omp simd
    for (int i = 0; i < H; i++) {
        double back = a[i] > 0 ? d * w[W2 + i] : 0;
        g[i] = back * x0;
        g[W1 + i] = back * x1;
        g[B1 + i] = back;
        g[W2 + i] = d * a[i];
    }
    /* With its padding, so that it is read as it was written. */
    #pragma omp simd
    for (int i = B2; i < PADDED; i++)
        g[i] = i == B2 ? d : 0;
}

/* Adds the gradient of `count` samples' losses, BLOCK at most, with the samples innermost. */
INLINE void block(const double *w, double *g, const double *x0, const double *x1, const double *y,
                  int count, double *loss, double *hits)
{
    double a[H][BLOCK], z[BLOCK], d[BLOCK], sum = 0;
    for (int k = 0; k < count; k++)
        z[k] = w[B2];
    for (int i = 0; i < H; i++)
        for (int k = 0; k < count; k++) {
            a[i][k] = relu(w[B1 + i] + w[i] * x0[k] + w[W1 + i] * x1[k]);
            z[k] += w[W2 + i] * a[i][k];
        }
    double losses = 0, right = 0;
    for (int k = 0; k < count; k++) {
        double e = exp_of_negative(-fabs(z[k]));
        d[k] = slope_of(z[k], y[k], e);
        sum += d[k];
        losses += loss_of(z[k], y[k], log_of_one_plus(e));
    }
    for (int k = 0; k < count; k++)
        right += hit(z[k], y[k]);
    *loss += losses;
    *hits += right;
    for (int i = 0; i < H; i++) {
        double s0 = 0, s1 = 0, s = 0, sa = 0;
        for (int k = 0; k < count; k++) {
            double back = a[i][k] > 0 ? d[k] : 0;
            s0 += back * x0[k];
            s1 += back * x1[k];
            s += back;
            sa += d[k] * a[i][k];
        }
        g[i] += s0 * w[W2 + i];
        g[W1 + i] += s1 * w[W2 + i];
        g[B1 + i] += s * w[W2 + i];
        g[W2 + i] += sa;
    }
    g[B2] += sum;
}

/* The gradient of the mean loss over samples low … high-1. */
INLINE void many(const double *w, double *g, const Work *work, int low, int high, double *loss,
                 double *hits)
{
    memset(g, 0, sizeof(Padded));
    for (int k = low; k < high; k += BLOCK) {
        const double *x0 = work->x0 + k, *x1 = work->x1 + k, *y = work->y + k;
        if (high - k >= BLOCK)
            block(w, g, x0, x1, y, BLOCK, loss, hits);
        else
            block(w, g, x0, x1, y, high - k, loss, hits);
    }
    double share = 1.0 / (high - low);
    for (int i = 0; i < N; i++)
        g[i] *= share;
}

/* Trains one job; stops where the loss is no longer finite. */
INLINE void train(const Work *work, int job, Rule rule, Advance advance, Begin begin,
                  int single)
{
    Padded w = {0}, g = {0}, m = {0}, v = {0}, u = {0}, before = {0};
    double lr = work->lrs[job];
    Factors f = FIRST;
    memcpy(w, work->starts[job], sizeof work->starts[job]);
    for (int i = 0; i < N; i++)
        v[i] = u[i] = begin(w[i], lr);
    long t = 0;
    for (int epoch = 0; epoch < work->epochs; epoch++) {
        double loss = 0, hits = 0, norms = 0, ratios = 0, weights = 0;
        int steps = 0, batch = single ? 1 : work->batch;
        for (int low = 0; low < work->samples; low += batch, steps++) {
            int high = low + batch < work->samples ? low + batch : work->samples;
            if (single)
                one(w, g, work->x0[low], work->x1[low], work->y[low], &loss, &hits);
            else
                many(w, g, work, low, high, &loss, &hits);
            advance(&f, ++t);
            double squares = 0, change = 0;
            weights = 0;
            for (int i = 0; i < PADDED; i++) {
                double next = rule(w[i], g[i], &m[i], &v[i], &u[i], &before[i], lr, f);
                double moved = next - w[i];
                squares += g[i] * g[i];
                change += moved * moved;
                weights += next * next;
                w[i] = next;
            }
            norms += sqrt(squares);
            ratios += sqrt(change / weights);
            if (!isfinite(loss) || !isfinite(weights))
                return;
        }
        double *record = work->records[(size_t)job * work->epochs + epoch];
        record[LOSS] = loss / work->samples;
        record[ACCURACY] = hits / work->samples;
        record[WEIGHT_NORM] = sqrt(weights);
        record[GRADIENT_NORM] = norms / steps;
        record[UPDATE_RATIO] = ratios / steps;
    }
}

#define TRAIN(name, rule, advance, begin)                                                        \
    static void train_##name(const Work *work, int job)                                          \
    {                                                                                            \
        if (work->batch == 1)                                                                    \
            train(work, job, rule, advance, begin, 1);                                           \
        else                                                                                     \
            train(work, job, rule, advance, begin, 0);                                           \
    }
ALL_RULES(TRAIN)

#define NAME(name, ...) train_##name,
static Trainer *const trainers[RULES] = {ALL_RULES(NAME)};
