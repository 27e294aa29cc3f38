/* pid.st in C. */
#include "bench.h"

#include <stdbool.h>

const char bench_name[] = "pid";

struct pidf {
    bool en_auto, sat, first;
    float sp, pv, man, kp, ti, td, tf, ts, olo, ohi, out, i, d, e, pvp, u;
};

struct plant {
    float u, ts, tau, gain, amb, y;
};

struct loop {
    int32_t n;
    int16_t k;
    float flow, y, sp;
    struct pidf ctl;
    struct plant plt;
};

#define LOOP \
    {.ctl = {.kp = 1.0f, .ti = 10.0f, .td = 0.5f, .tf = 0.1f, .ts = 0.01f, .ohi = 100.0f, .first = true}, .plt = {.y = 20.0f}}
static struct loop l0 = LOOP, l1 = LOOP, l2 = LOOP, l3 = LOOP, l4 = LOOP, l5 = LOOP, l6 = LOOP, l7 = LOOP;
static int32_t n;
static double check;

static float linearise(int16_t raw, float lo, float hi) {
    float u = (float)raw / 27648.0f;
    if (u < 0.0f) u = 0.0f;
    return lo + (hi - lo) * __builtin_sqrtf(u);
}

static float minimum(float a, float b) { return a < b ? a : b; }
static float maximum(float a, float b) { return a > b ? a : b; }

static float limit(float low, float value, float high) {
    return minimum(maximum(value, low), high);
}

static void pidf_run(struct pidf *c) {
    if (c->first) {
        c->pvp = c->pv;
        c->first = false;
    }
    c->e = c->sp - c->pv;
    c->d = (c->tf * c->d - c->kp * c->td * (c->pv - c->pvp)) / (c->tf + c->ts);
    c->pvp = c->pv;
    if (c->en_auto) {
        c->u = c->kp * c->e + c->i + c->d;
        c->out = limit(c->olo, c->u, c->ohi);
        c->sat = c->u != c->out;
        if (!c->sat || (c->u > c->ohi && c->e < 0.0f) || (c->u < c->olo && c->e > 0.0f))
            c->i = c->i + c->kp * c->ts / c->ti * c->e;
    } else {
        c->out = limit(c->olo, c->man, c->ohi);
        c->i = c->out - c->kp * c->e - c->d;
        c->sat = false;
    }
}

static void plant_run(struct plant *p) { p->y = p->y + p->ts / p->tau * (p->gain * p->u + p->amb - p->y); }

static void loop_run(struct loop *l, int16_t k, float flow) {
    l->n = n;
    l->k = k;
    l->flow = flow;
    l->sp = l->n % 2000 < 1000 ? 40.0f + (float)l->k * 2.0f : 60.0f + l->flow * 0.01f;
    l->ctl.en_auto = l->n % 5000 < 4500;
    l->ctl.sp = l->sp;
    l->ctl.pv = l->plt.y;
    l->ctl.man = 25.0f;
    l->ctl.kp = 2.0f;
    l->ctl.ti = 8.0f;
    l->ctl.td = 0.2f;
    pidf_run(&l->ctl);
    l->plt.u = l->ctl.out;
    l->plt.ts = 0.01f;
    l->plt.tau = 3.0f + (float)l->k;
    l->plt.gain = 0.9f;
    l->plt.amb = 20.0f;
    plant_run(&l->plt);
    l->y = l->plt.y;
}

static NOINLINE void scan(void) {
    n++;
    float flow = linearise((int16_t)(n % 27648), 0.0f, 250.0f);
    loop_run(&l0, 0, flow);
    loop_run(&l1, 1, flow);
    loop_run(&l2, 2, flow);
    loop_run(&l3, 3, flow);
    loop_run(&l4, 4, flow);
    loop_run(&l5, 5, flow);
    loop_run(&l6, 6, flow);
    loop_run(&l7, 7, flow);
    float sum = l0.y + l1.y + l2.y + l3.y + l4.y + l5.y + l6.y + l7.y;
    check += (double)sum;
}

uint32_t bench_run(uint32_t iterations) {
    for (uint32_t i = 0; i < iterations; i++) scan();
    union {
        double real;
        uint32_t bits[2];
    } last = {check};
    return last.bits[0] ^ last.bits[1];
}
