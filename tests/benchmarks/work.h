/* The lesson's network (2-8-1, relu, cross-entropy from the logit), the runs that are to be made
   of it, and the threads that share them. A C file that includes this defines `trainers`. */

#include <pthread.h>
#include <stdatomic.h>
#include "arithmetic.h"
#include "rules.h"

/* Parameters: the weights of x0, those of x1, biases, the second layer's weights, its bias. */
enum { H = 8, W1 = H, B1 = 2 * H, W2 = 3 * H, B2 = 4 * H, N = 4 * H + 1 };
enum { LOSS, ACCURACY, WEIGHT_NORM, GRADIENT_NORM, UPDATE_RATIO, QUANTITIES };

typedef struct {
    const int *rules;
    const double *lrs, (*starts)[N], *x0, *x1, *y;
    int jobs, at_once, samples, batch, epochs;
    double (*records)[QUANTITIES];
    atomic_int next;
} Work;

#define PLUS_ONE(...) +1
enum { RULES = 0 ALL_RULES(PLUS_ONE) };
typedef void Trainer(const Work *work, int job);
static Trainer *const trainers[RULES];

static void *worker(void *argument)
{
    Work *work = argument;
    for (int job; (job = atomic_fetch_add(&work->next, work->at_once)) < work->jobs;)
        trainers[work->rules[job]](work, job);
    return NULL;
}

/* Trains all jobs, `at_once` of them, which have one rule, together. starts: (jobs, N).
   records: (jobs, epochs, QUANTITIES), left as it is from where a run diverged. */
void train_many(int jobs, int at_once, int threads, const int *rules, const double *lrs,
                const double *starts, const double *x0, const double *x1, const double *y,
                int samples, int batch, int epochs, double *records)
{
    Work work = {rules, lrs, (const double (*)[N])starts, x0, x1, y, jobs, at_once, samples,
                 batch, epochs, (double (*)[QUANTITIES])records, 0};
    pthread_t others[threads];
    for (int i = 1; i < threads; i++)
        pthread_create(&others[i], NULL, worker, &work);
    worker(&work);
    for (int i = 1; i < threads; i++)
        pthread_join(others[i], NULL);
}
