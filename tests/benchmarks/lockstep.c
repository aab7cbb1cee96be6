/* LANES runs of one rule in lockstep: the runs are innermost, so that the lanes of SIMD are runs.
   A run that diverges goes on with what are no numbers any more; its record stops. */

#include "work.h"

#ifndef LANES
#define LANES 8
#endif
#define EACH_LANE _Pragma("omp simd") for (int l = 0; l < LANES; l++)

typedef double Lanes[LANES] __attribute__((aligned(32)));

/* Adds to `g`, or if it is the batch's first sample sets it to, the gradient of its loss. */
INLINE void sample(Lanes *w, Lanes *g, double x0, double x1, double y, double share, int first,
                   Lanes loss, Lanes hits)
{
    Lanes a[H], d;
    EACH_LANE {
        double z = w[B2][l];
        #pragma GCC unroll 8
        for (int i = 0; i < H; i++) {
            a[i][l] = relu(w[B1 + i][l] + w[i][l] * x0 + w[W1 + i][l] * x1);
            z += w[W2 + i][l] * a[i][l];
        }
        d[l] = z;
    }
    EACH_LANE {
        double z = d[l], e = exp_of_negative(-fabs(z));
        d[l] = slope_of(z, y, e) * share;
        loss[l] += loss_of(z, y, log_of_one_plus(e));
        hits[l] += hit(z, y);
    }
    for (int i = 0; i < H; i++)
        EACH_LANE {
            double back = a[i][l] > 0 ? d[l] * w[W2 + i][l] : 0;
            g[i][l] = back * x0 + (first ? 0 : g[i][l]);
            g[W1 + i][l] = back * x1 + (first ? 0 : g[W1 + i][l]);
            g[B1 + i][l] = back + (first ? 0 : g[B1 + i][l]);
            g[W2 + i][l] = d[l] * a[i][l] + (first ? 0 : g[W2 + i][l]);
        }
    EACH_LANE
        g[B2][l] = d[l] + (first ? 0 : g[B2][l]);
}

/* Trains the jobs from `job` on. */
INLINE void train(const Work *work, int job, Rule rule, Advance advance, Begin begin,
                  int single)
{
    Lanes w[N], g[N], m[N] = {0}, v[N], u[N], before[N] = {0}, lr;
    Factors f = FIRST;
    EACH_LANE {
        lr[l] = work->lrs[job + l];
        for (int i = 0; i < N; i++) {
            w[i][l] = work->starts[job + l][i];
            v[i][l] = u[i][l] = begin(w[i][l], lr[l]);
        }
    }
    long t = 0;
    for (int epoch = 0; epoch < work->epochs; epoch++) {
        Lanes loss = {0}, hits = {0}, norms = {0}, ratios = {0}, weights = {0};
        int steps = 0, batch = single ? 1 : work->batch, alive = 0;
        for (int low = 0; low < work->samples; low += batch, steps++) {
            int high = low + batch < work->samples ? low + batch : work->samples;
            double share = single ? 1 : 1.0 / (high - low);
            sample(w, g, work->x0[low], work->x1[low], work->y[low], share, 1, loss, hits);
            if (!single)
                for (int k = low + 1; k < high; k++)
                    sample(w, g, work->x0[k], work->x1[k], work->y[k], share, 0, loss, hits);
            advance(&f, ++t);
            EACH_LANE {
                double squares = 0, change = 0, sum = 0;
                for (int i = 0; i < N; i++) {
                    double next = rule(w[i][l], g[i][l], &m[i][l], &v[i][l], &u[i][l],
                                       &before[i][l], lr[l], f);
                    double moved = next - w[i][l];
                    squares += g[i][l] * g[i][l];
                    change += moved * moved;
                    sum += next * next;
                    w[i][l] = next;
                }
                norms[l] += sqrt(squares);
                ratios[l] += sqrt(change / sum);
                weights[l] = sum;
            }
        }
        for (int l = 0; l < LANES; l++) {
            if (!isfinite(loss[l]) || !isfinite(weights[l]))
                continue;
            double *record = work->records[(size_t)(job + l) * work->epochs + epoch];
            record[LOSS] = loss[l] / work->samples;
            record[ACCURACY] = hits[l] / work->samples;
            record[WEIGHT_NORM] = sqrt(weights[l]);
            record[GRADIENT_NORM] = norms[l] / steps;
            record[UPDATE_RATIO] = ratios[l] / steps;
            alive = 1;
        }
        if (!alive)
            return;
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
